// Package provider is a small Kubernetes provider for the Pulumi engine: the project's own stand-in for
// the official pulumi-resource-kubernetes on machines where that one cannot be installed. It keeps the
// official one's observable behaviour for objects of any kind the API server knows: the shape of the
// state, what a preview shows, what replaces an object, what an update waits for. Charts, YAML
// components, patch resources, functions and the annotation pulumi.com/replaceUnready are not here.
//
// It differs from the official plugin 4.33 on purpose in this: fields that the API server does not know
// are refused and not dropped; a Service is taken as ready as soon as an endpoint is, without ten
// seconds of settling; settings that do not exist are refused; and what a dry run allocates (addresses,
// identities) is unknown in a preview and not shown as if it were to stay.
package provider

import (
	"context"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"neo4j-kubernetes/dev/engine/internal/enginelog"
)

// notice is what a user must know of this program, on every command that uses it.
const notice = "Kubernetes objects are handled by this project's own stand-in for pulumi-resource-kubernetes, " +
	"not by the official plugin"

// Provider serves pulumirpc.ResourceProvider.
type Provider struct {
	pulumirpc.UnimplementedResourceProviderServer

	version string
	log     *enginelog.Log
	// ctx ends the waits: when the engine cancels, or when this process is to end.
	ctx    context.Context
	cancel context.CancelFunc

	settings settings
	cluster  *cluster // nil where no cluster answers; unreachable says why
	// unreachable is the reason why there is no cluster, in words for the user.
	unreachable string
	// absent are the namespaces that this preview found missing.
	absent absent
}

// New returns a provider of the given version that talks to the user through log.
func New(ctx context.Context, version string, log *enginelog.Log) *Provider {
	ctx, cancel := context.WithCancel(ctx)
	return &Provider{version: version, log: log, ctx: ctx, cancel: cancel}
}

// Handshake tells the engine what this provider understands: secrets and autonaming configuration,
// but neither resource references nor outputs in its inputs, as the official one.
func (p *Provider) Handshake(
	context.Context, *pulumirpc.ProviderHandshakeRequest,
) (*pulumirpc.ProviderHandshakeResponse, error) {
	return &pulumirpc.ProviderHandshakeResponse{AcceptSecrets: true, SupportsAutonamingConfiguration: true}, nil
}

// GetPluginInfo answers with the version of the official plugin whose behaviour this one keeps.
func (p *Provider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: p.version}, nil
}

// GetSchema answers with a schema of no resources: programs bring typed SDKs, and kinds come from discovery.
func (p *Provider) GetSchema(
	context.Context, *pulumirpc.GetSchemaRequest,
) (*pulumirpc.GetSchemaResponse, error) {
	return &pulumirpc.GetSchemaResponse{
		Schema: `{"name":"kubernetes","version":"` + p.version + `","resources":{},"types":{},"functions":{}}`,
	}, nil
}

// Attach points the provider to another engine, when it is run under a debugger.
func (p *Provider) Attach(_ context.Context, req *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	log, err := enginelog.Dial(req.GetAddress())
	if err != nil {
		return nil, err
	}
	p.log = log
	return &emptypb.Empty{}, nil
}

// Cancel ends every wait at once. The operations end with the objects' last known state, which the
// engine then saves.
func (p *Provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.cancel()
	return &emptypb.Empty{}, nil
}

// Invoke has no functions.
func (p *Provider) Invoke(_ context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	return nil, status.Errorf(codes.Unimplemented,
		"%s: this stand-in for the Kubernetes provider has no functions; the official plugin has", req.GetTok())
}

// Construct has no components.
func (p *Provider) Construct(
	_ context.Context, req *pulumirpc.ConstructRequest,
) (*pulumirpc.ConstructResponse, error) {
	return nil, status.Errorf(codes.Unimplemented,
		"%s: this stand-in for the Kubernetes provider has no components; the official plugin has", req.GetType())
}

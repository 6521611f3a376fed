package provider

import (
	"context"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Configure takes the settings and looks for the cluster. A cluster that does not answer is no error
// yet: previews and rendering do without one, and operations that cannot say so themselves.
func (p *Provider) Configure(
	_ context.Context, req *pulumirpc.ConfigureRequest,
) (*pulumirpc.ConfigureResponse, error) {
	parsed, err := parseSettings(req.GetVariables()) //nolint:staticcheck // the engine still sends both forms; this one is text already
	if err != nil {
		return nil, err
	}
	p.settings = parsed
	p.connect()
	if firstOfCommand() {
		p.log.Info(p.ctx, "", notice)
	}
	return &pulumirpc.ConfigureResponse{
		AcceptSecrets:                   true,
		SupportsPreview:                 true,
		SupportsAutonamingConfiguration: true,
	}, nil
}

func (p *Provider) connect() {
	config, err := clientConfig(p.settings)
	if err != nil {
		p.unreachable = err.Error()
		return
	}
	if namespace, _, err := config.Namespace(); err == nil {
		p.settings.namespace = namespace
	}
	if p.settings.renderDir != "" {
		p.unreachable = "this provider renders YAML and talks to no cluster"
		return
	}
	rest, err := config.ClientConfig()
	if err != nil {
		p.unreachable = fmt.Sprintf("unable to load Kubernetes client configuration from kubeconfig: %v", err)
		return
	}
	cluster, err := dial(rest)
	if err != nil {
		p.unreachable = err.Error()
		return
	}
	p.cluster = cluster
}

// errUnreachable is what an operation that needs a cluster says where there is none.
func (p *Provider) errUnreachable() error {
	return fmt.Errorf("configured Kubernetes cluster is unreachable: %s", p.unreachable)
}

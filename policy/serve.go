package policy

import (
	"context"
	"fmt"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// Main serves a pack to the engine until that ends it. It is here because policyx.Main (v3.229) runs no rule that looks at a whole stack,
// and does not tell the others what is protected.
func Main(pack policyx.PolicyPack) error {
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{Init: func(server *grpc.Server) error {
		pulumirpc.RegisterAnalyzerServer(server, plugin.NewAnalyzerServer(NewAnalyzer(pack)))
		return nil
	}})
	if err != nil {
		return fmt.Errorf("policy pack: %w", err)
	}
	// The engine reads the port from the first line.
	fmt.Println(handle.Port)
	return <-handle.Done
}

// NewAnalyzer is a pack as the engine asks it.
func NewAnalyzer(pack policyx.PolicyPack) plugin.Analyzer { return &analyzer{pack: pack} }

type analyzer struct {
	pack   policyx.PolicyPack
	config map[string]plugin.AnalyzerPolicyConfig
}

func (a *analyzer) Name() tokens.QName { return tokens.QName(a.pack.Name()) }

func (a *analyzer) GetPluginInfo() (plugin.PluginInfo, error) {
	version := a.pack.Version()
	return plugin.PluginInfo{Version: &version}, nil
}

func (a *analyzer) GetAnalyzerInfo() (plugin.AnalyzerInfo, error) {
	info := plugin.AnalyzerInfo{Name: a.pack.Name(), Version: a.version().String(), SupportsConfig: true}
	for _, p := range a.pack.Policies() {
		kind := plugin.AnalyzerPolicyTypeResource
		if _, ok := p.(policyx.StackValidationPolicy); ok {
			kind = plugin.AnalyzerPolicyTypeStack
		}
		info.Policies = append(info.Policies, plugin.AnalyzerPolicyInfo{
			Name: p.Name(), Description: p.Description(), EnforcementLevel: levels[p.EnforcementLevel()], Type: kind,
		})
	}
	return info, nil
}

func (a *analyzer) version() semver.Version { return a.pack.Version() }

// Configure takes other levels of enforcement, from a pack's configuration file.
func (a *analyzer) Configure(config map[string]plugin.AnalyzerPolicyConfig) error {
	a.config = config
	return nil
}

func (a *analyzer) Analyze(r plugin.AnalyzerResource) (plugin.AnalyzeResponse, error) {
	var found findings
	for _, p := range a.pack.Policies() {
		single, ok := p.(policyx.ResourceValidationPolicy)
		if !ok || a.level(p) == apitype.Disabled {
			continue
		}
		args := policyx.ResourceValidationArgs{Manager: found.by(a, p), Resource: view(r), Config: a.config[p.Name()].Properties}
		if err := single.Validate(context.Background(), args); err != nil {
			return plugin.AnalyzeResponse{}, fmt.Errorf("%s of %s: %w", p.Name(), r.URN, err)
		}
	}
	return plugin.AnalyzeResponse{Diagnostics: found.all}, nil
}

func (a *analyzer) AnalyzeStack(resources []plugin.AnalyzerStackResource) (plugin.AnalyzeResponse, error) {
	all := make([]policyx.AnalyzerResource, len(resources))
	for i, r := range resources {
		all[i] = view(r.AnalyzerResource)
		all[i].Parent = string(r.Parent)
	}
	var found findings
	for _, p := range a.pack.Policies() {
		whole, ok := p.(policyx.StackValidationPolicy)
		if !ok || a.level(p) == apitype.Disabled {
			continue
		}
		if err := whole.Validate(context.Background(), policyx.StackValidationArgs{Manager: found.by(a, p), Resources: all}); err != nil {
			return plugin.AnalyzeResponse{}, fmt.Errorf("%s: %w", p.Name(), err)
		}
	}
	return plugin.AnalyzeResponse{Diagnostics: found.all}, nil
}

// Remediate mends nothing: a stack's file is the place to.
func (a *analyzer) Remediate(plugin.AnalyzerResource) (plugin.RemediateResponse, error) {
	return plugin.RemediateResponse{}, nil
}

func (a *analyzer) Cancel(context.Context) error { return nil }

func (a *analyzer) Close() error { return nil }

// levels are policyx' in the engine's words.
var levels = map[policyx.EnforcementLevel]apitype.EnforcementLevel{
	policyx.EnforcementLevelAdvisory: apitype.Advisory, policyx.EnforcementLevelMandatory: apitype.Mandatory,
	policyx.EnforcementLevelDisabled: apitype.Disabled, policyx.EnforcementLevelRemediate: apitype.Remediate,
}

func (a *analyzer) level(p policyx.Policy) apitype.EnforcementLevel {
	if given := a.config[p.Name()].EnforcementLevel; given != "" {
		return given
	}
	return levels[p.EnforcementLevel()]
}

// view is a resource as policies see it, with what is protected.
func view(r plugin.AnalyzerResource) policyx.AnalyzerResource {
	return policyx.AnalyzerResource{
		Type: string(r.Type), Name: r.Name, URN: string(r.URN), Properties: resource.FromResourcePropertyMap(r.Properties),
		Options: pulumi.ResourceOptions{Protect: r.Options.Protect}, Parent: string(r.Options.Parent),
	}
}

// findings gathers what policies report.
type findings struct{ all []plugin.AnalyzeDiagnostic }

// by is the manager that a policy reports to.
func (f *findings) by(a *analyzer, p policyx.Policy) policyx.PolicyManager { return manager{f, a, p} }

type manager struct {
	found  *findings
	a      *analyzer
	policy policyx.Policy
}

// ReportViolation adds a finding; the engine prints the description, then the message.
func (m manager) ReportViolation(message, urn string) {
	m.found.all = append(m.found.all, plugin.AnalyzeDiagnostic{
		PolicyName: m.policy.Name(), PolicyPackName: m.a.pack.Name(), PolicyPackVersion: m.a.version().String(),
		Description: m.policy.Description(), Message: m.policy.Description() + "\n" + message, EnforcementLevel: m.a.level(m.policy), URN: resource.URN(urn),
	})
}

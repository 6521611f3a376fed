package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
)

// outputs are the stack outputs that the check reads.
type outputs struct {
	Expectation *neo4j.Topology `json:"expectation"`
	Kubernetes  struct {
		Kubeconfig string `json:"kubeconfig"`
		Context    string `json:"context"`
	} `json:"kubernetes"`
}

// expectation gives what to expect and where, from a stack, a file or the flags alone, and whom to ask as.
func (f *flags) expectation(ctx context.Context) (neo4j.Topology, reach.Access, error) {
	t, access, err := f.source(ctx)
	if f.secret != "" {
		t.AuthSecret = f.secret
	}
	return t, access, err
}

func (f *flags) source(ctx context.Context) (neo4j.Topology, reach.Access, error) {
	access := reach.Access{Kubeconfig: f.kubeconfig, Context: f.context}
	switch {
	case f.stack != "":
		return f.fromStack(ctx, access)
	case f.file != "":
		t, err := fromFile(f.file)
		return t, access, err
	}
	release, err := neo4j.ParseRelease(f.release)
	if err != nil {
		return neo4j.Topology{}, access, fmt.Errorf("--release: %w", err)
	}
	if _, err := neo4j.FamilyOf(release); err != nil {
		return neo4j.Topology{}, access, fmt.Errorf("--release: %w", err)
	}
	if problem := f.misfit(); problem != "" {
		return neo4j.Topology{}, access, errors.New(problem)
	}
	expected := plan.Plan{
		Name: f.name, Namespace: f.namespace, ClusterDomain: f.domain,
		Spec: neo4j.Spec{
			Release: release, Edition: neo4j.Edition(f.edition), Primaries: f.primaries, Secondaries: f.secondaries, Analytics: f.analytics,
			Discovery: neo4j.Discovery{Type: f.discovery},
		},
	}
	t := expected.Topology()
	t.TLS, t.HTTPOff = f.tls, f.https
	return t, access, nil
}

// misfit says what no cluster looks like.
func (f *flags) misfit() string {
	switch {
	case f.primaries < 1 || f.secondaries < 0 || f.analytics < 0:
		return "--primaries is 1 or more, --secondaries and --analytics 0 or more"
	case f.edition != string(neo4j.Enterprise) && f.edition != string(neo4j.Community):
		return "--edition " + f.edition + ": enterprise or community"
	case f.edition == string(neo4j.Community) && f.primaries+f.secondaries+f.analytics > 1:
		return "--edition community: one server, --primaries 1, for only Enterprise clusters"
	case !slices.Contains([]string{"", "LIST", "DNS", "SRV", "K8S"}, f.discovery):
		return "--discovery " + f.discovery + ": LIST, DNS, SRV or K8S"
	}
	return ""
}

// fromStack asks the Pulumi command, so that whatever backend and login the user has is used.
func (f *flags) fromStack(ctx context.Context, access reach.Access) (neo4j.Topology, reach.Access, error) {
	cmd := exec.CommandContext(ctx, "pulumi", "stack", "output", "--json", "--stack", f.stack)
	cmd.Dir = f.dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		return neo4j.Topology{}, access, fmt.Errorf("pulumi stack output --stack %s: %w\n%s", f.stack, err, stderr.String())
	}
	var o outputs
	if err := json.Unmarshal(text, &o); err != nil {
		return neo4j.Topology{}, access, fmt.Errorf("pulumi stack output --stack %s: %w", f.stack, err)
	}
	if o.Expectation == nil {
		return neo4j.Topology{}, access, fmt.Errorf("stack %s has no output \"expectation\": run pulumi up first", f.stack)
	}
	if access.Kubeconfig == "" {
		access.Kubeconfig = o.Kubernetes.Kubeconfig
	}
	if access.Context == "" {
		access.Context = o.Kubernetes.Context
	}
	return *o.Expectation, access, nil
}

func fromFile(name string) (t neo4j.Topology, err error) {
	var text []byte
	if name == "-" {
		text, err = io.ReadAll(os.Stdin)
	} else {
		text, err = os.ReadFile(name)
	}
	if err != nil {
		return t, fmt.Errorf("--expectation: %w", err)
	}
	if err := json.Unmarshal(text, &t); err != nil {
		return t, fmt.Errorf("--expectation %s: %w", name, err)
	}
	if len(t.Members) == 0 {
		return t, fmt.Errorf("--expectation %s: it names no members", name)
	}
	return t, nil
}

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
	if f.primaries < 1 || f.secondaries < 0 {
		return neo4j.Topology{}, access, errors.New("--primaries is 1 or more, --secondaries 0 or more")
	}
	expected := plan.Plan{
		Name: f.name, Namespace: f.namespace, ClusterDomain: f.domain, ExistingSecret: f.secret,
		Spec: neo4j.Spec{Release: release, Edition: neo4j.Enterprise, Primaries: f.primaries, Secondaries: f.secondaries},
	}
	return expected.Topology(), access, nil
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

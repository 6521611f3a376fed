package provider

import (
	"context"
	"errors"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Check completes a program's inputs: kind, name, namespace, in the API server's own notation.
func (p *Provider) Check(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	kind, err := kindOf(req.GetUrn())
	if err != nil {
		return nil, err
	}
	olds, err := decode(req.GetOlds())
	if err != nil {
		return nil, fmt.Errorf("previous inputs: %w", err)
	}
	news, err := decode(req.GetNews())
	if err != nil {
		return nil, fmt.Errorf("inputs: %w", err)
	}
	if p.cluster == nil && p.settings.skipUpdateUnreachable && p.settings.renderDir == "" {
		p.log.Warn(ctx, req.GetUrn(), "cluster is unreachable and skipUpdateUnreachable is set: left as it is")
		return &pulumirpc.CheckResponse{Inputs: req.GetOlds()}, nil
	}

	inputs := normalize(toObject(news))
	setKind(inputs, kind)
	if err := p.name(inputs, toObject(olds), req); err != nil {
		return nil, err
	}
	if err := p.defaultNamespace(inputs, kind); err != nil {
		return nil, err
	}

	checked := fromObject(inputs)
	markSecrets(checked, news)
	if p.settings.renderDir != "" && checked.ContainsSecrets() {
		p.log.Warn(ctx, req.GetUrn(), "rendered YAML will contain a secret value in plaintext")
	}
	message, err := encode(checked)
	if err != nil {
		return nil, fmt.Errorf("checked inputs: %w", err)
	}
	return &pulumirpc.CheckResponse{Inputs: message}, nil
}

// setKind fills in what a typed SDK knows without the program saying it.
func setKind(o object, kind schema.GroupVersionKind) {
	if empty(o["apiVersion"]) {
		o["apiVersion"] = kind.GroupVersion().String()
	}
	if empty(o["kind"]) {
		o["kind"] = kind.Kind
	}
}

func (p *Provider) name(inputs, olds object, req *pulumirpc.CheckRequest) error {
	if len(olds) > 0 {
		adoptAutoname(inputs, olds)
		if managedByLabelled(olds) {
			labelManagedBy(inputs)
		}
	} else {
		if err := autoname(inputs, req); err != nil {
			return err
		}
		// Under server-side apply the managed fields tell who owns what; a label would only repeat it.
		if !p.settings.serverSideApply {
			labelManagedBy(inputs)
		}
	}
	switch {
	case !generatesName(inputs):
		return nil
	case p.settings.serverSideApply:
		return errors.New("the `.metadata.generateName` field is not supported in Server-Side Apply mode")
	case p.settings.renderDir != "":
		return errors.New("the `.metadata.generateName` field is not supported in YAML rendering mode")
	}
	return nil
}

const (
	managedByLabel = "app.kubernetes.io/managed-by"
	managedByUs    = "pulumi"
)

func managedByLabelled(o object) bool {
	u := &unstructured.Unstructured{Object: o}
	return u.GetLabels()[managedByLabel] == managedByUs
}

func labelManagedBy(o object) {
	m := metadata(o)
	if m == nil {
		return
	}
	switch labels := m["labels"].(type) {
	case nil:
		m["labels"] = object{managedByLabel: managedByUs}
	case object:
		labels[managedByLabel] = managedByUs
	}
}

func (p *Provider) defaultNamespace(inputs object, kind schema.GroupVersionKind) error {
	m := metadata(inputs)
	if m == nil || p.settings.namespace == "" || !empty(m["namespace"]) {
		return nil
	}
	namespaced, err := p.cluster.namespaced(kind)
	if err != nil {
		return err
	}
	if namespaced {
		m["namespace"] = p.settings.namespace
	}
	return nil
}

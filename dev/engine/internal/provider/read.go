package provider

import (
	"context"
	"errors"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Read takes an object's present state: for a refresh, for an import by id, or for a program's .get.
// An object that is gone is an answer without an id.
func (p *Provider) Read(ctx context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	if p.settings.renderDir != "" {
		return unread(req), nil
	}
	if p.cluster == nil {
		return p.readUnreachable(ctx, req)
	}
	before, _, err := parseCheckpoint(req.GetProperties())
	if err != nil {
		return nil, fmt.Errorf("previous state: %w", err)
	}
	secrets, err := decode(req.GetInputs())
	if err != nil {
		return nil, fmt.Errorf("previous inputs: %w", err)
	}
	asked := &unstructured.Unstructured{Object: normalize(toObject(secrets))}
	adopting, err := identify(asked, before, req)
	if err != nil {
		return nil, err
	}

	live, err := p.find(ctx, asked)
	if err != nil || live == nil {
		return &pulumirpc.ReadResponse{}, err
	}
	state, err := p.seen(live, asked, before, adopting)
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.ReadResponse{Id: req.GetId()}
	if response.Properties, err = state.message(secrets); err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	inputs := fromObject(state.inputs)
	markSecrets(inputs, secrets)
	if response.Inputs, err = encode(inputs); err != nil {
		return nil, fmt.Errorf("inputs: %w", err)
	}
	if !adopting {
		if err := p.readyNow(ctx, asked, live); err != nil {
			return nil, halfDone(response.Id, response.Properties, response.Inputs, err)
		}
	}
	return response, nil
}

// seen is the state of an object as just read. What the program asked for is taken to be what it had
// asked for, with the values of now; or all of the object, where it is adopted.
func (p *Provider) seen(live, asked *unstructured.Unstructured, before checkpoint, adopting bool) (checkpoint, error) {
	manager, err := newFieldManager(asked, before.fieldManager, p.settings.serverSideApply)
	state := checkpoint{live: live.Object, apiVersion: before.apiVersion, fieldManager: manager}
	if state.apiVersion == "" {
		state.apiVersion = asked.GetAPIVersion()
	}
	if adopting {
		state.inputs = adoptable(live.Object)
	} else {
		state.inputs = prune(normalize(live.Object), asked.Object)
	}
	return state, err
}

// identify completes which object is meant, from the type token and id where there is no previous state.
// It reports whether the inputs are to be taken from the cluster.
func identify(asked *unstructured.Unstructured, before checkpoint, req *pulumirpc.ReadRequest) (bool, error) {
	namespace, name, err := parseID(req.GetId())
	if err != nil {
		return false, err
	}
	adopting := asked.GroupVersionKind().Empty()
	if adopting {
		kind := (&unstructured.Unstructured{Object: before.live}).GroupVersionKind()
		if kind.Empty() {
			if kind, err = kindOf(req.GetUrn()); err != nil {
				return false, err
			}
		} else {
			adopting = false
		}
		asked.SetGroupVersionKind(kind)
	}
	asked.SetName(name)
	if asked.GetNamespace() == "" {
		asked.SetNamespace(namespace)
	}
	return adopting, nil
}

// find returns the object, or nothing where it, or its whole kind, is gone.
func (p *Provider) find(ctx context.Context, asked *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	client, err := p.cluster.client(asked)
	if meta.IsNoMatchError(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("kind of %s: %w", asked.GetName(), err)
	}
	live, err := client.Get(ctx, asked.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return live, err
}

// adoptable is all of an object that a program could have asked for.
func adoptable(live object) object {
	inputs := cloneObject(live)
	delete(inputs, "status")
	for _, field := range serverFields {
		unstructured.RemoveNestedField(inputs, "metadata", field)
	}
	for _, annotation := range []string{
		"kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision",
	} {
		unstructured.RemoveNestedField(inputs, "metadata", "annotations", annotation)
	}
	return inputs
}

func unread(req *pulumirpc.ReadRequest) *pulumirpc.ReadResponse {
	return &pulumirpc.ReadResponse{Id: req.GetId(), Properties: req.GetProperties(), Inputs: req.GetInputs()}
}

func (p *Provider) readUnreachable(ctx context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	p.log.Warn(ctx, req.GetUrn(), p.errUnreachable().Error())
	switch {
	case p.settings.deleteUnreachable:
		p.log.Info(ctx, req.GetUrn(), "deleteUnreachable is set: forgetting the resource, whatever became of it")
		return &pulumirpc.ReadResponse{}, nil
	case p.settings.skipUpdateUnreachable:
		return unread(req), nil
	}
	return nil, errors.New("failed to read resource state due to unreachable cluster. " + forgetHint)
}

// forgetHint tells how to get rid of objects whose cluster is gone for good.
const forgetHint = "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the " +
	"operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to \"true\""

package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Create makes an object and waits until it is ready. A preview has the API server try it, which finds
// what no schema on this side could, and shows what it would fill in.
func (p *Provider) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	news, err := decode(req.GetProperties())
	if err != nil {
		return nil, fmt.Errorf("inputs: %w", err)
	}
	inputs := &unstructured.Unstructured{Object: toObject(news)}
	if req.GetPreview() {
		return p.previewCreate(ctx, req, news, inputs)
	}
	manager, err := newFieldManager(inputs, "", p.settings.serverSideApply)
	if err != nil {
		return nil, err
	}
	if p.settings.renderDir != "" {
		message, err := p.renderAndRecord(ctx, req.GetUrn(), inputs, news, manager)
		if err != nil {
			return nil, err
		}
		return &pulumirpc.CreateResponse{
			Id: objectID(inputs.GetNamespace(), inputs.GetName()), Properties: message,
		}, nil
	}
	if p.cluster == nil {
		return nil, p.errUnreachable()
	}

	status := func(text string) { p.log.Status(p.ctx, req.GetUrn(), text) }
	live, err := p.create(p.ctx, write{inputs: inputs, fieldManager: manager, status: status})
	if err != nil {
		return nil, fmt.Errorf("resource %q was not successfully created by the Kubernetes API server: %w",
			inputs.GetName(), explainMissing(err))
	}
	status("")
	live, waitErr := p.ready(req.GetUrn(), inputs, live, timeout(req.GetTimeout(), inputs))
	state := checkpoint{
		inputs: inputs.Object, live: live.Object, apiVersion: inputs.GetAPIVersion(), fieldManager: manager,
	}
	message, err := state.message(news)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	id := objectID(live.GetNamespace(), live.GetName())
	if waitErr != nil {
		return nil, halfDone(id, message, nil, fmt.Errorf("resource %q was successfully created, but the "+
			"Kubernetes API server reported that it failed to fully initialize or become live: %w", id, waitErr))
	}
	if live.GetKind() == "CustomResourceDefinition" {
		p.cluster.mapper.Reset()
	}
	return &pulumirpc.CreateResponse{Id: id, Properties: message}, nil
}

// previewCreate answers with what the API server would make of the object, or with the inputs alone where
// that cannot be asked: no cluster, values not known yet, a kind or namespace that this update brings.
func (p *Provider) previewCreate(
	ctx context.Context, req *pulumirpc.CreateRequest, news resource.PropertyMap, inputs *unstructured.Unstructured,
) (*pulumirpc.CreateResponse, error) {
	asked := &pulumirpc.CreateResponse{Properties: req.GetProperties()}
	if hasUnknown(inputs.Object) || !p.settings.serverSideApply || !p.cluster.knows(inputs.GroupVersionKind()) ||
		p.absent.has(inputs.GetNamespace()) {
		return asked, nil
	}
	p.noteIfAbsent(ctx, inputs)
	manager, err := newFieldManager(inputs, "", true)
	if err != nil {
		return nil, err
	}
	live, err := p.create(ctx, write{inputs: inputs, fieldManager: manager, preview: true, status: func(string) {}})
	if apierrors.IsInvalid(err) && p.settings.upsert {
		err = p.tryUnderAnotherName(ctx, inputs, err)
	}
	if namespaceMissing(err) {
		p.absent.add(inputs.GetNamespace())
	}
	switch {
	case err == nil && live == nil:
		return asked, nil
	case apierrors.IsForbidden(err) && !namespaceTerminating(err) && !isPolicy(err),
		apierrors.IsAlreadyExists(err), namespaceMissing(err), dryRunUnsupported(err), immutableField(err):
		return asked, nil
	case err != nil:
		return nil, fmt.Errorf("resource %q was not successfully created by the Kubernetes API server: %w",
			inputs.GetName(), err)
	}
	state := checkpoint{
		inputs: inputs.Object, live: foretold(live.Object, inputs.Object),
		apiVersion: inputs.GetAPIVersion(), fieldManager: manager,
	}
	message, err := state.message(news)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	return &pulumirpc.CreateResponse{Properties: message}, nil
}

// tryUnderAnotherName has the API server try an object that it would not take as a change of the one that
// is there. Where it takes it as a new one, the object is to be replaced, and in the update the old one
// will be gone by then. Where it does not, its first answer stands: it speaks of the right name.
func (p *Provider) tryUnderAnotherName(ctx context.Context, inputs *unstructured.Unstructured, refusal error) error {
	client, err := p.cluster.client(inputs)
	if err != nil {
		return refusal
	}
	const longest = 52 // so that the longer name is still a DNS label, which some kinds want
	other := inputs.DeepCopy()
	name := inputs.GetName()
	other.SetName(strings.TrimRight(name[:min(len(name), longest)], "-.") + "-preview")
	if _, err := client.Create(ctx, other, metav1.CreateOptions{
		FieldManager: clientSideManager, DryRun: []string{metav1.DryRunAll}, FieldValidation: metav1.FieldValidationStrict,
	}); err != nil {
		return refusal
	}
	return nil
}

// foretold is what a dry run says truly of an object that does not exist yet. Identities and addresses
// that it allocated for the occasion will be others in the update; left out, they are unknown.
func foretold(live, inputs object) object {
	result := cloneObject(live)
	delete(result, "status")
	for _, field := range serverFields {
		unstructured.RemoveNestedField(result, "metadata", field)
	}
	if spec, ok := result["spec"].(object); ok && result["kind"] == "Service" {
		asked, _ := inputs["spec"].(object)
		for _, field := range []string{"clusterIP", "clusterIPs", "healthCheckNodePort"} {
			if _, ok := asked[field]; !ok {
				delete(spec, field)
			}
		}
		if _, ok := asked["ports"]; ok {
			spec["ports"] = asked["ports"]
		}
	}
	return result
}

// explainMissing adds to an unknown kind where kinds come from.
func explainMissing(err error) error {
	if meta.IsNoMatchError(err) {
		return fmt.Errorf("the Kubernetes API server does not serve this kind; "+
			"verify that any required CRDs have been created: %w", err)
	}
	return err
}

func namespaceMissing(err error) bool {
	var status apierrors.APIStatus
	return apierrors.IsNotFound(err) && errors.As(err, &status) &&
		status.Status().Details != nil && status.Status().Details.Kind == "namespaces"
}

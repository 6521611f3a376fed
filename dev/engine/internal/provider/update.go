package provider

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Update brings an object to new inputs and waits until it is ready again.
func (p *Provider) Update(ctx context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	before, _, err := parseCheckpoint(req.GetOlds())
	if err != nil {
		return nil, fmt.Errorf("previous state: %w", err)
	}
	news, err := decode(req.GetNews())
	if err != nil {
		return nil, fmt.Errorf("inputs: %w", err)
	}
	inputs := &unstructured.Unstructured{Object: normalize(toObject(news))}
	if req.GetPreview() && (hasUnknown(inputs.Object) || !p.cluster.knows(inputs.GroupVersionKind())) {
		return &pulumirpc.UpdateResponse{Properties: req.GetNews()}, nil
	}
	manager, err := newFieldManager(inputs, before.fieldManager, p.settings.serverSideApply)
	if err != nil {
		return nil, err
	}
	if p.settings.renderDir != "" {
		message, err := p.renderAndRecord(ctx, req.GetUrn(), inputs, news, manager)
		return &pulumirpc.UpdateResponse{Properties: message}, err
	}
	if p.cluster == nil {
		return nil, p.errUnreachable()
	}
	o := updating{req: req, before: before, news: news, inputs: inputs, manager: manager}
	if req.GetPreview() {
		return p.previewUpdate(ctx, o)
	}
	return p.doUpdate(o)
}

// updating is one Update call, parsed.
type updating struct {
	req     *pulumirpc.UpdateRequest
	before  checkpoint
	news    resource.PropertyMap
	inputs  *unstructured.Unstructured
	manager string
}

func (o updating) old() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: o.before.live}
}

func (o updating) record(live *unstructured.Unstructured) (*structpb.Struct, error) {
	version := o.before.apiVersion
	if version == "" {
		version = o.inputs.GetAPIVersion()
	}
	state := checkpoint{inputs: o.inputs.Object, live: live.Object, apiVersion: version, fieldManager: o.manager}
	return state.message(o.news)
}

// send applies a copy of the inputs: ignoreChanges may replace values in what is sent, while the state
// keeps what the program asked for.
func (p *Provider) send(ctx context.Context, o updating, preview bool) (*unstructured.Unstructured, error) {
	w := write{
		inputs: o.inputs.DeepCopy(), fieldManager: o.manager, preview: preview,
		status: func(text string) { p.log.Status(p.ctx, o.req.GetUrn(), text) },
	}
	pruned := prune(normalize(o.before.live), normalize(o.before.inputs))
	return p.update(ctx, w, o.old().GetName(), pruned, o.req.GetIgnoreChanges())
}

func (p *Provider) previewUpdate(ctx context.Context, o updating) (*pulumirpc.UpdateResponse, error) {
	live, err := p.send(ctx, o, true)
	if apierrors.IsForbidden(err) && !isPolicy(err) || dryRunUnsupported(err) {
		return &pulumirpc.UpdateResponse{Properties: o.req.GetNews()}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("update of resource %q would fail: %w", o.inputs.GetName(), err)
	}
	message, err := o.record(live)
	return &pulumirpc.UpdateResponse{Properties: message}, err
}

func (p *Provider) doUpdate(o updating) (*pulumirpc.UpdateResponse, error) {
	id := o.req.GetId()
	live, err := p.send(p.ctx, o, false)
	if err != nil {
		return nil, p.failedUpdate(o, explainMissing(err))
	}
	live, waitErr := p.ready(o.req.GetUrn(), o.inputs, live, timeout(o.req.GetTimeout(), o.inputs))
	message, err := o.record(live)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	if waitErr != nil {
		return nil, halfDone(id, message, nil, fmt.Errorf(
			"the Kubernetes API server reported that %q failed to fully initialize or become live: %w", id, waitErr))
	}
	if o.before.fieldManager != "" && o.before.fieldManager != o.manager && p.settings.serverSideApply {
		client, err := p.cluster.client(live)
		if err != nil {
			return nil, err
		}
		if err := relinquish(p.ctx, client, live, o.before.fieldManager); err != nil {
			return nil, fmt.Errorf("former field manager %q: %w", o.before.fieldManager, err)
		}
	}
	return &pulumirpc.UpdateResponse{Properties: message}, nil
}

// failedUpdate records the object as it is now. The inputs recorded are the old ones, so that the next
// update tries the same change again.
func (p *Provider) failedUpdate(o updating, cause error) error {
	cause = fmt.Errorf("update of resource %q failed: %w", o.req.GetId(), cause)
	client, err := p.cluster.client(o.old())
	if err != nil {
		return cause
	}
	live, err := client.Get(p.ctx, o.old().GetName(), metav1.GetOptions{})
	if err != nil {
		return cause
	}
	state := o.before
	state.live = live.Object
	message, err := state.message(o.news)
	if err != nil {
		return cause
	}
	return halfDone(o.req.GetId(), message, o.req.GetOldInputs(), cause)
}

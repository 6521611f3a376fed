package provider

import (
	"context"
	"errors"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"neo4j-kubernetes/dev/engine/internal/await"
)

// Delete removes an object and waits until it is gone. One that is gone already, or whose whole kind is,
// counts as removed.
func (p *Provider) Delete(ctx context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	before, secrets, err := parseCheckpoint(req.GetProperties())
	if err != nil {
		return nil, fmt.Errorf("previous state: %w", err)
	}
	live := &unstructured.Unstructured{Object: before.live}
	asked := &unstructured.Unstructured{Object: before.inputs}
	if p.settings.renderDir != "" {
		return &emptypb.Empty{}, p.unrender(ctx, req.GetUrn(), live)
	}
	if p.cluster == nil {
		return p.deleteUnreachable(ctx, req)
	}

	client, err := p.cluster.client(live)
	if meta.IsNoMatchError(err) {
		return &emptypb.Empty{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("kind of %s: %w", req.GetId(), err)
	}
	policy := propagation(asked)
	err = client.Delete(p.ctx, live.GetName(), metav1.DeleteOptions{PropagationPolicy: &policy})
	if apierrors.IsNotFound(err) {
		return &emptypb.Empty{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("deletion of %s: %w", req.GetId(), err)
	}
	if annotated(asked, skipAwaitAnnotation) && skipsDeletion[live.GroupVersionKind().GroupKind()] {
		return &emptypb.Empty{}, nil
	}
	if err := p.gone(req.GetUrn(), live, timeout(req.GetTimeout(), asked)); err != nil {
		var unready *await.Unready
		if errors.As(err, &unready) && unready.Object != nil {
			before.live = unready.Object.Object
		}
		message, encodeErr := before.message(secrets)
		if encodeErr != nil {
			return nil, err
		}
		return nil, halfDone(req.GetId(), message, nil, fmt.Errorf("deletion of %s: %w", req.GetId(), err))
	}
	return &emptypb.Empty{}, nil
}

// skipsDeletion are the kinds for which skipAwait also means not to wait for the deletion. For the
// others it does not, and programs rely on either.
var skipsDeletion = map[schema.GroupKind]bool{
	{Kind: "Namespace"}:                  true,
	{Kind: "Pod"}:                        true,
	{Kind: "ReplicationController"}:      true,
	{Group: "apps", Kind: "DaemonSet"}:   true,
	{Group: "apps", Kind: "Deployment"}:  true,
	{Group: "apps", Kind: "StatefulSet"}: true,
	{Group: "batch", Kind: "Job"}:        true,
}

func (p *Provider) deleteUnreachable(ctx context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	if !p.settings.deleteUnreachable {
		return nil, fmt.Errorf("%w. %s", p.errUnreachable(), forgetHint)
	}
	p.log.Warn(ctx, req.GetUrn(), p.errUnreachable().Error())
	p.log.Info(ctx, req.GetUrn(), "deleteUnreachable is set: forgetting the resource, whatever became of it")
	return &emptypb.Empty{}, nil
}

package conformance

import (
	"context"
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestHookBeforeAnUpdateSeesBothSidesAndCanRefuse(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	runPods(t, s.namespace)
	type seen struct{ from, to float64 }
	var calls []seen
	var verdict error
	with := func(replicas int) program {
		return func(p *objects) error {
			hook, err := p.RegisterResourceHook("scale", func(args *pulumi.ResourceHookArgs) error {
				replicas := func(m string) float64 {
					side := args.NewInputs
					if m == "old" {
						side = args.OldInputs
					}
					return side["spec"].ObjectValue()["replicas"].NumberValue()
				}
				calls = append(calls, seen{replicas("old"), replicas("new")})
				return verdict
			}, nil)
			if err != nil {
				return err
			}
			_, err = p.add("apps/v1:StatefulSet", "w", workload(replicas, nil, nil),
				pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeUpdate: []*pulumi.ResourceHook{hook}}))
			return err
		}
	}
	s.mustUp(with(3))
	require.Empty(t, calls)
	verdict = errors.New("would lose the quorum")
	r := s.up(with(1))
	require.Error(t, r.err)
	r.says(t, "would lose the quorum")
	require.Equal(t, []seen{{3, 1}}, calls)
	set, err := cluster.client.AppsV1().StatefulSets(s.namespace).Get(context.Background(), "w", metav1.GetOptions{})
	require.NoError(t, err)
	require.EqualValues(t, 3, *set.Spec.Replicas, "nothing was touched")
	verdict = nil
	s.mustUp(with(1))
}

// Stepping down inside the hook, as `kubectl scale` would, and then applying: the field's new owner is a
// conflict for later updates unless the object is applied by force.
func TestScalingInsideAHookNeedsForce(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	runPods(t, s.namespace)
	with := func(replicas int) program {
		return func(p *objects) error {
			hook, err := p.RegisterResourceHook("scale", func(*pulumi.ResourceHookArgs) error {
				scaleTo(t, s.namespace, "w", int32(replicas))
				return nil
			}, nil)
			if err != nil {
				return err
			}
			_, err = p.add("apps/v1:StatefulSet", "w",
				workload(replicas, pulumi.Map{"pulumi.com/patchForce": pulumi.String("true")}, nil),
				pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeUpdate: []*pulumi.ResourceHook{hook}}))
			return err
		}
	}
	for _, replicas := range []int{4, 3, 5, 3} {
		s.mustUp(with(replicas))
		s.unchanged(with(replicas))
	}
}

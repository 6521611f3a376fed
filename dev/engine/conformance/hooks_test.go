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

func TestCustomResourceBesideItsDefinition(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	group := s.namespace + ".test"
	with := func(size int) program {
		return func(p *objects) error {
			definition, err := p.addAsIs("apiextensions.k8s.io/v1:CustomResourceDefinition", "things", pulumi.Map{
				"metadata": pulumi.Map{"name": pulumi.String("things." + group)},
				"spec": pulumi.Map{
					"group": pulumi.String(group), "scope": pulumi.String("Namespaced"),
					"names": pulumi.Map{"plural": pulumi.String("things"), "kind": pulumi.String("Thing")},
					"versions": pulumi.Array{pulumi.Map{
						"name": pulumi.String("v1"), "served": pulumi.Bool(true), "storage": pulumi.Bool(true),
						"schema": pulumi.Map{"openAPIV3Schema": pulumi.Map{"type": pulumi.String("object"),
							"x_kubernetes_preserve_unknown_fields": pulumi.Bool(true)}},
					}},
				},
			})
			if err != nil {
				return err
			}
			_, err = p.add(group+"/v1:Thing", "one", pulumi.Map{"spec": pulumi.Map{"size": pulumi.Int(size)}},
				pulumi.DependsOn([]pulumi.Resource{definition}))
			return err
		}
	}
	r := s.preview(with(1))
	require.NoError(t, r.err, r.out)
	s.mustUp(with(1))
	s.unchanged(with(1))
	require.Equal(t, 1, s.mustUp(with(2)).changes["update"])
	down := s.destroy()
	require.NoError(t, down.err, down.out)
}

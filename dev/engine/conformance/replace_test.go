package conformance

import (
	"context"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// workload is a StatefulSet with a fixed name; spec overrides its fields.
func workload(replicas int, annotations pulumi.Map, spec pulumi.Map) pulumi.Map {
	labels := pulumi.Map{"app": pulumi.String("w")}
	full := pulumi.Map{
		"replicas": pulumi.Int(replicas), "serviceName": pulumi.String("w"),
		"podManagementPolicy": pulumi.String("Parallel"),
		"selector":            pulumi.Map{"matchLabels": labels},
		"template": pulumi.Map{
			"metadata": pulumi.Map{"labels": labels},
			"spec": pulumi.Map{"containers": pulumi.Array{
				pulumi.Map{"name": pulumi.String("c"), "image": pulumi.String("none")},
			}},
		},
	}
	for key, value := range spec {
		full[key] = value
	}
	metadata := pulumi.Map{"name": pulumi.String("w")}
	if annotations != nil {
		metadata["annotations"] = annotations
	}
	return pulumi.Map{"metadata": metadata, "spec": full}
}

func statefulSet(fields func() pulumi.Map, opts ...pulumi.ResourceOption) program {
	return func(p *objects) error {
		_, err := p.add("apps/v1:StatefulSet", "w", fields(), opts...)
		return err
	}
}

func TestStatefulSetFixedFieldReplacesDeletingFirst(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	runPods(t, s.namespace)
	with := func(policy string) program {
		return statefulSet(func() pulumi.Map {
			return workload(1, nil, pulumi.Map{"podManagementPolicy": pulumi.String(policy)})
		})
	}
	s.mustUp(with("Parallel"))
	sets := cluster.client.AppsV1().StatefulSets(s.namespace)
	before, err := sets.Get(context.Background(), "w", metav1.GetOptions{})
	require.NoError(t, err)

	// The preview says what the API server would of a change in place; the update replaces all the same, and all members end at once. The
	// program's guard must see to it that neither comes to pass.
	r := s.preview(with("OrderedReady"))
	require.Error(t, r.err, r.out)
	r.says(t, "updates to statefulset spec for fields other than")
	// A name that stays the same can only be taken after the old object has gone.
	s.mustUp(with("OrderedReady"))
	after, err := sets.Get(context.Background(), "w", metav1.GetOptions{})
	require.NoError(t, err)
	require.NotEqual(t, before.UID, after.UID)
	s.unchanged(with("OrderedReady"))
}

func TestDataOfAConfigMapReplacesUnlessMutable(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(value string) program {
		return func(p *objects) error {
			o, err := p.add("core/v1:ConfigMap", "conf", configMap("", value))
			p.Export("id", o.ID())
			return err
		}
	}
	s.mustUp(with("one"))
	before := s.output("id")
	r := s.preview(with("two"))
	require.Equal(t, 1, r.changes["replace"], r.out)
	s.mustUp(with("two"))
	require.NotEqual(t, before, s.output("id"), "an autonamed replacement has a new name")
	maps, err := cluster.client.CoreV1().ConfigMaps(s.namespace).List(context.Background(),
		metav1.ListOptions{FieldSelector: "metadata.name!=kube-root-ca.crt"})
	require.NoError(t, err)
	require.Len(t, maps.Items, 1, "the replaced one is gone")

	s.settings["enableConfigMapMutable"] = pulumi.Bool(true)
	r = s.preview(with("three"))
	require.NoError(t, r.err, r.out)
	require.Zero(t, r.changes["replace"], r.out)
}

func TestRenamingReplacesCreatingFirst(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(name string) program {
		return func(p *objects) error {
			_, err := p.add("core/v1:ConfigMap", "conf", configMap(name, "x"))
			return err
		}
	}
	s.mustUp(with("one"))
	r := s.preview(with("two"))
	require.Equal(t, 1, r.changes["replace"], r.out)
	up := s.mustUp(with("two"))
	up.says(t, "created replacement", "deleted original")
	require.Less(t, strings.Index(up.out, "created replacement"), strings.Index(up.out, "deleted original"), up.out)
	s.unchanged(with("two"))
}

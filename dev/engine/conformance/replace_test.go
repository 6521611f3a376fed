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

	r := s.preview(with("OrderedReady"))
	require.NoError(t, r.err, r.out)
	r.says(t, `"Parallel" => "OrderedReady"`, "replace")
	require.Equal(t, 1, r.changes["replace"], r.out)
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

func TestStorageClassParametersReplace(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(value string) program {
		return func(p *objects) error {
			_, err := p.addAsIs("storage.k8s.io/v1:StorageClass", "class", pulumi.Map{
				"metadata": pulumi.Map{"name": pulumi.String(s.namespace)}, "provisioner": pulumi.String("x.test/y"),
				"parameters": pulumi.Map{"type": pulumi.String(value)},
			})
			return err
		}
	}
	s.mustUp(with("slow"))
	r := s.preview(with("fast"))
	require.NoError(t, r.err, r.out)
	require.Equal(t, 1, r.changes["replace"], r.out)
	s.mustUp(with("fast"))
	down := s.destroy()
	require.NoError(t, down.err, down.out)
}

func TestPreviewOfAReplacementUnderUpsert(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	runPods(t, s.namespace)
	s.settings["upsertExistingObjects"] = pulumi.Bool(true)
	with := func(policy, image string) program {
		return statefulSet(func() pulumi.Map {
			fields := workload(1, nil, pulumi.Map{"podManagementPolicy": pulumi.String(policy)})
			fields["metadata"].(pulumi.Map)["labels"] = pulumi.Map{"image": pulumi.String(image)}
			return fields
		})
	}
	s.mustUp(with("Parallel", "a"))
	r := s.preview(with("OrderedReady", "a"))
	require.NoError(t, r.err, r.out)
	require.Equal(t, 1, r.changes["replace"], r.out)
	r = s.preview(with("OrderedReady", "not a label"))
	require.Error(t, r.err, "what would be refused under any name still is")
	r.says(t, "not a label")
	s.mustUp(with("OrderedReady", "a"))
	s.unchanged(with("OrderedReady", "a"))
}

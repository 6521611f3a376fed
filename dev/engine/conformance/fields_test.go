package conformance

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// claimTemplate is a StatefulSet's claim of a size.
func claimTemplate(size string) pulumi.Map {
	return pulumi.Map{"volumeClaimTemplates": pulumi.Array{pulumi.Map{
		"metadata": pulumi.Map{"name": pulumi.String("data")},
		"spec": pulumi.Map{"accessModes": pulumi.Array{pulumi.String("ReadWriteOnce")},
			"resources": pulumi.Map{"requests": pulumi.Map{"storage": pulumi.String(size)}}},
	}}}
}

// Which changes of a StatefulSet's spec end all its pods at once, by replacing it, and which are made in place. The number of
// revisions kept is among the former, although the API server would take it.
func TestWhichFieldsReplaceAStatefulSet(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before, after pulumi.Map
		how           string
	}{
		"service name":           {pulumi.Map{}, pulumi.Map{"serviceName": pulumi.String("other")}, "replace"},
		"claim size":             {claimTemplate("1Gi"), claimTemplate("2Gi"), "replace"},
		"revision history limit": {pulumi.Map{}, pulumi.Map{"revisionHistoryLimit": pulumi.Int(3)}, "replace"},
		"least seconds ready":    {pulumi.Map{}, pulumi.Map{"minReadySeconds": pulumi.Int(3)}, "update"},
		"fate of claims": {pulumi.Map{},
			pulumi.Map{"persistentVolumeClaimRetentionPolicy": pulumi.Map{"whenDeleted": pulumi.String("Delete")}}, "update"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t)
			with := func(spec pulumi.Map) program {
				return statefulSet(func() pulumi.Map { return workload(0, nil, spec) })
			}
			s.mustUp(with(test.before))
			r := s.mustUp(with(test.after))
			require.Equal(t, map[string]int{"same": 2, test.how: 1}, r.changes, r.out)
		})
	}
}

// With OnDelete the update of a pod template is not waited for: it ends while every pod is still of before. Who replaces them,
// and proves that they are replaced, is the program.
func TestATemplateThatIsUpdatedOnDeleteIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	runPods(t, s.namespace)
	with := func(image string) program {
		return statefulSet(func() pulumi.Map {
			fields := workload(1, nil, pulumi.Map{"updateStrategy": pulumi.Map{"type": pulumi.String("OnDelete")}})
			template := fields["spec"].(pulumi.Map)["template"].(pulumi.Map)
			template["spec"] = pulumi.Map{"containers": pulumi.Array{
				pulumi.Map{"name": pulumi.String("c"), "image": pulumi.String(image)}}}
			return fields
		})
	}
	s.mustUp(with("first"))
	require.Equal(t, 1, s.mustUp(with("second")).changes["update"])
	pod, err := cluster.client.CoreV1().Pods(s.namespace).Get(context.Background(), "w-0", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, "first", pod.Spec.Containers[0].Image)
}

// A Service that selects pods is waited for until it has some, and when its time is up it is called created without any: what it
// leads to is the check's to say. The annotation ends the wait.
func TestAServiceIsWaitedForAndThenCalledCreatedUnlessSkipped(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	with := func(skip string) program {
		return func(p *objects) error {
			_, err := p.add("core/v1:Service", "w"+skip, pulumi.Map{
				"metadata": pulumi.Map{"name": pulumi.String("w" + skip),
					"annotations": pulumi.Map{"pulumi.com/skipAwait": pulumi.String(skip)}},
				"spec": pulumi.Map{"selector": pulumi.Map{"app": pulumi.String("w")},
					"ports": pulumi.Array{pulumi.Map{"port": pulumi.Int(80)}}},
			}, pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "3s"}))
			return err
		}
	}
	const waiting = "Finding Pods to direct traffic to"
	require.NotContains(t, s.mustUp(with("true")).out, waiting)
	s.mustUp(with("false")).says(t, waiting)
}

// The API server fills the strategy in that a StatefulSet does not name, with fields that nobody owns and no apply takes away:
// a change to OnDelete is then refused. One that was named can be changed.
func TestFromRollingUpdateToOnDelete(t *testing.T) {
	t.Parallel()
	with := func(strategy pulumi.Map) program {
		return statefulSet(func() pulumi.Map {
			if strategy == nil {
				return workload(0, nil, nil)
			}
			return workload(0, nil, pulumi.Map{"updateStrategy": strategy})
		})
	}
	onDelete := pulumi.Map{"type": pulumi.String("OnDelete")}
	t.Run("left out", func(t *testing.T) {
		t.Parallel()
		s := newStack(t)
		s.mustUp(with(nil))
		r := s.up(with(onDelete))
		require.Error(t, r.err)
		r.says(t, "only allowed for updateStrategy 'RollingUpdate'")
	})
	t.Run("type alone", func(t *testing.T) {
		t.Parallel()
		s := newStack(t)
		s.mustUp(with(pulumi.Map{"type": pulumi.String("RollingUpdate")}))
		r := s.mustUp(with(onDelete))
		require.Equal(t, map[string]int{"same": 2, "update": 1}, r.changes, r.out)
	})
	t.Run("named", func(t *testing.T) {
		t.Parallel()
		s := newStack(t)
		s.mustUp(with(pulumi.Map{"type": pulumi.String("RollingUpdate"), "rollingUpdate": pulumi.Map{"partition": pulumi.Int(0)}}))
		r := s.mustUp(with(onDelete))
		require.Equal(t, map[string]int{"same": 2, "update": 1}, r.changes, r.out)
	})
	t.Run("named first", func(t *testing.T) {
		t.Parallel()
		s := newStack(t)
		s.mustUp(with(nil))
		s.mustUp(with(pulumi.Map{"type": pulumi.String("RollingUpdate"), "rollingUpdate": pulumi.Map{"partition": pulumi.Int(0)}}))
		r := s.mustUp(with(onDelete))
		require.Equal(t, map[string]int{"same": 2, "update": 1}, r.changes, r.out)
	})
}

// An object is deleted by its name alone: one that somebody else made again under the same name goes too.
func TestDeletionIsByName(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.mustUp(func(p *objects) error {
		_, err := p.add("core/v1:ConfigMap", "conf", configMap("conf", "ours"))
		return err
	})
	maps := cluster.client.CoreV1().ConfigMaps(s.namespace)
	require.NoError(t, maps.Delete(context.Background(), "conf", metav1.DeleteOptions{}))
	_, err := maps.Create(context.Background(), &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "conf"}, Data: map[string]string{"key": "theirs"},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	r := s.destroy()
	require.NoError(t, r.err, r.out)
	left, err := maps.List(context.Background(), metav1.ListOptions{FieldSelector: "metadata.name=conf"})
	require.NoError(t, err)
	require.Empty(t, left.Items)
}

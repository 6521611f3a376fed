package grow

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	k8stesting "k8s.io/client-go/testing"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
)

const gi = int64(1) << 30

// disks is a namespace with claims whose driver answers a larger request as grown says, at once.
type disks struct {
	client *fake.Clientset
	grown  func(c *corev1.PersistentVolumeClaim)
	// writes are what was asked of the API, in order.
	writes []string
}

func newDisks(t *testing.T, grown func(c *corev1.PersistentVolumeClaim), objects ...runtime.Object) *disks {
	t.Helper()
	d := &disks{client: fake.NewClientset(objects...), grown: grown}
	d.client.PrependReactor("patch", "*", func(action k8stesting.Action) (bool, runtime.Object, error) {
		patch := action.(k8stesting.PatchAction)
		d.writes = append(d.writes, patch.GetName()+" "+string(patch.GetPatch()))
		return false, nil, nil
	})
	d.client.PrependReactor("list", "persistentvolumeclaims", func(action k8stesting.Action) (bool, runtime.Object, error) {
		list, err := d.client.Tracker().List(corev1.SchemeGroupVersion.WithResource("persistentvolumeclaims"), corev1.SchemeGroupVersion.WithKind("PersistentVolumeClaim"), "graph")
		require.NoError(t, err)
		claims := list.(*corev1.PersistentVolumeClaimList)
		for i := range claims.Items {
			c := &claims.Items[i]
			if c.Spec.Resources.Requests.Storage().Cmp(*c.Status.Capacity.Storage()) > 0 {
				d.grown(c)
			}
		}
		selected := action.(k8stesting.ListAction).GetListRestrictions().Labels
		claims.Items = slices.DeleteFunc(claims.Items, func(c corev1.PersistentVolumeClaim) bool { return !selected.Matches(labels.Set(c.Labels)) })
		return true, claims, nil
	})
	return d
}

func (d *disks) grow(t *testing.T, p plan.Plan, patience time.Duration) (said string, err error) {
	t.Helper()
	var out strings.Builder
	g := newGrowing(d.client, p)
	g.patience = patience
	err = operate.Run(t.Context(), g, operate.Options{Timeout: time.Second, Pause: time.Millisecond, Progress: &out})
	return out.String(), err
}

func planned(size int64) plan.Plan {
	return plan.Plan{Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local", Storage: plan.Storage{Size: size},
		Spec: neo4j.Spec{Release: neo4j.MustRelease("3.5.35"), Edition: neo4j.Enterprise, Primaries: 2}}
}

func labelled(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: "graph", Labels: map[string]string{"app.kubernetes.io/name": "neo4j", "app.kubernetes.io/instance": "neo4j"}}
}

func claimed(name string, request, capacity int64) *corev1.PersistentVolumeClaim {
	of := func(n int64) corev1.ResourceList {
		return corev1.ResourceList{corev1.ResourceStorage: *resource.NewQuantity(n, resource.BinarySI)}
	}
	return &corev1.PersistentVolumeClaim{
		ObjectMeta: labelled(name), Spec: corev1.PersistentVolumeClaimSpec{Resources: corev1.VolumeResourceRequirements{Requests: of(request)}},
		Status: corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimBound, Capacity: of(capacity)},
	}
}

func member(name string, ready bool) *corev1.Pod {
	status := corev1.ConditionFalse
	if ready {
		status = corev1.ConditionTrue
	}
	return &corev1.Pod{
		ObjectMeta: labelled(name), Status: corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: status}}},
		Spec: corev1.PodSpec{Volumes: []corev1.Volume{{VolumeSource: corev1.VolumeSource{
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "datadir-" + name}}}}},
	}
}

func pending(since time.Time) corev1.PersistentVolumeClaimCondition {
	return corev1.PersistentVolumeClaimCondition{Type: corev1.PersistentVolumeClaimFileSystemResizePending, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(since)}
}

func full(c *corev1.PersistentVolumeClaim) {
	c.Status.Capacity, c.Status.Conditions = c.Spec.Resources.Requests, nil
}

func request(name, size string) string {
	return name + ` {"spec":{"resources":{"requests":{"storage":"` + size + `"}}}}`
}

func TestVolumesGrowAtTheSameTime(t *testing.T) {
	d := newDisks(t, full, claimed("datadir-neo4j-0", gi, gi), claimed("datadir-neo4j-1", gi, gi), claimed("datadir-neo4j-2", gi, gi), member("neo4j-0", true), member("neo4j-1", true))
	said, err := d.grow(t, planned(2*gi), patience)
	require.NoError(t, err)
	assert.Equal(t, []string{request("datadir-neo4j-0", "2Gi"), request("datadir-neo4j-1", "2Gi")}, d.writes, "and not that of a member that left")
	assert.Contains(t, said, "growth of volumes: datadir-neo4j-0, datadir-neo4j-1 grow 1Gi -> 2Gi\ngrowth of volumes: done in")
}

// Claims that the user has made for the members are known by their names, as the guard knows them that says what grows.
func TestClaimsWithoutLabelsGrow(t *testing.T) {
	var made []runtime.Object
	for _, name := range []string{"datadir-neo4j-0", "datadir-neo4j-1", "datadir-neo4j-read-0", "datadir-neo4j-10", "datadir-movies-0"} {
		c := claimed(name, gi, gi)
		c.Labels = nil
		made = append(made, c)
	}
	p := planned(2 * gi)
	p.Storage.ExistingClaims = true
	d := newDisks(t, full, made...)
	said, err := d.grow(t, p, patience)
	require.NoError(t, err)
	assert.Equal(t, []string{request("datadir-neo4j-0", "2Gi"), request("datadir-neo4j-1", "2Gi")}, d.writes, said)
}

// A killed update has asked for one of two; the claim of a new member, whose size the template gives, is bound later.
func TestAGrowthGoesOn(t *testing.T) {
	late := claimed("datadir-neo4j-2", gi, gi)
	late.Status = corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimPending}
	p := planned(2 * gi)
	p.Primaries = 3
	d := newDisks(t, full, claimed("datadir-neo4j-0", 2*gi, 2*gi), claimed("datadir-neo4j-1", gi, gi), late)
	d.grown = func(c *corev1.PersistentVolumeClaim) {
		if c.Status.Phase == corev1.ClaimBound {
			full(c)
		}
	}
	_, err := d.grow(t, p, patience)
	require.NoError(t, err)
	assert.Equal(t, []string{request("datadir-neo4j-1", "2Gi")}, d.writes)
	_, err = d.grow(t, planned(2*gi), patience)
	require.NoError(t, err)
	assert.Len(t, d.writes, 1, "what is done is not done again")
}

// The kubelet looks at a pod when it changes: that is when the file system grows.
func TestAMountedFileSystemGrowsWhenItsPodChanges(t *testing.T) {
	var d *disks
	d = newDisks(t, func(c *corev1.PersistentVolumeClaim) {
		if len(d.writes) < 2 {
			c.Status.Conditions = []corev1.PersistentVolumeClaimCondition{pending(time.Now())}
			return
		}
		full(c)
	}, claimed("datadir-neo4j-0", gi, gi), claimed("datadir-neo4j-1", 2*gi, 2*gi), member("neo4j-0", true))
	said, err := d.grow(t, planned(2*gi), patience)
	require.NoError(t, err)
	require.Len(t, d.writes, 2)
	assert.Equal(t, request("datadir-neo4j-0", "2Gi"), d.writes[0])
	assert.Regexp(t, `^neo4j-0 {"metadata":{"annotations":{"neo4j-kubernetes/volume-grown-to":"2Gi \d{4}-[^"]+Z"}}}$`, d.writes[1])
	assert.Contains(t, said, "datadir-neo4j-0 has 1Gi: its file system grows")
}

// What needs a start of the pod is not waited for: operate/roll gives it one, or it starts anyway.
func TestWhatGrowsAtAStartIsLeft(t *testing.T) {
	for name, c := range map[string]struct {
		since time.Time
		ready bool
	}{
		"its driver cannot while it is mounted": {time.Now().Add(-online - time.Second), true},
		"its member is down":                    {time.Now(), false},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDisks(t, func(claim *corev1.PersistentVolumeClaim) {
				claim.Status.Conditions = []corev1.PersistentVolumeClaimCondition{pending(c.since)}
			}, claimed("datadir-neo4j-0", gi, gi), claimed("datadir-neo4j-1", 2*gi, 2*gi), member("neo4j-0", c.ready))
			_, err := d.grow(t, planned(2*gi), patience)
			require.NoError(t, err)
			list, err := d.client.CoreV1().PersistentVolumeClaims("graph").List(context.Background(), metav1.ListOptions{})
			require.NoError(t, err)
			assert.Equal(t, c.ready, GrowsAtAStart(&list.Items[0]))
		})
	}
}

func TestAVolumeThatCannotGrow(t *testing.T) {
	problem := corev1.PersistentVolumeClaimCondition{Type: corev1.PersistentVolumeClaimControllerResizeError, Status: corev1.ConditionTrue, Message: "no space in the pool"}
	for name, c := range map[string]struct {
		grown func(claim *corev1.PersistentVolumeClaim)
		want  string
	}{
		"has failed": {func(claim *corev1.PersistentVolumeClaim) {
			claim.Status.Conditions = []corev1.PersistentVolumeClaimCondition{problem}
		}, "ControllerResizeError: no space in the pool"},
		"calls it infeasible": {func(claim *corev1.PersistentVolumeClaim) {
			claim.Status.AllocatedResourceStatuses = map[corev1.ResourceName]corev1.ClaimResourceStatus{
				corev1.ResourceStorage: corev1.PersistentVolumeClaimNodeResizeInfeasible}
		}, "NodeResizeInfeasible"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDisks(t, func(claim *corev1.PersistentVolumeClaim) {
				if claim.Name == "datadir-neo4j-1" {
					c.grown(claim)
					return
				}
				full(claim)
			}, claimed("datadir-neo4j-0", gi, gi), claimed("datadir-neo4j-1", gi, gi), member("neo4j-0", true), member("neo4j-1", true))
			_, err := d.grow(t, planned(2*gi), 20*time.Millisecond)
			require.EqualError(t, err, "growth of volumes: datadir-neo4j-1 cannot grow from 1Gi to 2Gi: "+c.want+
				"\ndatadir-neo4j-1 is put back: it asks for 1073741825 bytes, the least that Kubernetes takes over its 1Gi")
			assert.Equal(t, request("datadir-neo4j-1", "1073741825"), d.writes[len(d.writes)-1])

			d.writes = nil
			_, err = d.grow(t, planned(gi), 20*time.Millisecond)
			require.NoError(t, err, "the way back asks for nothing that Kubernetes does not take")
			assert.Empty(t, d.writes)
		})
	}
}

// Hosts' folders have no size.
func TestHostPathIsNotAsked(t *testing.T) {
	p := planned(2 * gi)
	p.Storage.HostPath = "/data"
	require.NoError(t, Volumes(t.Context(), reach.Access{Kubeconfig: "none"}, p, operate.Options{}))
}

package place

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"

	"neo4j-kubernetes/plan"
)

// A volume that was bound to a claim which is gone would never be bound again.
func TestVolumesOfClaimsThatAreGone(t *testing.T) {
	p := planned()
	p.Storage = plan.Storage{Size: 1 << 30, HostPath: "/data/neo4j", Retain: true}
	volume := func(name string, claim types.UID) *corev1.PersistentVolume {
		return &corev1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.PersistentVolumeSpec{ClaimRef: &corev1.ObjectReference{UID: claim}}}
	}
	claim := &corev1.PersistentVolumeClaim{ObjectMeta: meta("datadir-neo4j-2", nil)}
	claim.UID = "two"
	needs, err := releasedVolumes(t.Context(), fake.NewClientset(
		volume("graph-datadir-neo4j-0", "gone"), volume("graph-datadir-neo4j-1", ""), volume("graph-datadir-neo4j-2", "two"), claim,
	), p)
	require.NoError(t, err)
	assert.Equal(t, []plan.Need{{Path: "storage.hostPath", Value: "/data/neo4j",
		Reason: "the volumes graph-datadir-neo4j-0 were of claims that are gone, and Kubernetes gives them to no other",
		Mend: `to take up their data: kubectl patch pv graph-datadir-neo4j-0 --type json -p '[{"op":"remove","path":"/spec/claimRef/uid"}]'; ` +
			"to begin anew: kubectl delete pv graph-datadir-neo4j-0, and delete the folders below /data/neo4j/graph of the nodes"}}, needs)
}

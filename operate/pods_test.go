package operate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
)

// A pod's end takes at most its own grace period and what the kubelet needs to end it by force. A node that does not answer ends nothing,
// however long one waits.
func TestHowLongAPodsEndMayTake(t *testing.T) {
	hour := int64(3600)
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "neo4j-0", DeletionGracePeriodSeconds: &hour}, Spec: corev1.PodSpec{NodeName: "dev2"}}
	node := func(status corev1.ConditionStatus) *corev1.Node {
		return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "dev2"}, Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{
			{Type: corev1.NodeMemoryPressure, Status: corev1.ConditionFalse}, {Type: corev1.NodeReady, Status: status},
		}}}
	}
	what, within := PodEnds(t.Context(), fake.NewClientset(node(corev1.ConditionTrue)), pod)
	assert.Equal(t, "its pod ends on node dev2", what)
	assert.Equal(t, time.Hour+time.Minute, within)
	what, within = PodEnds(t.Context(), fake.NewClientset(node(corev1.ConditionUnknown)), pod)
	assert.Equal(t, "its pod ends on node dev2, which does not answer", what)
	assert.Zero(t, within)
	forbids := fake.NewClientset()
	forbids.PrependReactor("get", "nodes", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(corev1.Resource("nodes"), "dev2", nil)
	})
	what, within = PodEnds(t.Context(), forbids, pod)
	assert.Equal(t, "its pod ends on node dev2", what)
	assert.Equal(t, time.Hour+time.Minute, within, "who may not read nodes waits as long as it may take")
	what, within = PodEnds(t.Context(), fake.NewClientset(), pod)
	assert.Equal(t, "its pod ends on node dev2, which is gone", what)
	assert.Zero(t, within)
}

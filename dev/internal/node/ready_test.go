package node

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

func TestNodesThatAreReady(t *testing.T) {
	node := func(ready corev1.ConditionStatus) corev1.Node {
		return corev1.Node{Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{
			{Type: corev1.NodeMemoryPressure, Status: corev1.ConditionTrue}, {Type: corev1.NodeReady, Status: ready},
		}}}
	}
	nodes := []corev1.Node{node(corev1.ConditionTrue), node(corev1.ConditionFalse), node(corev1.ConditionUnknown), {}}
	if n := readyNodes(nodes); n != 1 {
		t.Errorf("%d of %d nodes are Ready, want 1", n, len(nodes))
	}
}

func TestImagesWaitForNodesOnlySoLong(t *testing.T) {
	began := time.Now()
	Spec{Number: 2, Nodes: 3}.awaitNodes(t.Context(), 20*time.Millisecond)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("waited %s where no API server answers, want 20 ms", took)
	}
}

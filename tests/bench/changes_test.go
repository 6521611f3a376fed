package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func TestWithSetting(t *testing.T) {
	conf := "# topology\ndbms.mode=CORE\n" + rolled + "=31s\n"
	assert.Equal(t, "# topology\ndbms.mode=CORE\n"+rolled+"=32s\n", withSetting(conf, rolled, "32s"))
	assert.Equal(t, "dbms.mode=CORE\n"+rolled+"=31s\n", withSetting("dbms.mode=CORE", rolled, "31s"))
	assert.Equal(t, "dbms.mode=CORE\n", without("dbms.mode=CORE\n"+preVoting+"=true\n", preVoting))
}

func TestEachRollingChangeHasAValueOfItsOwn(t *testing.T) {
	c := &changing{}
	value, shown := c.next()
	assert.Equal(t, []string{"31s", "31000ms"}, []string{value, shown})
	value, shown = c.next()
	assert.Equal(t, []string{"32s", "32000ms"}, []string{value, shown})
}

// podAs is a pod of an identity, ready or not, whose server ended with an exit code at a time and started anew.
func podAs(uid string, isReady bool, restarts, exitCode int32, ended time.Time) corev1.Pod {
	status := corev1.ContainerStatus{RestartCount: restarts}
	if !ended.IsZero() {
		status.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: exitCode, FinishedAt: metav1.NewTime(ended)}
	}
	condition := corev1.PodCondition{Type: corev1.PodReady, Status: corev1.ConditionFalse}
	if isReady {
		condition.Status = corev1.ConditionTrue
	}
	return corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{UID: types.UID(uid)},
		Status:     corev1.PodStatus{Conditions: []corev1.PodCondition{condition}, ContainerStatuses: []corev1.ContainerStatus{status}},
	}
}

func TestABadChangeIsSeen(t *testing.T) {
	began := time.Now()
	serving := map[string]corev1.Pod{"neo4j-0": podAs("a", true, 0, 0, time.Time{}), "neo4j-1": podAs("b", true, 0, 0, time.Time{})}
	r := &refusal{before: serving, down: map[string]bool{}}
	r.see(serving)
	assert.Empty(t, r.down)
	assert.True(t, r.first.IsZero())

	with := func(pod corev1.Pod) map[string]corev1.Pod {
		return map[string]corev1.Pod{"neo4j-0": serving["neo4j-0"], "neo4j-1": pod}
	}
	r.see(with(podAs("b", false, 0, 143, began)))
	assert.True(t, r.first.IsZero(), "the server of before ends because it is replaced")
	r.see(map[string]corev1.Pod{"neo4j-0": serving["neo4j-0"]})
	r.see(with(podAs("c", false, 1, 1, began.Add(time.Second))))
	r.see(with(podAs("c", false, 2, 1, began.Add(11*time.Second))))
	assert.Equal(t, began.Add(time.Second), r.first, "the first end counts")
	assert.Equal(t, map[string]bool{"neo4j-1": true}, r.down)

	r.see(map[string]corev1.Pod{"neo4j-0": podAs("a", false, 0, 0, time.Time{}), "neo4j-1": podAs("c", false, 2, 1, began)})
	assert.Len(t, r.down, 2, "one that is not ready does not serve")
}

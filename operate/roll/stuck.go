package roll

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
)

// stuckFor is how long Kubernetes may say that it cannot bring a replaced member's pod as far as its server: a scheduler and a kubelet
// try again by themselves, and the first answer is often one of passing. With the rest of an update it makes the minute within which a bad
// change ends.
const stuckFor = 45 * time.Second

// Reasons of events of type Warning with which a kubelet, or the controller that attaches volumes, says that a pod gets no further, and of
// those with which an autoscaler says that a node is on its way (Cluster Autoscaler; Karpenter).
var (
	cannot = map[string]bool{"FailedMount": true, "FailedAttachVolume": true, "FailedMapVolume": true, "FailedCreatePodSandBox": true}
	comes  = map[string]bool{"TriggeredScaleUp": true, "Nominated": true}
)

// stuck is why a pod does not get as far as its server, empty for nothing. Who may not read events hears of the scheduler only.
func (k kubernetesPods) stuck(ctx context.Context, p *corev1.Pod) string {
	for _, c := range p.Status.ContainerStatuses {
		if c.State.Running != nil || c.RestartCount > 0 {
			return ""
		}
	}
	why := unscheduled(p)
	of := fields.Set{"involvedObject.uid": string(p.UID)}.String()
	events, err := k.client.CoreV1().Events(p.Namespace).List(ctx, metav1.ListOptions{FieldSelector: of})
	if err != nil {
		return why
	}
	for _, e := range events.Items {
		switch {
		case comes[e.Reason]:
			return ""
		case e.Type == corev1.EventTypeWarning && cannot[e.Reason] && why == "":
			why = fmt.Sprintf("%s: %s", e.Reason, e.Message)
		}
	}
	return why
}

// unscheduled is why the scheduler has found no node for a pod, empty for nothing. The scheduler of Kubernetes 1.34 says that there are
// taints, and no longer which.
func unscheduled(p *corev1.Pod) string {
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			why := "it is not scheduled: " + c.Message
			if strings.Contains(c.Message, "untolerated taint") {
				why += " Which taints of nodes the members tolerate is neo4j:cluster.placement.tolerations"
			}
			return why
		}
	}
	return ""
}

// patient gives a member up that is stuck for too long, for a reason that may pass; empty for none.
func (r *rolling) patient(m neo4j.Member, why string) error {
	if why == "" {
		delete(r.stuckSince, m.Name)
		return nil
	}
	since, known := r.stuckSince[m.Name]
	if !known {
		if r.stuckSince == nil {
			r.stuckSince = map[string]time.Time{}
		}
		since = time.Now()
		r.stuckSince[m.Name] = since
	}
	if time.Since(since) < r.stuckFor {
		return nil
	}
	return operate.Failed{Cause: fmt.Errorf("%s does not come up: %s", m.Name, why)}
}

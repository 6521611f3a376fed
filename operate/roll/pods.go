package roll

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/neo4j"
)

// pod is a member's pod as it is now; the zero value is none.
type pod struct {
	uid types.UID
	// outdated says that it is not of its StatefulSet's present revision. A member without a pod is not: it comes back with the present one.
	outdated bool
	ready    bool
	// broken is why it cannot come up, empty for nothing; waits is what it waits for right now.
	broken, waits string
}

// pods is what a rolling change needs of Kubernetes.
type pods interface {
	// look gives the members' pods by name.
	look(ctx context.Context, t neo4j.Topology) (map[string]pod, error)
	// remove has a pod go that still has the identity.
	remove(ctx context.Context, m neo4j.Member, uid types.UID) error
	// lastWords is the error of a member that cannot come up, with the line of its log or the event that says why.
	lastWords(ctx context.Context, m neo4j.Member, p pod) error
}

type kubernetesPods struct {
	client    kubernetes.Interface
	namespace string
}

func (k kubernetesPods) look(ctx context.Context, t neo4j.Topology) (map[string]pod, error) {
	sets, found := map[string]*appsv1.StatefulSet{}, map[string]pod{}
	for _, m := range t.Members {
		set := sets[m.Pool]
		if set == nil {
			var err error
			if set, err = k.client.AppsV1().StatefulSets(k.namespace).Get(ctx, m.Pool, metav1.GetOptions{}); err != nil {
				return nil, fmt.Errorf("stateful set %s: %w", m.Pool, err)
			}
			if set.Status.ObservedGeneration < set.Generation {
				return nil, errNotObserved
			}
			sets[m.Pool] = set
		}
		p, err := k.client.CoreV1().Pods(k.namespace).Get(ctx, m.Name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			continue
		case err != nil:
			return nil, fmt.Errorf("pod %s: %w", m.Name, err)
		}
		found[m.Name] = podOf(p, set.Status.UpdateRevision)
	}
	return found, nil
}

var errNotObserved = errors.New("a StatefulSet's last change is not taken up yet")

func podOf(p *corev1.Pod, revision string) pod {
	state := pod{uid: p.UID, outdated: p.Labels[appsv1.StatefulSetRevisionLabel] != revision}
	for _, c := range p.Status.Conditions {
		switch {
		case c.Type == corev1.PodReady:
			state.ready = c.Status == corev1.ConditionTrue && p.DeletionTimestamp == nil
		case c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse:
			state.waits = "it is not scheduled: " + c.Message
		}
	}
	for _, c := range append(append([]corev1.ContainerStatus{}, p.Status.InitContainerStatuses...), p.Status.ContainerStatuses...) {
		if ended := c.LastTerminationState.Terminated; ended != nil && ended.ExitCode != 0 && !c.Ready {
			state.broken = fmt.Sprintf("container %s ended with exit code %d (%s)", c.Name, ended.ExitCode, ended.Reason)
		}
		if ended := c.State.Terminated; ended != nil && ended.ExitCode != 0 {
			state.broken = fmt.Sprintf("container %s ended with exit code %d (%s)", c.Name, ended.ExitCode, ended.Reason)
		}
		if w := c.State.Waiting; w != nil {
			switch w.Reason {
			case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "CreateContainerConfigError", "CreateContainerError", "RunContainerError":
				state.broken = fmt.Sprintf("container %s: %s: %s", c.Name, w.Reason, w.Message)
			}
		}
	}
	return state
}

func (k kubernetesPods) remove(ctx context.Context, m neo4j.Member, uid types.UID) error {
	err := k.client.CoreV1().Pods(k.namespace).Delete(ctx, m.Name, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}})
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil // it is another one by now
	}
	return err
}

// complaint is what a line looks like that says why a server, its launcher or its JVM ended.
var complaint = regexp.MustCompile(`(?i)\b(error|exception|unrecognized|invalid|failed|could not|cannot|out of memory)\b`)

func (k kubernetesPods) lastWords(ctx context.Context, m neo4j.Member, p pod) error {
	lines := int64(80)
	for _, previous := range []bool{true, false} {
		text, err := k.client.CoreV1().Pods(k.namespace).GetLogs(m.Name, &corev1.PodLogOptions{Container: "neo4j", TailLines: &lines, Previous: previous}).DoRaw(ctx)
		if line := said(text); err == nil && line != "" {
			return fmt.Errorf("%s does not come up: %s; its log says: %s", m.Name, p.broken, line)
		}
	}
	return fmt.Errorf("%s does not come up: %s", m.Name, p.broken)
}

// said is the first line of a log that says why, or its last one.
func said(log []byte) string {
	last := ""
	for scanner := bufio.NewScanner(bytes.NewReader(log)); scanner.Scan(); {
		line := strings.TrimSpace(scanner.Text())
		if line == "" {
			continue
		}
		if complaint.MatchString(line) {
			return line
		}
		last = line
	}
	return last
}

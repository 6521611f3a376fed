package roll

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/operate/grow"
	"neo4j-kubernetes/plan"
)

// pod is a member's pod as it is now; the zero value is none.
type pod struct {
	uid types.UID
	// outdated says that it is not of its StatefulSet's present revision, or that its volume grows at a start only. A member without a pod
	// is not: it comes back with the present one.
	outdated bool
	ready    bool
	// runs says that its server's process is there.
	runs bool
	// broken is why it does not come up, empty for nothing; restarts is how often it tried again, and waits what it waits for right now.
	broken, waits string
	restarts      int32
	// ending says that it was deleted and is still there, ends how long that may take from then on, zero where nobody knows. grace is how
	// long its end may take.
	ending      bool
	ends, grace time.Duration
	// stuck is why Kubernetes does not bring it as far as its server, empty for nothing; unpulled is why it has not got an image of it.
	stuck, unpulled string
	// unwanted says that its StatefulSet is smaller than planned, as somebody else has made it: there is no pod to wait for.
	unwanted bool
}

// down says that a pod is there and does not serve.
func (p pod) down() bool { return p.uid != "" && !p.ready }

// idles says that a pod is of an earlier plan, does not serve and is not ending yet.
func (p pod) idles() bool { return p.outdated && p.down() && !p.ending }

// pods is what a rolling change needs of Kubernetes.
type pods interface {
	// look gives the members' pods by name.
	look(ctx context.Context, t neo4j.Topology) (map[string]pod, error)
	// leaving are the pods that end and belong to no member any more, by name.
	leaving(ctx context.Context, t neo4j.Topology) (map[string]pod, error)
	// backups are the pods that back up the cluster right now, with their phases.
	backups(ctx context.Context, t neo4j.Topology) ([]string, error)
	// remove has a pod go that still has the identity, in its own grace period, or in a shorter one where within is not zero.
	remove(ctx context.Context, m neo4j.Member, uid types.UID, within time.Duration) error
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
			found[m.Name] = pod{unwanted: set.Spec.Replicas != nil && int(*set.Spec.Replicas) <= m.Ordinal, waits: "its pod is not made yet"}
			continue
		case err != nil:
			return nil, fmt.Errorf("pod %s: %w", m.Name, err)
		}
		state := k.podOf(ctx, p, set.Status.UpdateRevision)
		if !state.outdated {
			if state.outdated, err = k.growsAtAStart(ctx, m); err != nil {
				return nil, err
			}
		}
		found[m.Name] = state
	}
	return found, nil
}

// growsAtAStart says whether a member's volume waits for its pod to start anew before it grows.
func (k kubernetesPods) growsAtAStart(ctx context.Context, m neo4j.Member) (bool, error) {
	claim, err := k.client.CoreV1().PersistentVolumeClaims(k.namespace).Get(ctx, plan.ClaimOf(m), metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("claim %s: %w", plan.ClaimOf(m), err)
	}
	return grow.GrowsAtAStart(claim), nil
}

var errNotObserved = errors.New("a StatefulSet's last change is not taken up yet")

func (k kubernetesPods) leaving(ctx context.Context, t neo4j.Topology) (map[string]pod, error) {
	of := labels.Set(plan.Selector(t.Name))
	list, err := k.client.CoreV1().Pods(k.namespace).List(ctx, metav1.ListOptions{LabelSelector: of.String()})
	if err != nil {
		return nil, fmt.Errorf("pods: %w", err)
	}
	leave := map[string]pod{}
	for _, p := range list.Items {
		member := slices.ContainsFunc(t.Members, func(m neo4j.Member) bool { return m.Name == p.Name })
		if p.DeletionTimestamp != nil && !member {
			leave[p.Name] = k.podOf(ctx, &p, "")
		}
	}
	return leave, nil
}

// backups are pods that a backup marks as its own (plan.Task). No release of Neo4j tells that it is being backed up: docs/adr/0016.
func (k kubernetesPods) backups(ctx context.Context, t neo4j.Topology) ([]string, error) {
	list, err := k.client.CoreV1().Pods(k.namespace).List(ctx, metav1.ListOptions{LabelSelector: labels.Set{plan.Task: plan.Backup}.String()})
	if err != nil {
		return nil, fmt.Errorf("pods: %w", err)
	}
	var running []string
	for _, p := range list.Items {
		whose := p.Labels["app.kubernetes.io/instance"]
		if p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed || whose != "" && whose != t.Name {
			continue
		}
		running = append(running, fmt.Sprintf("pod %s (%s)", p.Name, p.Status.Phase))
	}
	return running, nil
}

func (k kubernetesPods) podOf(ctx context.Context, p *corev1.Pod, revision string) pod {
	state := podOf(p, revision)
	switch {
	case state.ending:
		state.waits, state.ends = operate.PodEnds(ctx, k.client, p)
	case !state.ready:
		if state.stuck = k.stuck(ctx, p); state.stuck != "" {
			state.waits = state.stuck
		}
	}
	return state
}

func podOf(p *corev1.Pod, revision string) pod {
	state := pod{uid: p.UID, outdated: p.Labels[appsv1.StatefulSetRevisionLabel] != revision, ready: operate.Ready(p), ending: p.DeletionTimestamp != nil}
	if g := p.Spec.TerminationGracePeriodSeconds; g != nil {
		state.grace = time.Duration(*g) * time.Second
	}
	state.waits = unscheduled(p)
	for _, c := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses) {
		state.broken = cmp.Or(state.broken, brokenBy(c))
		state.restarts = max(state.restarts, c.RestartCount)
		state.unpulled = cmp.Or(state.unpulled, unpulledBy(c))
		state.runs = state.runs || c.Name == plan.ServerContainer && c.State.Running != nil
		if w := c.State.Waiting; w != nil && w.Message != "" {
			state.waits = fmt.Sprintf("container %s: %s: %s", c.Name, w.Reason, w.Message)
		}
	}
	if state.unpulled != "" {
		state.waits = "the registry may answer another time: " + state.unpulled
	}
	return state
}

// brokenBy is why a container does not come up, empty for nothing. One end with an error is not enough: the second try may find what the
// first one missed.
func brokenBy(c corev1.ContainerStatus) string {
	if w := c.State.Waiting; w != nil && hopeless[w.Reason] {
		return fmt.Sprintf("container %s: %s: %s", c.Name, w.Reason, w.Message)
	}
	for _, ended := range []*corev1.ContainerStateTerminated{c.State.Terminated, c.LastTerminationState.Terminated} {
		if ended != nil && ended.ExitCode != 0 && !c.Ready && c.RestartCount > 0 {
			return fmt.Sprintf("container %s ended with exit code %d (%s)", c.Name, ended.ExitCode, ended.Reason)
		}
	}
	return ""
}

// hopeless are reasons of the kubelet for which a container never starts. What a Secret or ConfigMap mends that comes later is not among them.
var hopeless = map[string]bool{"ErrImageNeverPull": true, "InvalidImageName": true}

// unpulledBy is why a container's image is not there, empty for nothing. The kubelet says by turns that it could not pull it and that it waits
// before it tries again, after 10 s, 20 s and so on: a registry that did not answer may do so then.
func unpulledBy(c corev1.ContainerStatus) string {
	if w := c.State.Waiting; w != nil && (w.Reason == "ErrImagePull" || w.Reason == "ImagePullBackOff") {
		return fmt.Sprintf("container %s: %s: %s", c.Name, w.Reason, w.Message)
	}
	return ""
}

func (k kubernetesPods) remove(ctx context.Context, m neo4j.Member, uid types.UID, within time.Duration) error {
	options := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}}
	if within > 0 {
		seconds := int64(within / time.Second)
		options.GracePeriodSeconds = &seconds
	}
	err := k.client.CoreV1().Pods(k.namespace).Delete(ctx, m.Name, options)
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil // it is another one by now
	}
	return err
}

package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/tests/harness"
	"neo4j-kubernetes/verify"
)

// rolled is the setting of rolling changes, which 3.5 takes at a start only; preVoting the one that keeps members from needless elections.
const rolled, preVoting = "dbms.transaction.bookmark_ready_timeout", "causal_clustering.enable_pre_voting"

// next is another value of it, and how a server writes that.
func (c *changing) next() (value, shown string) {
	c.values++
	seconds := 30 + c.values
	return fmt.Sprintf("%ds", seconds), fmt.Sprintf("%d000ms", seconds)
}

// rollByProgram changes the setting by an update: key is the figure of the gaps' sum, timeKey that of the time, empty for none.
func (c *changing) rollByProgram(ctx context.Context, key, timeKey string) error {
	value, shown := c.next()
	if err := c.set(ctx, settingPath(rolled), value); err != nil {
		return err
	}
	return c.measured(ctx, key, timeKey, c.ours, shown, c.up)
}

// rollByController changes it as anybody's StatefulSet would, with the leader on the highest ordinal, which the controller replaces first.
func (c *changing) rollByController(ctx context.Context, key, timeKey string) error {
	if err := c.plainPods(ctx); err != nil {
		return fmt.Errorf("pods of a plain StatefulSet: %w", err)
	}
	members := c.members.Topology.Of(neo4j.Primary)
	if err := c.leadTo(ctx, members[len(members)-1]); err != nil {
		return err
	}
	value, shown := c.next()
	return c.measured(ctx, key, timeKey, c.theirs, shown, func(ctx context.Context) error { return c.rollOut(ctx, value) })
}

// measured makes a change under writes, keeps what it cost, and looks that every member has the value.
func (c *changing) measured(ctx context.Context, key, timeKey string, keep func(string, time.Duration), shown string, change func(context.Context) error) error {
	g, took, err := c.underWrites(ctx, change)
	if err != nil {
		return err
	}
	c.say("%s: %s", key, g)
	keep(key, g.sum)
	keep(timeKey, took)
	return c.holds(ctx, rolled, shown)
}

// plainPods makes the members those of a plain StatefulSet: without what the program puts into its pods and neo4j.conf so that whoever ends
// a leader does so gently, a hook by which it steps aside and pre-voting. All pods are made anew at once.
func (c *changing) plainPods(ctx context.Context) error {
	set, err := c.statefulSet(ctx)
	if err != nil {
		return err
	}
	conf, err := c.otherConf(ctx, set, "bench-conf-plain", func(text string) string { return without(text, preVoting) })
	if err != nil {
		return err
	}
	patch := fmt.Sprintf(`{"spec":{"template":{"spec":{"volumes":[{"name":"conf","configMap":{"name":%q}}],"containers":[{"name":"neo4j","lifecycle":null}]}}}}`, conf)
	if err := c.patch(ctx, types.StrategicMergePatchType, patch); err != nil {
		return err
	}
	soon := int64(1)
	err = c.client.CoreV1().Pods(c.project.Namespace).DeleteCollection(ctx, metav1.DeleteOptions{GracePeriodSeconds: &soon}, metav1.ListOptions{LabelSelector: podsOfMembers})
	if err != nil {
		return err
	}
	return harness.Eventually(ctx, 5*time.Minute, func() error { return c.rolledOut(ctx, set.Status.UpdateRevision) })
}

// rollOut makes the change that an update by the official provider would make, a template with another ConfigMap in it, and leaves the rest
// to the StatefulSet's controller, until all pods are new and ready and the check has proven their roles.
func (c *changing) rollOut(ctx context.Context, value string) error {
	set, err := c.statefulSet(ctx)
	if err != nil {
		return err
	}
	conf, err := c.otherConf(ctx, set, "bench-conf-"+value, func(text string) string { return withSetting(text, rolled, value) })
	if err != nil {
		return err
	}
	patch := fmt.Sprintf(`{"spec":{"updateStrategy":{"type":"RollingUpdate"},"template":{"spec":{"volumes":[{"name":"conf","configMap":{"name":%q}}]}}}}`, conf)
	if err := c.patch(ctx, types.StrategicMergePatchType, patch); err != nil {
		return err
	}
	if err := harness.Eventually(ctx, 10*time.Minute, func() error { return c.rolledOut(ctx, set.Status.UpdateRevision) }); err != nil {
		return err
	}
	_, err = verify.Cluster(ctx, c.access(), c.members.Topology, verify.Options{Canary: true})
	return err
}

func (c *changing) statefulSet(ctx context.Context) (*appsv1.StatefulSet, error) {
	return c.client.AppsV1().StatefulSets(c.project.Namespace).Get(ctx, "neo4j", metav1.GetOptions{})
}

func (c *changing) patch(ctx context.Context, kind types.PatchType, patch string) error {
	_, err := c.client.AppsV1().StatefulSets(c.project.Namespace).Patch(ctx, "neo4j", kind, []byte(patch), metav1.PatchOptions{FieldManager: "bench"})
	return err
}

// otherConf makes a ConfigMap like the one of a set's pods, with another neo4j.conf, and gives its name.
func (c *changing) otherConf(ctx context.Context, set *appsv1.StatefulSet, name string, change func(conf string) string) (string, error) {
	maps := c.client.CoreV1().ConfigMaps(c.project.Namespace)
	for _, v := range set.Spec.Template.Spec.Volumes {
		if v.Name != "conf" || v.ConfigMap == nil {
			continue
		}
		now, err := maps.Get(ctx, v.ConfigMap.Name, metav1.GetOptions{})
		if err != nil {
			return "", err
		}
		other := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string]string{}}
		for file, text := range now.Data {
			other.Data[file] = change(text)
		}
		_, err = maps.Create(ctx, other, metav1.CreateOptions{})
		return other.Name, err
	}
	return "", fmt.Errorf("the pods of %s mount no ConfigMap as conf", set.Name)
}

// withSetting is a neo4j.conf with one setting put in place of what it said of it.
func withSetting(conf, setting, value string) string {
	return without(conf, setting) + setting + "=" + value + "\n"
}

// without is a neo4j.conf without what it said of a setting.
func without(conf, setting string) string {
	var lines strings.Builder
	for line := range strings.Lines(conf) {
		if !strings.HasPrefix(line, setting+"=") {
			lines.WriteString(strings.TrimSuffix(line, "\n") + "\n")
		}
	}
	return lines.String()
}

// rolledOut says what a StatefulSet's controller has still to do until all pods are of a revision other than the one before.
func (c *changing) rolledOut(ctx context.Context, before string) error {
	set, err := c.statefulSet(ctx)
	if err != nil {
		return err
	}
	s := set.Status
	if s.ObservedGeneration < set.Generation || s.UpdateRevision == before {
		return fmt.Errorf("the change of %s is not taken up yet", set.Name)
	}
	if s.UpdatedReplicas < *set.Spec.Replicas || s.ReadyReplicas < *set.Spec.Replicas {
		return fmt.Errorf("%d of %d pods are new, %d ready", s.UpdatedReplicas, *set.Spec.Replicas, s.ReadyReplicas)
	}
	return nil
}

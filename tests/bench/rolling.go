package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// rolled is the setting of rolling changes, which 3.5 takes at a start only.
const rolled = "dbms.transaction.bookmark_ready_timeout"

// next is another value of it, and how a server writes that.
func (c *changing) next() (value, shown string) {
	c.values++
	seconds := 30 + c.values
	return fmt.Sprintf("%ds", seconds), fmt.Sprintf("%d000ms", seconds)
}

// roll changes the setting by the program and by the StatefulSet's own RollingUpdate, under writes: key is the figure of the gaps' sums,
// timeKey that of the times, empty for none.
func (c *changing) roll(ctx context.Context, key, timeKey string) error {
	sides := []struct {
		name string
		make func(ctx context.Context, value string) (gaps, time.Duration, error)
		keep func(key string, took time.Duration)
	}{{"by the program", c.byProgram, c.ours}, {"by RollingUpdate", c.byRollingUpdate, c.theirs}}
	if c.theirsFirst {
		slices.Reverse(sides)
	}
	for _, side := range sides {
		value, shown := c.next()
		g, took, err := side.make(ctx, value)
		if err == nil {
			err = c.holds(ctx, rolled, shown)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", side.name, err)
		}
		c.say("%s: %s: %s", key, side.name, g)
		side.keep(key, g.sum)
		side.keep(timeKey, took)
	}
	return nil
}

func (c *changing) byProgram(ctx context.Context, value string) (gaps, time.Duration, error) {
	if err := c.set(ctx, settingPath(rolled), value); err != nil {
		return gaps{}, 0, err
	}
	return c.underWrites(ctx, c.up)
}

// byRollingUpdate makes the change with the leader on the highest ordinal, which the controller replaces first. The pods are taken from the
// controller again afterwards; the rest of what it leaves behind is the next update's to overwrite, whose writes of the set are forced.
func (c *changing) byRollingUpdate(ctx context.Context, value string) (g gaps, took time.Duration, err error) {
	members := c.members.Topology.Of(neo4j.Primary)
	if err := c.leadTo(ctx, members[len(members)-1]); err != nil {
		return gaps{}, 0, err
	}
	g, took, err = c.underWrites(ctx, func(ctx context.Context) error { return c.rollOut(ctx, value) })
	return g, took, errors.Join(err, c.backToOnDelete(ctx))
}

// rollOut makes the change that an update by the official provider would make, a template with another ConfigMap in it, and leaves the rest
// to the StatefulSet's controller, until all pods are new and ready and the check has proven their roles.
func (c *changing) rollOut(ctx context.Context, value string) error {
	set, err := c.statefulSet(ctx)
	if err != nil {
		return err
	}
	conf, err := c.otherConf(ctx, set, value)
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

// otherConf makes a ConfigMap like the one of a set's pods, with another value of the setting, and gives its name.
func (c *changing) otherConf(ctx context.Context, set *appsv1.StatefulSet, value string) (string, error) {
	maps := c.client.CoreV1().ConfigMaps(c.project.Namespace)
	for _, v := range set.Spec.Template.Spec.Volumes {
		if v.Name != "conf" || v.ConfigMap == nil {
			continue
		}
		now, err := maps.Get(ctx, v.ConfigMap.Name, metav1.GetOptions{})
		if err != nil {
			return "", err
		}
		other := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "bench-conf-" + value}, Data: map[string]string{}}
		for file, text := range now.Data {
			other.Data[file] = withSetting(text, rolled, value)
		}
		_, err = maps.Create(ctx, other, metav1.CreateOptions{})
		return other.Name, err
	}
	return "", fmt.Errorf("the pods of %s mount no ConfigMap as conf", set.Name)
}

// withSetting is a neo4j.conf with one setting put in place of what it said of it.
func withSetting(conf, setting, value string) string {
	var lines []string
	for line := range strings.Lines(conf) {
		if !strings.HasPrefix(line, setting+"=") {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	return strings.Join(append(lines, setting+"="+value), "\n") + "\n"
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

// backToOnDelete takes the pods from the controller again. The partition that the API fills in for RollingUpdate has no place beside OnDelete.
func (c *changing) backToOnDelete(ctx context.Context) error {
	return c.patch(ctx, types.MergePatchType, `{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}}`)
}

package main

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// live changes a setting that 3.5 takes at run time.
func (c *changing) live(ctx context.Context) error {
	const setting, value, shown = "dbms.transaction.timeout", "90s", "90000ms"
	if err := c.set(ctx, settingPath(setting), value); err != nil {
		return err
	}
	g, took, err := c.unmoved(ctx)
	if err != nil {
		return err
	}
	c.say("live: %s", g)
	c.ours(liveGap, g.longest)
	c.ours(liveTime, took)
	return c.holds(ctx, setting, shown)
}

// grow has the volumes grow.
func (c *changing) grow(ctx context.Context) error {
	const size = "2Gi"
	if err := c.set(ctx, "cluster.storage.size", size); err != nil {
		return err
	}
	g, took, err := c.unmoved(ctx)
	if err != nil {
		return err
	}
	c.say("growth: %s", g)
	claims, err := c.client.CoreV1().PersistentVolumeClaims(c.project.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, claim := range claims.Items {
		if capacity := claim.Status.Capacity.Storage().String(); capacity != size {
			return fmt.Errorf("%s has %s after the growth, not %s", claim.Name, capacity, size)
		}
	}
	if len(claims.Items) != len(c.members.Topology.Members) {
		return fmt.Errorf("%d claims of %d members", len(claims.Items), len(c.members.Topology.Members))
	}
	c.ours(growth, took)
	return nil
}

// unmoved updates the cluster under writes; that a pod was replaced or a server started anew is an error.
func (c *changing) unmoved(ctx context.Context) (gaps, time.Duration, error) {
	before, err := c.pods(ctx)
	if err != nil {
		return gaps{}, 0, err
	}
	g, took, err := c.underWrites(ctx, c.up)
	if err != nil {
		return gaps{}, 0, err
	}
	after, err := c.pods(ctx)
	if err != nil {
		return gaps{}, 0, err
	}
	for name, pod := range after {
		if identity(pod) != identity(before[name]) {
			return gaps{}, 0, fmt.Errorf("%s was replaced or started anew, by a change that needs neither", name)
		}
	}
	return g, took, nil
}

// identity is another one for a pod that was replaced, or whose server started anew.
func identity(p corev1.Pod) string {
	id := string(p.UID)
	for _, s := range p.Status.ContainerStatuses {
		id += fmt.Sprintf("/%d", s.RestartCount)
	}
	return id
}

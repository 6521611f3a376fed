package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/harness"
)

// leadTo has a member lead. Whoever leads before is stopped by SIGSTOP until another one does, which restarts nobody, and as often as it
// takes: who follows is a matter of chance.
func (c *changing) leadTo(ctx context.Context, wanted neo4j.Member) error {
	members := c.members.Topology.Of(neo4j.Primary)
	for range 30 {
		var leader neo4j.Member
		err := harness.Eventually(ctx, 2*time.Minute, func() (err error) {
			leader, err = leads(ctx, c.members, members)
			return err
		})
		if err != nil {
			return err
		}
		if leader.Name == wanted.Name {
			return harness.Eventually(ctx, 2*time.Minute, func() error { return c.allReady(ctx) })
		}
		if err := c.hold(ctx, leader); err != nil {
			return fmt.Errorf("bringing the lead to %s: %w", wanted.Name, err)
		}
	}
	return fmt.Errorf("the lead did not come to %s", wanted.Name)
}

// allReady says with an error who does not serve: one that was stopped for long has lost its readiness, and a controller would wait for it.
func (c *changing) allReady(ctx context.Context) error {
	pods, err := c.pods(ctx)
	if err != nil {
		return err
	}
	for _, m := range c.members.Topology.Members {
		if pod := pods[m.Name]; !operate.Ready(&pod) {
			return fmt.Errorf("%s is not ready", m.Name)
		}
	}
	return nil
}

// hold stops a leader's server until another member leads.
func (c *changing) hold(ctx context.Context, leader neo4j.Member) error {
	pid, err := serverIn(ctx, c.client, c.project.Namespace, leader.Name)
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return err
	}
	// It is not left stopped, however this ends; if it has ended itself, its pod starts another.
	defer func() { _ = syscall.Kill(pid, syscall.SIGCONT) }()
	var others []neo4j.Member
	for _, m := range c.members.Topology.Of(neo4j.Primary) {
		if m.Name != leader.Name {
			others = append(others, m)
		}
	}
	return harness.Eventually(ctx, time.Minute, func() error {
		_, err := leads(ctx, c.members, others)
		return err
	})
}

// leads is the one member that says it takes writes; the error says that none does, or more than one.
func leads(ctx context.Context, members *reach.Members, among []neo4j.Member) (neo4j.Member, error) {
	statuses, _ := reach.All(ctx, among, func(ctx context.Context, m neo4j.Member) (string, error) {
		_, status, err := members.Get(ctx, m, "/db/manage/server/core/writable")
		return status, err
	})
	writable := slices.DeleteFunc(slices.Clone(among), func(m neo4j.Member) bool { return !strings.HasPrefix(statuses[m.Name], "200") })
	if len(writable) != 1 {
		return neo4j.Member{}, fmt.Errorf("%d members say that they take writes", len(writable))
	}
	return writable[0], nil
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/harness"
)

// changing is a running cluster whose changes are measured, one after another. Its ledger is of all of them: a write that a later change
// loses is lost, too.
type changing struct {
	*bench
	project *harness.Project
	client  kubernetes.Interface
	members *reach.Members
	ledger  *ledger
	// values is how many values the setting of rolling changes has had.
	values int
}

// podsOfMembers selects the pods of a namespace's cluster.
const podsOfMembers = "app.kubernetes.io/name=neo4j"

// open opens the ways to the cluster's members and to its objects.
func (c *changing) open(ctx context.Context) error {
	text, err := c.project.Pulumi(ctx, time.Minute, "stack", "output", "expectation", "--json")
	if err != nil {
		return fmt.Errorf("output expectation: %w\n%s", err, text)
	}
	var topology neo4j.Topology
	if err := json.Unmarshal([]byte(text), &topology); err != nil {
		return fmt.Errorf("output expectation: %w", err)
	}
	if c.client, err = c.access().Client(); err != nil {
		return err
	}
	c.members, err = reach.Open(ctx, c.access(), topology)
	return err
}

// access is how the bench reaches the box's API.
func (b *bench) access() reach.Access {
	return reach.Access{Kubeconfig: filepath.Join(b.box.Home, "kubeconfig")}
}

// settingPath is where the configuration of a stack has a setting of Neo4j.
func settingPath(setting string) string { return `cluster.settings["` + setting + `"]` }

func (c *changing) set(ctx context.Context, path, value string) error {
	_, err := timed(ctx, c.project, "config", "set", "--path", path, value)
	return err
}

// up updates the cluster, to proven roles.
func (c *changing) up(ctx context.Context) error {
	if _, err := timed(ctx, c.project, up...); err != nil {
		return err
	}
	return proven(c.project)
}

// underWrites has a change made while a writer writes, and gives what the writer missed and how long the change took. The error is the
// change's, or names acknowledged writes that a member does not have after it.
func (c *changing) underWrites(ctx context.Context, change func(context.Context) error) (gaps, time.Duration, error) {
	w := startWriting(ctx, c.members, c.ledger)
	defer w.stop()
	if err := w.steady(ctx); err != nil {
		return gaps{}, 0, err
	}
	began := time.Now()
	if err := change(ctx); err != nil {
		return gaps{}, 0, err
	}
	ended := time.Now()
	if err := w.after(ctx, ended); err != nil {
		return gaps{}, 0, err
	}
	w.stop()
	if err := complete(ctx, c.members, c.ledger, catchUp); err != nil {
		return gaps{}, 0, err
	}
	return gapsOf(c.ledger.kept(), began, ended), ended.Sub(began), nil
}

// pods are the cluster's, by name.
func (c *changing) pods(ctx context.Context) (map[string]corev1.Pod, error) {
	list, err := c.client.CoreV1().Pods(c.project.Namespace).List(ctx, metav1.ListOptions{LabelSelector: podsOfMembers})
	if err != nil {
		return nil, err
	}
	pods := map[string]corev1.Pod{}
	for _, p := range list.Items {
		pods[p.Name] = p
	}
	return pods, nil
}

// holds says with an error which member does not have a value of a setting.
func (c *changing) holds(ctx context.Context, setting, value string) error {
	for _, m := range c.members.Topology.Members {
		answer, err := c.members.Run(ctx, m, reach.Question{Statement: "CALL dbms.listConfig('" + setting + "') YIELD value"})
		if err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		if len(answer.Rows) != 1 || answer.Rows[0][0] != value {
			return fmt.Errorf("%s: %s is %v after the change, not %s", m.Name, setting, answer.Rows, value)
		}
	}
	return nil
}

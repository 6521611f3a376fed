package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/tests/harness"
)

//go:embed blogpost.yaml
var blogPost string

var up = []string{"up", "--yes", "--skip-preview"}

// program measures our side: preview, update, update without a change, failover.
func (b *bench) program(ctx context.Context, namespace string) (err error) {
	if !b.wants(upPlain, upBare, previewFirst, previewFloor, previewProvider, unchangedFloor, failover, deletion) {
		return nil
	}
	p, forget, err := b.clone(ctx, namespace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, forget()) }()
	if err := b.pair(ctx, previewFirst, p, []string{"preview"}); err != nil {
		return err
	}
	if !b.wants(upPlain, upBare, previewFloor, previewProvider, unchangedFloor, failover, deletion) {
		return nil
	}
	took, err := timed(ctx, p, up...)
	if err != nil {
		return err
	}
	if err := proven(p); err != nil {
		return err
	}
	b.ours(upPlain, took)
	b.ours(upBare, took)
	for _, of := range []struct {
		key  string
		args []string
	}{{previewFloor, []string{"preview"}}, {previewProvider, []string{"preview"}}, {unchangedFloor, up}} {
		if err := b.pair(ctx, of.key, p, of.args); err != nil {
			return err
		}
	}
	for _, loss := range []struct {
		key  string
		kill killer
	}{{failover, killServer}, {deletion, deletePod}} {
		if !b.wants(loss.key) {
			continue
		}
		if _, err := b.box.Kubectl(ctx, "-n", namespace, "wait", "--for=condition=Ready", "pod", "-l", "app.kubernetes.io/name=neo4j", "--timeout=5m"); err != nil {
			return err
		}
		if err := b.podFailover(ctx, p, loss.key, loss.kill); err != nil {
			return err
		}
	}
	return nil
}

// proven says whether the last update printed the check's table: without the check it would be fast, and worth nothing.
func proven(p *harness.Project) error {
	out := p.Printed.String()
	p.Printed.Reset()
	if strings.Count(out, "LEADER") < 1 || strings.Count(out, "FOLLOWER") < 2 {
		return fmt.Errorf("the update of %s showed no leader and two followers:\n%s", p.Stack, out)
	}
	return nil
}

// killer ends the leader of a cluster in pods.
type killer func(ctx context.Context, client kubernetes.Interface, namespace, pod string) error

// podFailover takes the leader away and measures until another takes a write.
func (b *bench) podFailover(ctx context.Context, p *harness.Project, key string, kill killer) error {
	password, err := p.Password(ctx)
	if err != nil {
		return err
	}
	client, err := b.access().Client()
	if err != nil {
		return err
	}
	var members []member
	for ordinal := range 3 {
		name := fmt.Sprintf("neo4j-%d", ordinal)
		address, stop, err := b.box.Forward(ctx, p.Namespace, name, 7474)
		if err != nil {
			return err
		}
		defer stop()
		members = append(members, member{name, address})
	}
	lost, err := timeFailover(ctx, members, password, func(ctx context.Context, name string) error {
		return kill(ctx, client, p.Namespace, name)
	})
	if err != nil {
		return fmt.Errorf("failover in pods: %w", err)
	}
	b.say("%s: the leader took writes for another %.2f s", key, lost.Last.Seconds())
	b.ours(key, lost.Next)
	return nil
}

// plain measures `kubectl apply` of the blog post's manifests until the three members are Ready.
func (b *bench) plain(ctx context.Context, name string) (err error) {
	if !b.wants(upPlain) {
		return nil
	}
	namespace := name + "-plain"
	manifests := filepath.Join(b.dir, namespace+".yaml")
	if err := os.WriteFile(manifests, []byte(strings.ReplaceAll(blogPost, "NAMESPACE", namespace)), 0o600); err != nil {
		return err
	}
	if _, err := b.box.Kubectl(ctx, "create", "namespace", namespace); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.drop(ctx, namespace)) }()
	began := time.Now()
	if _, err := b.box.Kubectl(ctx, "-n", namespace, "apply", "-f", manifests); err != nil {
		return err
	}
	if _, err := b.box.Kubectl(ctx, "-n", namespace, "rollout", "status", "statefulset/neo4j", "--timeout=5m"); err != nil {
		return err
	}
	b.theirs(upPlain, time.Since(began))
	return nil
}

// bare measures the servers without Kubernetes.
func (b *bench) bare(ctx context.Context, name string) (err error) {
	if !b.wants(upBare, failover, deletion) {
		return nil
	}
	servers, took, err := startBare(ctx, filepath.Join(b.dir, name+"-bare"), "bare-password")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, servers.stop()) }()
	b.theirs(upBare, took)
	if !b.wants(failover, deletion) {
		return nil
	}
	lost, err := servers.failover()
	if err != nil {
		return fmt.Errorf("failover of bare servers: %w", err)
	}
	b.theirs(failover, lost.Next)
	b.theirs(deletion, lost.Next)
	return nil
}

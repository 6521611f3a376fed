package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"neo4j-kubernetes/tests/harness"
)

// clone makes a stack like dev in a namespace of its own; forget removes both, with what runs there.
func (b *bench) clone(ctx context.Context, namespace string) (p *harness.Project, forget func() error, err error) {
	dir := filepath.Join(b.dir, namespace)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, nil, err
	}
	if p, err = b.box.Clone(ctx, ".", dir, filepath.Join(b.dir, "neo4j"), "dev", namespace); err != nil {
		return nil, nil, err
	}
	return p, func() error {
		_, forgotten := p.Pulumi(context.WithoutCancel(ctx), time.Minute, "stack", "rm", "--yes", "--force", p.Stack)
		return errors.Join(forgotten, b.drop(ctx, namespace))
	}, nil
}

// drop removes a namespace with its members' data, at once: nobody waits for servers that nobody needs. After an interrupt it
// leaves that to the end of the box.
func (b *bench) drop(ctx context.Context, namespace string) error {
	if ctx.Err() != nil {
		return nil
	}
	// The set goes first, or it would start its pods again.
	for _, args := range [][]string{
		{"delete", "statefulsets", "--all", "--cascade=orphan"},
		{"delete", "pods", "--all", "--force", "--grace-period=0"},
		{"delete", "namespace", namespace, "--ignore-not-found", "--timeout=2m"},
	} {
		if _, err := b.box.Kubectl(ctx, append([]string{"-n", namespace}, args...)...); err != nil {
			return err
		}
	}
	return nil
}

package verify

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"neo4j-kubernetes/neo4j"
)

// canaryLabel marks the check's own node. A label nobody else uses, and a random id, keep the user's data out of it.
const canaryLabel = "Neo4jClusterCheck"

// asker is the part of Members that the canary needs.
type asker interface {
	Run(ctx context.Context, m neo4j.Member, write bool, after []string, statement string, parameters map[string]any) ([][]any, []string, error)
}

// removalTime bounds the removal of the canary, interruptedTime that of a check that was interrupted: Ctrl-C ends it at once.
const removalTime, interruptedTime = 10 * time.Second, 2 * time.Second

// canary writes one node through the leader, reads it back from every other member with the leader's bookmark, and removes it,
// also when reading failed, and when the answer to the write got lost and nobody knows whether it happened.
func canary(ctx context.Context, a asker, t neo4j.Topology, leads neo4j.Member) (err error) {
	id := map[string]any{"id": rand.Text()}
	_, bookmarks, err := a.Run(ctx, leads, true, nil, "CREATE (n:"+canaryLabel+" {id: $id, at: timestamp()}) RETURN n.id", id)
	if err != nil && refused(err) {
		return fmt.Errorf("canary write on %s: %w", leads.Name, err)
	}
	if err == nil {
		err = readEverywhere(ctx, a, t, leads, bookmarks, id)
	} else {
		err = fmt.Errorf("canary write on %s: %w", leads.Name, err)
	}
	return errors.Join(err, remove(ctx, a, t, leads, id))
}

// refused says whether the server itself said no, so that nothing was written. A transaction that the server broke off half
// way may have been committed by the others.
func refused(err error) bool { return strings.HasPrefix(err.Error(), "Neo.ClientError.") }

// remove deletes the canary on whoever leads by now, and what a check that was killed an hour ago left behind.
func remove(ctx context.Context, a asker, t neo4j.Topology, led neo4j.Member, id map[string]any) error {
	limit := removalTime
	if ctx.Err() != nil {
		limit = interruptedTime
	}
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		select {
		case <-clean.Done():
		case <-time.After(interruptedTime):
			cancel()
		}
	})()
	candidates := append([]neo4j.Member{led}, t.Of(neo4j.Primary)...)
	for {
		var failed error
		for _, m := range candidates {
			_, _, err := a.Run(clean, m, true, nil, "MATCH (n:"+canaryLabel+") WHERE n.id = $id OR n.at < timestamp() - 3600000 DELETE n", id)
			if err == nil {
				return nil
			}
			failed = fmt.Errorf("canary removal on %s: %w", m.Name, err)
		}
		select {
		case <-clean.Done():
			return failed
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func readEverywhere(ctx context.Context, a asker, t neo4j.Topology, leads neo4j.Member, bookmarks []string, id map[string]any) error {
	var wait sync.WaitGroup
	failed := make([]error, len(t.Members))
	for i, m := range t.Members {
		if m.Name == leads.Name {
			continue
		}
		wait.Go(func() { failed[i] = readBack(ctx, a, m, bookmarks, id) })
	}
	wait.Wait()
	return errors.Join(failed...)
}

// readBack polls: over HTTP there are no bookmarks, and a replica that lags behind answers a bookmark with a transient error.
func readBack(ctx context.Context, a asker, m neo4j.Member, bookmarks []string, id map[string]any) error {
	for {
		rows, _, err := a.Run(ctx, m, false, bookmarks, "MATCH (n:"+canaryLabel+") WHERE n.id = $id RETURN count(n)", id)
		if err == nil && len(rows) == 1 && fmt.Sprint(rows[0][0]) == "1" {
			return nil
		}
		if err == nil {
			err = errors.New("not there yet")
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("canary read on %s: %w", m.Name, err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// leaderOf is the member that says it leads.
func leaderOf(t neo4j.Topology, seen map[string]Observation) (neo4j.Member, bool) {
	for _, m := range t.Members {
		if strings.EqualFold(seen[m.Name].Role, leader) {
			return m, true
		}
	}
	return neo4j.Member{}, false
}

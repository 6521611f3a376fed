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
	"neo4j-kubernetes/reach"
)

// canaryLabel marks the check's own node. A label nobody else uses, and a random id, keep the user's data out of it.
const canaryLabel = "Neo4jClusterCheck"

// removalTime bounds the removal of the canary, interruptedTime that of a check that was interrupted: Ctrl-C ends it at once.
const removalTime, interruptedTime = 10 * time.Second, 2 * time.Second

// canaryPlan is who writes the canary where, and who must read it.
type canaryPlan struct {
	// Database is empty on releases with one database.
	Database string
	Writer   neo4j.Member
	Readers  []neo4j.Member
}

// canary writes one node through the leader, reads it back from every other member with the leader's bookmark, and removes it,
// also when reading failed, and when the answer to the write got lost and nobody knows whether it happened.
func canary(ctx context.Context, a reach.Asker, t neo4j.Topology, p canaryPlan) (err error) {
	id := map[string]any{"id": rand.Text()}
	written, err := a.Run(ctx, p.Writer, reach.Question{
		Database: p.Database, Write: true, Parameters: id, Statement: "CREATE (n:" + canaryLabel + " {id: $id, at: timestamp()}) RETURN n.id",
	})
	if err != nil && refused(err) {
		return fmt.Errorf("canary write on %s: %w", p.Writer.Name, err)
	}
	if err == nil {
		err = readEverywhere(ctx, a, p, written.Bookmarks, id)
	} else {
		err = fmt.Errorf("canary write on %s: %w", p.Writer.Name, err)
	}
	return errors.Join(err, remove(ctx, a, t, p, id))
}

// refused says whether the server itself said no, so that nothing was written. A transaction that the server broke off half
// way may have been committed by the others.
func refused(err error) bool { return strings.HasPrefix(err.Error(), "Neo.ClientError.") }

// remove deletes the canary on whoever leads by now, and what a check that was killed an hour ago left behind.
func remove(ctx context.Context, a reach.Asker, t neo4j.Topology, p canaryPlan, id map[string]any) error {
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
	candidates := append([]neo4j.Member{p.Writer}, t.Of(neo4j.Primary)...)
	for {
		var failed error
		for _, m := range candidates {
			_, err := a.Run(clean, m, reach.Question{
				Database: p.Database, Write: true, Parameters: id,
				Statement: "MATCH (n:" + canaryLabel + ") WHERE n.id = $id OR n.at < timestamp() - 3600000 DELETE n",
			})
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

func readEverywhere(ctx context.Context, a reach.Asker, p canaryPlan, bookmarks []string, id map[string]any) error {
	var wait sync.WaitGroup
	failed := make([]error, len(p.Readers))
	for i, m := range p.Readers {
		wait.Go(func() { failed[i] = readBack(ctx, a, m, p.Database, bookmarks, id) })
	}
	wait.Wait()
	return errors.Join(failed...)
}

// readBack polls: over HTTP there are no bookmarks, and a replica that lags behind answers a bookmark with a transient error.
func readBack(ctx context.Context, a reach.Asker, m neo4j.Member, database string, bookmarks []string, id map[string]any) error {
	for {
		answer, err := a.Run(ctx, m, reach.Question{
			Database: database, After: bookmarks, Parameters: id, Statement: "MATCH (n:" + canaryLabel + ") WHERE n.id = $id RETURN count(n)",
		})
		if err == nil && len(answer.Rows) == 1 && fmt.Sprint(answer.Rows[0][0]) == "1" {
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

// planCanary finds who writes: the only member, the leader, or the writer of the default database; and who else has a copy.
func planCanary(t neo4j.Topology, seen map[string]Observation) (canaryPlan, bool) {
	f, err := neo4j.FamilyOf(t.Release)
	if err != nil {
		return canaryPlan{}, false
	}
	if f.Proof == neo4j.ByOverview {
		return planByRole(t, seen)
	}
	p := canaryPlan{}
	for _, copy := range anyView(t, seen).Databases {
		m, known := memberAt(t, copy.Host)
		if len(t.Members) == 1 {
			m, known = t.Members[0], true // a server alone may show the name it has for itself
		}
		if !copy.Default || !known {
			continue
		}
		p.Database = copy.Name
		if copy.Writes() {
			p.Writer = m
		} else {
			p.Readers = append(p.Readers, m)
		}
	}
	return p, p.Writer.Name != ""
}

// unwritten says why nothing can be written to prove that the cluster takes writes, although it is as it should be: there is no default
// database, or it is stopped or read-only. Empty where it can.
func unwritten(t neo4j.Topology, seen map[string]Observation) string {
	f, err := neo4j.FamilyOf(t.Release)
	if err != nil || f.Proof == neo4j.ByOverview {
		return ""
	}
	c, ok := anyView(t, seen).Default()
	switch {
	case !ok:
		return "there is no default database"
	case c.Wanted != online:
		return "the default database " + c.Name + " is stopped"
	case c.Composite():
		return "the default database " + c.Name + " is composite"
	case c.ReadOnly:
		return "the default database " + c.Name + " is read-only"
	}
	return ""
}

func planByRole(t neo4j.Topology, seen map[string]Observation) (canaryPlan, bool) {
	if len(t.Members) == 1 {
		return canaryPlan{Writer: t.Members[0]}, true
	}
	leads, ok := leaderOf(t, seen)
	p := canaryPlan{Writer: leads}
	for _, m := range t.Members {
		if m.Name != leads.Name {
			p.Readers = append(p.Readers, m)
		}
	}
	return p, ok
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

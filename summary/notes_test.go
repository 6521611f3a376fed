package summary

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

func planned(release string, primaries int) plan.Plan {
	return plan.Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local", Storage: plan.Storage{Size: 100 << 30, Retain: true},
		Spec: neo4j.Spec{
			Release: neo4j.MustRelease(release), Edition: neo4j.Enterprise, Primaries: primaries,
			Discovery: neo4j.Discovery{Type: "LIST"}, Copies: neo4j.Copies{Primaries: min(3, primaries)},
		},
	}
}

// changed is a change of a plan by an edit, of members that are all of one digest.
func changed(before plan.Plan, edit func(*plan.Plan)) Change {
	record, after := before.Record(), before
	edit(&after)
	digests := map[neo4j.Role]string{neo4j.Primary: "0", neo4j.Secondary: "0", neo4j.Analytics: "0"}
	return Change{Change: plan.Change{Before: &record, After: after, Stack: "organization/neo4j/dev"}, PodsBefore: digests, PodsAfter: digests}
}

// Volumes grow as far as it is known how large they are.
func TestDisksThatGrow(t *testing.T) {
	const gi = int64(1) << 30
	claims := func(at ...int64) *plan.Found {
		found := &plan.Found{Claims: map[string]plan.Claimed{"datadir-neo4j-7": {Capacity: gi}}}
		for i, capacity := range at {
			found.Claims[fmt.Sprintf("datadir-neo4j-%d", i)] = plan.Claimed{Capacity: capacity * gi}
		}
		return found
	}
	for name, c := range map[string]struct {
		before, after int64
		found         *plan.Found
		want          []string
	}{
		"nothing":                 {100, 100, nil, nil},
		"no cluster is asked":     {100, 200, nil, []string{"neo4j:cluster.storage.size: grows 3 volumes 100Gi -> 200Gi in place, nobody restarts"}},
		"all are small":           {100, 200, claims(100, 100, 100), []string{"neo4j:cluster.storage.size: grows 3 volumes 100Gi -> 200Gi in place, nobody restarts"}},
		"they were grown by hand": {100, 200, claims(200, 200, 200), nil},
		"an update was killed":    {200, 200, claims(200, 100, 200), []string{"neo4j:cluster.storage.size: 200Gi is not reached yet: grows 1 volume in place, nobody restarts"}},
		"not bound yet":           {200, 200, claims(200, 0, 200), nil},
		"back, where one could not": {200, 100, claims(200, 100, 200),
			[]string{"neo4j:cluster.storage.size: 200Gi -> 100Gi gives up a growth that has not come to its end; volumes that have grown stay as they are"}},
	} {
		p := planned("5.26.30", 3)
		p.Storage.Size = c.before * gi
		change := changed(p, func(p *plan.Plan) { p.Storage.Size = c.after * gi })
		change.Found = c.found
		assert.Equal(t, append([]string{}, c.want...), Of(change).Notes, name)
	}
}

func TestNotesSayWhatAChangeDoesNotDo(t *testing.T) {
	assert.Empty(t, notes(Change{Change: plan.Change{After: planned("5.26.30", 3)}}))
	assert.Empty(t, notes(changed(planned("5.26.30", 3), func(p *plan.Plan) { p.Primaries = 5 })))
	assert.Equal(t, []string{"neo4j:cluster.copies: 3+0 -> 1+0 counts at a cluster's first start only: nobody restarts, and no database changes; " +
		"CALL dbms.setDefaultAllocationNumbers or ALTER DATABASE … SET TOPOLOGY changes the running one"},
		notes(changed(planned("5.26.30", 3), func(p *plan.Plan) { p.Copies.Primaries = 1 })))
}

// A change of release says what cannot be taken back and what comes after, by family.
func TestNotesOfAnotherRelease(t *testing.T) {
	notes := func(from, to string, primaries int) []string {
		return notes(changed(planned(from, primaries), func(p *plan.Plan) { p.Release = neo4j.MustRelease(to) }))
	}
	backup := func(change string) string {
		return "neo4j:cluster.release: " + change + " cannot be taken back, for no release opens a store that a newer one has written: have a full backup of every database first"
	}
	const (
		again    = "neo4j:cluster.release: backups of before are no base for incremental ones: take a full one into an empty folder right afterwards"
		both     = "neo4j:cluster.release: members of both releases run side by side, which is for releases that leave the store's format as it is: a member whose store would have to change does not start, and the change ends there"
		orders   = "neo4j:cluster.release: create, alter, start, stop and drop no databases until it is done"
		upgraded = "neo4j:cluster.release: when all members run it, the system database is upgraded (dbms.upgrade)"
	)
	assert.Equal(t, []string{backup("3.5.34 -> 3.5.35"), again, both}, notes("3.5.34", "3.5.35", 3))
	assert.Equal(t, []string{backup("3.5.0-beta02 -> 3.5.0-beta03"), again, both}, notes("3.5.0-beta02", "3.5.0-beta03", 3))
	assert.Equal(t, []string{backup("3.5.34 -> 3.5.35"), again}, notes("3.5.34", "3.5.35", 1))
	assert.Equal(t, []string{backup("4.3.24 -> 4.4.38"), orders, upgraded}, notes("4.3.24", "4.4.38", 3))
	assert.Equal(t, []string{backup("4.0.1 -> 4.0.12"), orders}, notes("4.0.1", "4.0.12", 3))
	assert.Equal(t, []string{backup("5.26.28 -> 5.26.30")}, notes("5.26.28", "5.26.30", 3))
	assert.Equal(t, []string{backup("5.26.30 -> 2026.08.1")}, notes("5.26.30", "2026.08.1", 3))
	assert.Empty(t, notes("5.26.30", "5.26.30", 3))
}

package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"neo4j-kubernetes/neo4j"
)

// A change that did not end is gone on with, or taken back while nobody has started by it; nothing else is built on it.
func TestAChangeOfReleaseThatDidNotEnd(t *testing.T) {
	const left = "an update that did not end left neo4j-0, neo4j-1 with the image neo4j:5.26.30-enterprise"
	const finish = "finish that change with release 5.26.99; it can be taken back, by the release and the image of before, while no member has started with the new one"
	for name, c := range map[string]struct {
		edit      func(p *Plan)
		unstarted bool
		want      string
	}{
		"it goes on": {func(*Plan) {}, false, ""},
		"another setting makes it go on": {func(p *Plan) {
			p.Settings = map[string]string{"db.tx_log.rotation.retention_policy": "3 days"}
		}, false, ""},
		"it is taken back": {func(p *Plan) { p.Release, p.Image = neo4j.MustRelease("5.26.30"), "neo4j:5.26.30-enterprise" }, true, ""},
		"a member has started": {func(p *Plan) { p.Release, p.Image = neo4j.MustRelease("5.26.30"), "neo4j:5.26.30-enterprise" }, false,
			"neo4j:cluster.release: 5.26.99 -> 5.26.30" + untouched + left + "; " + finish +
				"\nneo4j:cluster.release: 5.26.99 -> 5.26.30" + untouched + "a store is never opened by an older release than the one that wrote it; stay, or make a new stack and load a backup of the older release"},
		"taken back to a third one": {func(p *Plan) { p.Release, p.Image = neo4j.MustRelease("5.26.31"), "neo4j:5.26.31-enterprise" }, true,
			"neo4j:cluster.release: 5.26.99 -> 5.26.31" + untouched + left + "; " + finish +
				"\nneo4j:cluster.release: 5.26.99 -> 5.26.31" + untouched + "a store is never opened by an older release than the one that wrote it; stay, or make a new stack and load a backup of the older release"},
		"the next release": {func(p *Plan) { p.Release = neo4j.MustRelease("2026.08.1") }, false,
			"neo4j:cluster.release: 5.26.99 -> 2026.08.1" + untouched + left + "; " + finish},
		"another size": {func(p *Plan) { p.Primaries = 5 }, false,
			"neo4j:cluster.primaries: 3 -> 5" + untouched + left + ", and who leaves or joins is judged by what one release says; finish that change first, with primaries as it was"},
	} {
		change := changed(func(p *Plan) {
			p.Release, p.Image = neo4j.MustRelease("5.26.99"), "neo4j:5.26.99-enterprise"
			c.edit(p)
		})
		change.Before.Release = neo4j.MustRelease("5.26.99")
		change.Found = &Found{Earlier: map[string]string{"neo4j-1": "neo4j:5.26.30-enterprise", "neo4j-0": "neo4j:5.26.30-enterprise"}, Unstarted: c.unstarted}
		err := Check(change)
		if c.want == "" {
			assert.NoError(t, err, name)
			continue
		}
		assert.EqualError(t, err, c.want, name)
	}
}

// Members that are a step behind and those of the next step would be two apart; the way back is open.
func TestAStepOfDiscoveryThatDidNotEnd(t *testing.T) {
	for version, want := range map[string]string{
		"V1_OVER_V2": "", "V1_ONLY": "",
		"V2_OVER_V1": "neo4j:cluster.discovery.version: V1_ONLY -> V2_OVER_V1" + untouched + "an update that did not end left neo4j-2 at V1_ONLY: members of steps that are not " +
			"neighbours do not find each other; finish that change first, with discovery.version: V1_OVER_V2",
	} {
		change := changed(func(p *Plan) { p.Discovery.Version = version })
		change.Before.DiscoveryVersion = "V1_OVER_V2"
		change.Found = &Found{Speaks: map[string]string{"neo4j-2": "V1_ONLY"}}
		err := Check(change)
		if want == "" {
			assert.NoError(t, err, version)
			continue
		}
		assert.EqualError(t, err, want, version)
	}
}

package neo4j

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheckSideBySide(t *testing.T) {
	for change, mend := range map[[2]string]string{
		{"4.3.20", "4.4.38"}: "go to 4.3.24 first", {"4.3.24", "4.4.38"}: "", {"4.2.1", "4.3.24"}: "go to 4.2.19 first", {"4.2.19", "4.3.24"}: "",
		{"4.1.3", "4.2.19"}: "", {"4.4.1", "4.4.38"}: "", {"4.3.1", "4.3.24"}: "", {"5.1.0", "5.26.30"}: "", {"3.5.1", "3.5.35"}: "",
		{"3.5.0-beta02", "3.5.0-beta03"}: "",
	} {
		problem := CheckSideBySide(MustRelease(change[0]), MustRelease(change[1]))
		if mend == "" {
			assert.Nil(t, problem, change)
			continue
		}
		require.NotNil(t, problem, change)
		assert.Equal(t, mend, problem.Mend)
	}
}

func TestCheckUpgrade(t *testing.T) {
	const untouched = " is refused, nothing was touched: "
	for _, c := range []struct{ name, from, discovery, to, toDiscovery, refusal string }{
		{name: "nothing changes", from: "5.26.30", discovery: OnlyV2, to: "5.26.30", toDiscovery: OnlyV2},
		{name: "a patch of 3.1", from: "3.1.0-M13-beta3", to: "3.1.9"},
		{name: "a patch of 3.5", from: "3.5.0-beta03", to: "3.5.35"},
		{name: "pre-releases of 3.5", from: "3.5.0-beta02", to: "3.5.0-beta03"},
		{name: "a minor of 4.x", from: "4.3.20", to: "4.4.38"},
		{name: "a minor of 4.x over the families' border", from: "4.2.19", to: "4.3.20"},
		{name: "minors of 5.x", from: "5.1.0", to: "5.20.0"},
		{name: "to the two versions of discovery", from: "5.20.0", to: "5.26.30", toDiscovery: OnlyV1},
		{name: "a step of discovery", from: "5.26.30", discovery: OnlyV1, to: "5.26.30", toDiscovery: "V1_OVER_V2"},
		{name: "a step of discovery back", from: "5.26.30", discovery: "V2_OVER_V1", to: "5.26.30", toDiscovery: "V1_OVER_V2"},
		{name: "into the calendar", from: "5.26.30", discovery: OnlyV2, to: "2025.01.0"},
		{name: "into the calendar, leaving out months", from: "5.26.30", discovery: OnlyV2, to: "2026.08.1"},
		{name: "into the calendar, a server that stands alone", from: "5.26.30", to: "2026.08.1"},
		{name: "months", from: "2025.01.0", to: "2026.08.1"},

		{name: "downwards", from: "2026.08.1", to: "5.26.30", toDiscovery: OnlyV2, refusal: "neo4j:cluster.release: 2026.08.1 -> 5.26.30" + untouched +
			"a store is never opened by an older release than the one that wrote it; stay, or make a new stack and load a backup of the older release"},
		{name: "downwards by a patch", from: "3.5.35", to: "3.5.0-beta03", refusal: "neo4j:cluster.release: 3.5.35 -> 3.5.0-beta03" + untouched +
			"a store is never opened by an older release than the one that wrote it; stay, or make a new stack and load a backup of the older release"},
		{name: "downwards by a pre-release", from: "3.5.0-beta03", to: "3.5.0-beta02", refusal: "neo4j:cluster.release: 3.5.0-beta03 -> 3.5.0-beta02" + untouched +
			"a store is never opened by an older release than the one that wrote it; stay, or make a new stack and load a backup of the older release"},
		{name: "minors of 3.x", from: "3.4.18", to: "3.5.35", refusal: "neo4j:cluster.release: 3.4.18 -> 3.5.35" + untouched +
			"members of two minor releases of 3.x do not form one cluster; make a new stack of 3.5.35 and load a backup, whose store dbms.allow_upgrade brings over"},
		{name: "3.5 to 4.4", from: "3.5.35", to: "4.4.38", refusal: "neo4j:cluster.release: 3.5.35 -> 4.4.38" + untouched +
			"the store of 3.x is migrated offline; make a new stack of 4.4.38 and load a backup, which neo4j-admin copy of the newer release has brought over"},
		{name: "3.5 to 5.26", from: "3.5.35", to: "5.26.30", toDiscovery: OnlyV2, refusal: "neo4j:cluster.release: 3.5.35 -> 5.26.30" + untouched +
			"the store and the cluster's metadata of 3.5 are migrated offline; make a new stack of 5.26.30 and load a backup, " +
			"which neo4j-admin copy has brought to 4.4 and neo4j-admin database migrate has brought to 5.26"},
		{name: "4.4 to 5.26", from: "4.4.38", to: "5.26.30", toDiscovery: OnlyV2, refusal: "neo4j:cluster.release: 4.4.38 -> 5.26.30" + untouched +
			"the store and the cluster's metadata of 4.3 to 4.4 are migrated offline; make a new stack of 5.26.30 and load a backup, which neo4j-admin database migrate has brought to 5.26"},
		{name: "a minor of 4.x left out", from: "4.2.19", to: "4.4.38", refusal: "neo4j:cluster.release: 4.2.19 -> 4.4.38" + untouched +
			"4.x is upgraded one minor release at a time; go by way of 4.3"},
		{name: "5.25 into the calendar", from: "5.25.1", discovery: OnlyV2, to: "2025.01.0", refusal: "neo4j:cluster.release: 5.25.1 -> 2025.01.0" + untouched +
			"calendar releases take over from 5.26 only; go to 5.26 first, finish its move to discovery V2_ONLY, then go on"},
		{name: "discovery not finished", from: "5.26.30", discovery: "V2_OVER_V1", to: "2025.01.0", refusal: "neo4j:cluster.release: 5.26.30 -> 2025.01.0" + untouched +
			"the members still speak discovery V2_OVER_V1, whose first version is gone in calendar releases; take cluster.discovery.version step by step to V2_ONLY under 5.26 first"},
		{name: "discovery too early", from: "5.20.0", to: "5.26.30", toDiscovery: OnlyV2, refusal: "neo4j:cluster.discovery.version: V2_ONLY" + untouched +
			"5.20.0 speaks the first version only, and members of both releases run side by side during the update; " +
			"write V1_ONLY now, then go on step by step: V1_ONLY, V1_OVER_V2, V2_OVER_V1, V2_ONLY"},
		{name: "a step of discovery left out", from: "5.26.30", discovery: OnlyV1, to: "5.26.30", toDiscovery: OnlyV2, refusal: "neo4j:cluster.discovery.version: V1_ONLY -> V2_ONLY" + untouched +
			"members of steps that are not neighbours do not find each other; go step by step: V1_ONLY, V1_OVER_V2, V2_OVER_V1, V2_ONLY"},
	} {
		t.Run(c.name, func(t *testing.T) {
			problem := CheckUpgrade(Running{MustRelease(c.from), c.discovery}, Running{MustRelease(c.to), c.toDiscovery})
			if c.refusal == "" {
				assert.Nil(t, problem)
				return
			}
			require.NotNil(t, problem)
			assert.Equal(t, c.refusal, "neo4j:cluster."+problem.Path+": "+problem.Value+untouched+problem.Reason+"; "+problem.Mend)
		})
	}
}

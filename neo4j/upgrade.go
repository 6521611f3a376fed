package neo4j

import (
	"fmt"
	"slices"
	"strings"
)

// Running is what a change of release starts from or leads to. Discovery is Spec.Discovery.Version: empty for a server that
// stands alone, and where the release knows one version only.
type Running struct {
	Release   Release
	Discovery string
}

// UpgradeProblem is why a change of release is refused: the key below neo4j:cluster, the change, the reason and the way to go.
type UpgradeProblem struct{ Path, Value, Reason, Mend string }

// CheckUpgrade refuses a change of release that the servers' own upgrade does not allow, with the path to take. Sources: the
// upgrade and migration guide, "supported upgrade paths", and the operations manual 5, "move from discovery v1 to v2".
func CheckUpgrade(from, to Running) *UpgradeProblem {
	refuse := func(reason, mend string) *UpgradeProblem {
		return &UpgradeProblem{"release", fmt.Sprintf("%s -> %s", from.Release, to.Release), reason, mend}
	}
	old, err := FamilyOf(from.Release)
	if err != nil {
		return refuse(err.Error(), "deploy it with the program that knows it, and go on from there")
	}
	next, err := FamilyOf(to.Release)
	if err != nil {
		return refuse(err.Error(), "write one of those")
	}
	load := "make a new stack of " + to.Release.String() + " and load a backup, "
	switch a, b := from.Release, to.Release; {
	case b.Compare(a) < 0:
		return refuse("a store is never opened by an older release than the one that wrote it", "stay, or make a new stack and load a backup of the older release")
	case old.Proof != next.Proof && next.Proof == ByServers:
		return refuse("the store and the cluster's metadata of "+old.Range()+" are migrated offline", load+"which "+migrationStops(old)+"neo4j-admin database migrate has brought to 5.26")
	case old.Proof != next.Proof:
		return refuse("the store of 3.x is migrated offline", load+"which neo4j-admin copy of the newer release has brought over")
	case old.Proof == ByOverview && old.Name != next.Name:
		return refuse("members of two minor releases of 3.x do not form one cluster", load+"whose store dbms.allow_upgrade brings over")
	case old.Proof == ByDatabases && b.Minor > a.Minor+1:
		return refuse("4.x is upgraded one minor release at a time", fmt.Sprintf("go by way of %d.%d", a.Major, a.Minor+1))
	case isCalendar(b) && !isCalendar(a) && a.Minor < lastOf5:
		return refuse("calendar releases take over from 5.26 only", "go to 5.26 first, finish its move to discovery "+OnlyV2+", then go on")
	case isCalendar(b) && !isCalendar(a) && from.Discovery != "" && from.Discovery != OnlyV2:
		return refuse("the members still speak discovery "+from.Discovery+", whose first version is gone in calendar releases",
			"take cluster.discovery.version step by step to "+OnlyV2+" under 5.26 first")
	}
	return checkDiscoveryMove(next, from, to)
}

// CheckSideBySide refuses a change of release of which members of both cannot run in one cluster for a while. Source: the upgrade guide,
// version-4/upgrade/upgrade-4.3 and upgrade-4.4, causal-cluster: from the last release of the minor before, or it may fail.
func CheckSideBySide(from, to Release) *UpgradeProblem {
	last, ended := lastPatch(from)
	if from.Major != 4 || to.Major != 4 || to.Minor < 3 || from.Minor == to.Minor || !ended || from.Patch >= last {
		return nil
	}
	return &UpgradeProblem{"release", fmt.Sprintf("%s -> %s", from, to), fmt.Sprintf("members of both run side by side during the update, which may fail from any but the last release of %d.%d", from.Major, from.Minor),
		fmt.Sprintf("go to %d.%d.%d first", from.Major, from.Minor, last)}
}

// UpgradesSystem says whether a cluster's system database gets a new release's schema only by dbms.upgrade, called when all members run
// the release: new in 4.1 (operations manual 4.4, reference/procedures), and not by itself in clusters up to 4.4 (the same,
// dbms.allow_single_automatic_upgrade). From 5.0 on the upgrade guide asks for nothing after the last server (version-5/upgrade-minor/
// in-place-rolling), and from 5.9 on the procedure is deprecated, for the servers do it themselves.
func (r Release) UpgradesSystem() bool { return r.Major == 4 && r.Minor >= 1 }

// lastOf5 is the minor number of the last release of 5.x.
const lastOf5 = 26

func isCalendar(r Release) bool { return r.Major >= firstCalendarYear }

func migrationStops(old Family) string {
	if old.Proof == ByOverview {
		return "neo4j-admin copy has brought to 4.4 and "
	}
	return ""
}

// checkDiscoveryMove refuses to skip a step between discovery's versions: members of neighbouring steps understand each other,
// those further apart do not, and a rolling restart always has both.
func checkDiscoveryMove(f Family, from, to Running) *UpgradeProblem {
	steps := strings.Join(f.DiscoveryVersions, ", ")
	if len(f.DiscoveryVersions) == 0 || to.Discovery == "" {
		return nil
	}
	old := from.Discovery
	if before, err := FamilyOf(from.Release); err == nil && len(before.DiscoveryVersions) == 0 {
		old = OnlyV1 // what 5.22 and earlier speak
		if to.Discovery != old {
			return &UpgradeProblem{"discovery.version", to.Discovery, from.Release.String() + " speaks the first version only, and members of both releases run side by side during the update",
				"write " + OnlyV1 + " now, then go on step by step: " + steps}
		}
	}
	if old == "" {
		return nil
	}
	a, b := slices.Index(f.DiscoveryVersions, old), slices.Index(f.DiscoveryVersions, to.Discovery)
	if b-a > 1 || a-b > 1 {
		return &UpgradeProblem{"discovery.version", old + " -> " + to.Discovery, "members of steps that are not neighbours do not find each other", "go step by step: " + steps}
	}
	return nil
}

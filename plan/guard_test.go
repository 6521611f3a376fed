package plan

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
)

const mine = "organization/neo4j/dev"

// running is a plan as the guard's tests begin with: three servers of 5.26 on a class of the cloud's.
func running() Plan {
	p := planned("5.26.30", 3, 0)
	p.Discovery.Version = neo4j.OnlyV2
	p.Copies = neo4j.Copies{Primaries: 3}
	p.Storage = Storage{Size: 100 << 30, Class: "premium-rwo", Retain: true}
	p.CreateNamespace = true
	return p
}

// changed is a change of the running plan by an edit.
func changed(edit func(p *Plan)) Change {
	before, after := running().Record(), running()
	edit(&after)
	return Change{Before: &before, After: after, Stack: mine}
}

const untouched = " is refused, nothing was touched: "

func TestGuard(t *testing.T) {
	const (
		moves    = "a cluster does not move: the members would start empty there, and those here would be deleted; make a new stack for it (pulumi stack init) and load a backup, then destroy this one"
		stays    = "the members' data stays on the volumes that it is on; put it back; to move the data make a new stack with this storage and load a backup"
		another  = "every member would advertise another name, and those with the old and the new names do not find each other; "
		password = "Neo4j takes a first password on an empty volume only: the Secret would change and the database would not, and its own password would be lost; "
	)
	for name, c := range map[string]struct {
		change Change
		want   string
	}{
		"nothing":       {changed(func(*Plan) {}), ""},
		"a setting":     {changed(func(p *Plan) { p.Settings = map[string]string{"db.tx_log.rotation.retention_policy": "3 days"} }), ""},
		"a member more": {changed(func(p *Plan) { p.Primaries = 5 }), ""},
		"a new stack":   {Change{After: running(), Stack: mine}, ""},
		"retain":        {changed(func(p *Plan) { p.Storage.Retain = false }), ""},
		"copies":        {changed(func(p *Plan) { p.Copies.Primaries = 1 }), ""},
		"resolver":      {changed(func(p *Plan) { p.Discovery.Type = "DNS" }), ""},
		"a patch":       {changed(func(p *Plan) { p.Release = neo4j.MustRelease("5.26.31") }), ""},
		"up from Community": {func() Change {
			c := changed(func(p *Plan) { p.Primaries, p.Discovery = 1, neo4j.Discovery{} })
			c.Before.Edition, c.Before.Primaries, c.Before.DiscoveryType, c.Before.DiscoveryVersion = neo4j.Community, 1, "", ""
			return c
		}(), ""},

		"another selector": {changed(func(p *Plan) { p.Storage.Selector = map[string]string{"disk": "fast"} }), "neo4j:cluster.storage.selector: none -> disk=fast" + untouched + stays},
		"a class becomes the stack's own": {changed(func(p *Plan) {
			p.Storage.CreateClass, p.Storage.OwnClass, p.Storage.Provisioner, p.Storage.Parameters = true, true, "pd.csi.storage.gke.io", map[string]string{"type": "pd-ssd"}
		}), "neo4j:cluster.storage.provisioner: none -> pd.csi.storage.gke.io type=pd-ssd" + untouched + "Kubernetes never changes a storage class, and another one in its place would take the " +
			"volumes' away; put it back; to move the data make a new stack with this storage and load a backup"},
		"namespace": {changed(func(p *Plan) { p.Namespace = "other" }), "neo4j:cluster.namespace: graph -> other" + untouched + moves},
		"name":      {changed(func(p *Plan) { p.Name = "movies" }), "neo4j:cluster.name: neo4j -> movies" + untouched + moves},
		"another Kubernetes cluster": {func() Change {
			c := changed(func(*Plan) {})
			c.Cluster, c.Found = "a", &Found{Cluster: "b"}
			return c
		}(), "neo4j:cluster.kubernetes: another Kubernetes cluster (kube-system a -> b)" + untouched + moves + "; to reach the same cluster by another name, point cluster.kubernetes at it"},
		"the same by another name": {func() Change {
			c := changed(func(*Plan) {})
			c.Cluster, c.Found = "a", &Found{Cluster: "a"}
			return c
		}(), ""},
		"a larger disk": {changed(func(p *Plan) { p.Storage.Size = 200 << 30 }), ""},
		"a smaller disk": {changed(func(p *Plan) { p.Storage.Size = 50 << 30 }), "neo4j:cluster.storage.size: 100Gi -> 50Gi" + untouched +
			"volumes do not shrink; put it back; to move the data make a new stack with this storage and load a backup"},
		"another class": {changed(func(p *Plan) { p.Storage.Class = "slow" }), "neo4j:cluster.storage.class: premium-rwo -> slow" + untouched + stays},
		"claims of one's own": {changed(func(p *Plan) { p.Storage.ExistingClaims = true }), "neo4j:cluster.storage.existingClaims: false -> true" + untouched +
			"the StatefulSets keep the claim template that they began with, so that members to come would look for another kind of claim; put it back; to move the data make a new stack with this storage and load a backup"},
		"a folder": {changed(func(p *Plan) { p.Storage.Class, p.Storage.HostPath = "", "/data" }), "neo4j:cluster.storage.hostPath: none -> /data" + untouched + stays +
			"\nneo4j:cluster.storage.class: premium-rwo -> none" + untouched + stays},
		"to names by Services": {changed(func(p *Plan) { p.Discovery.Type = "K8S" }), "neo4j:cluster.discovery.type: LIST -> K8S" + untouched + another + "keep it, or make a new stack and load a backup"},
		"another domain": {changed(func(p *Plan) { p.ClusterDomain = "k8s.example.org" }), "neo4j:cluster.clusterDomain: cluster.local -> k8s.example.org" + untouched + another +
			"put it back, or make a new stack and load a backup"},
		"release and size": {changed(func(p *Plan) { p.Release, p.Primaries = neo4j.MustRelease("5.26.31"), 5 }), "neo4j:cluster.release: 5.26.30 -> 5.26.31 together with 3 -> 5 members" + untouched +
			"who leaves or joins is judged by what one release says; change the release first, and the size in an update of its own"},
		"down to Community": {func() Change {
			c := changed(func(p *Plan) { p.Primaries, p.Edition, p.Discovery = 1, neo4j.Community, neo4j.Discovery{} })
			c.Before.Primaries, c.Before.DiscoveryType, c.Before.DiscoveryVersion = 1, "", ""
			return c
		}(), "neo4j:cluster.edition: enterprise -> community" + untouched + "Community does not open a store in Enterprise's block format, and has none of its users' roles; " +
			"make a new stack of edition community and load a dump in the format aligned"},
		"secondaries that are left alone": {func() Change {
			c := changed(func(p *Plan) { p.Primaries, p.Discovery = 1, neo4j.Discovery{} })
			c.Before.Primaries, c.Before.Secondaries, c.Before.DiscoveryVersion = 1, 2, ""
			return c
		}(), "neo4j:cluster.secondaries: 2 secondaries -> a server that stands alone" + untouched +
			"the server's system database would still count the others, which no drained member may leave behind; keep one secondary, or make a new stack with one server and load a backup"},
		"another Secret": {changed(func(p *Plan) { p.ExistingSecret = "mine" }), "neo4j:cluster.existingSecret: none -> mine" + untouched + password + "put the old one back"},
		"a password over a random one": {func() Change {
			c := changed(func(*Plan) {})
			c.PasswordAfter = "correct-horse-battery"
			return c
		}(), "neo4j:cluster.password: another password" + untouched + password + "take it out of the configuration (pulumi config rm password) or write the one that is in the Secret graph/neo4j-auth"},
		"the very password that is there": {func() Change {
			c := changed(func(*Plan) {})
			c.PasswordAfter, c.Found = "correct-horse-battery", &Found{Password: "correct-horse-battery"}
			return c
		}(), ""},
		"another password": {func() Change {
			c := changed(func(*Plan) {})
			c.PasswordBefore, c.PasswordAfter = "correct-horse-battery", "another-horse-battery"
			return c
		}(), "neo4j:cluster.password: another password" + untouched + password + "take it out of the configuration (pulumi config rm password) or write the one that is in the Secret graph/neo4j-auth"},
		"a password over what a destroyed stack left": {Change{After: running(), Stack: mine, PasswordAfter: "another-horse-battery", Found: &Found{Password: "correct-horse-battery"}},
			"neo4j:cluster.password: another password" + untouched + password + "take it out of the configuration (pulumi config rm password) or write the one that is in the Secret graph/neo4j-auth"},
		"a Secret that is read in two ways": {Change{After: running(), Stack: mine, Found: &Found{SecretProblem: "its password ends in a line break"}},
			"neo4j:cluster.existingSecret: neo4j-auth" + untouched + "its password ends in a line break; mend the Secret: its key NEO4J_AUTH is neo4j/ and the password"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Check(c.change)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			assert.EqualError(t, err, c.want)
			for _, secret := range []string{"correct-horse", "another-horse"} {
				assert.NotContains(t, c.want, secret)
			}
		})
	}
}

// Volumes grow where their class lets them, and a growth that cannot come to its end may be given up.
func TestDisksThatGrow(t *testing.T) {
	const gi = int64(1) << 30
	claims := func(at ...Claimed) *Found {
		found := &Found{Claims: map[string]Claimed{"datadir-neo4j-7": {Capacity: gi, Class: "left", Fixed: true}}}
		for i, c := range at {
			found.Claims[fmt.Sprintf("datadir-neo4j-%d", i)] = c
		}
		return found
	}
	small, large, fixed := Claimed{Capacity: 100 * gi, Class: "fast"}, Claimed{Capacity: 200 * gi, Class: "fast"}, Claimed{Capacity: 100 * gi, Class: "slow", Fixed: true}
	for name, c := range map[string]struct {
		before, after int64
		hostPath      string
		found         *Found
		want          string
	}{
		"no cluster is asked":     {100 * gi, 200 * gi, "", nil, ""},
		"all are small":           {100 * gi, 200 * gi, "", claims(small, small, small), ""},
		"they were grown by hand": {100 * gi, 200 * gi, "", claims(large, large, large), ""},
		"an update was killed":    {200 * gi, 200 * gi, "", claims(large, small, large), ""},
		"not bound yet":           {200 * gi, 200 * gi, "", claims(large, Claimed{Class: "slow", Fixed: true}, large), ""},
		"a class that cannot": {100 * gi, 200 * gi, "", claims(fixed, small, fixed), "neo4j:cluster.storage.size: 100Gi -> 200Gi" + untouched +
			"the storage class slow of datadir-neo4j-0, datadir-neo4j-2 does not let volumes grow (allowVolumeExpansion); put it back; or, where its driver can grow volumes, " +
			`kubectl patch storageclass slow -p '{"allowVolumeExpansion":true}'`},
		"no class at all": {100 * gi, 200 * gi, "", claims(Claimed{Capacity: 100 * gi, Fixed: true}), "neo4j:cluster.storage.size: 100Gi -> 200Gi" + untouched +
			"the volumes of datadir-neo4j-0 have no storage class that could let them grow; put it back; or make a new stack with this size and load a backup"},
		"folders": {100 * gi, 200 * gi, "/data", claims(small), "neo4j:cluster.storage.size: 100Gi -> 200Gi" + untouched +
			"a hostPath volume is a folder of its node, which has the node's space and none of its own; put it back"},
		"back, where all have grown": {200 * gi, 100 * gi, "", claims(large, large, large), "neo4j:cluster.storage.size: 200Gi -> 100Gi" + untouched +
			"volumes do not shrink; put it back; to move the data make a new stack with this storage and load a backup"},
		"back, where one could not": {200 * gi, 100 * gi, "", claims(large, small, large), ""},
	} {
		t.Run(name, func(t *testing.T) {
			change := changed(func(p *Plan) { p.Storage.Size, p.Storage.HostPath = c.after, c.hostPath })
			change.Before.StorageSize, change.Before.HostPath, change.Found = c.before, c.hostPath, c.found
			err := Check(change)
			if c.want != "" {
				require.EqualError(t, err, c.want)
				return
			}
			require.NoError(t, err)
		})
	}
}

func TestOthersObjectsAreNotTaken(t *testing.T) {
	set := Object{Kind: "statefulset", Namespace: "graph", Name: "neo4j", Owner: mine}
	for name, c := range map[string]struct {
		found Found
		want  string
	}{
		"what a killed update left":  {Found{Objects: []Object{set, {Kind: "secret", Namespace: "graph", Name: "neo4j-auth", Owner: mine}}}, ""},
		"made before all had stamps": {Found{Objects: []Object{set, {Kind: "namespace", Name: "graph"}}}, ""},
		"stamped since": {Found{Objects: []Object{set, {Kind: "service", Namespace: "graph", Name: "neo4j-client"}}, Record: &Record{}},
			"neo4j:cluster.name: service graph/neo4j-client" + untouched + "it is there already and belongs to no stack of this program; choose another neo4j:cluster.namespace or neo4j:cluster.name. " +
				"Where it is rightly organization/neo4j/dev's, hand it over: kubectl annotate service --namespace graph neo4j-client --overwrite neo4j-kubernetes/stack=organization/neo4j/dev"},
		"another stack's": {Found{Objects: []Object{{Kind: "statefulset", Namespace: "graph", Name: "neo4j-read", Owner: "organization/neo4j/test"}}},
			"neo4j:cluster.name: statefulset graph/neo4j-read" + untouched + "it is there already and belongs to the stack organization/neo4j/test; choose another neo4j:cluster.namespace or neo4j:cluster.name. " +
				"Where it is rightly organization/neo4j/dev's, hand it over: kubectl annotate statefulset --namespace graph neo4j-read --overwrite neo4j-kubernetes/stack=organization/neo4j/dev"},
		"a namespace with others in it": {Found{Objects: []Object{{Kind: "namespace", Name: "graph"}}},
			"neo4j:cluster.createNamespace: namespace graph" + untouched + "it is there already and belongs to no stack of this program; write createNamespace: false to live in it beside others. " +
				"Where it is rightly organization/neo4j/dev's, hand it over: kubectl annotate namespace graph --overwrite neo4j-kubernetes/stack=organization/neo4j/dev"},
		"a class of another stack": {Found{Objects: []Object{{Kind: "storageclass", Name: "neo4j-gp3", Owner: "organization/neo4j/eks"}}},
			"neo4j:cluster.storage.class: storageclass neo4j-gp3" + untouched + "it is there already and belongs to the stack organization/neo4j/eks; write storage.class: neo4j-gp3 to use it as it is. " +
				"Where it is rightly organization/neo4j/dev's, hand it over: kubectl annotate storageclass neo4j-gp3 --overwrite neo4j-kubernetes/stack=organization/neo4j/dev"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Check(Change{After: running(), Stack: mine, Found: &c.found})
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, c.want)
		})
	}
}

// What a destroyed stack left is taken up by a plan that fits it, and by no other.
func TestWhatADestroyedStackLeft(t *testing.T) {
	left := running().Sized(neo4j.Primary, 5).Record()
	claims := map[string]Claimed{"datadir-neo4j-0": {}}
	const origin = "the claims of a destroyed stack are there, and would be taken up: "
	for name, c := range map[string]struct {
		edit   func(p *Plan)
		claims map[string]Claimed
		want   string
	}{
		"the same":        {func(p *Plan) { p.Primaries = 5 }, claims, ""},
		"no claims":       {func(p *Plan) { p.Release = neo4j.MustRelease("5.1.0") }, nil, ""},
		"a newer release": {func(p *Plan) { p.Primaries, p.Release = 5, neo4j.MustRelease("2026.08.1"); p.Discovery.Version = "" }, claims, ""},
		"fewer members": {func(*Plan) {}, claims, "neo4j:cluster.primaries: 5 -> 3" + untouched + origin + "its members count on each other; come back with 5, then change the number; " +
			"or delete the claims to begin anew: kubectl delete pvc --namespace graph -l app.kubernetes.io/instance=neo4j"},
		"an older release": {func(p *Plan) { p.Primaries, p.Release = 5, neo4j.MustRelease("5.25.1") }, claims, "neo4j:cluster.release: 5.26.30 -> 5.25.1" + untouched + origin +
			"a store is never opened by an older release than the one that wrote it; stay, or make a new stack and load a backup of the older release"},
		"another Secret": {func(p *Plan) { p.Primaries, p.ExistingSecret = 5, "mine" }, claims, "neo4j:cluster.existingSecret: none -> mine" + untouched + origin +
			"Neo4j takes a first password on an empty volume only: the Secret would change and the database would not, and its own password would be lost; put the old one back"},
		"another edition": {func(p *Plan) { p.Primaries, p.Edition = 5, neo4j.Community }, claims, "neo4j:cluster.edition: enterprise -> community" + untouched + origin +
			"Community does not open a store in Enterprise's block format, and has none of its users' roles; make a new stack of edition community and load a dump in the format aligned"},
	} {
		t.Run(name, func(t *testing.T) {
			after := running()
			c.edit(&after)
			err := Check(Change{After: after, Stack: mine, Found: &Found{Record: &left, Claims: c.claims}})
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, c.want)
		})
	}
}

func TestPoolsDoNotGrowOntoDroppedServers(t *testing.T) {
	grow := func(edit func(p *Plan)) Change {
		c := changed(edit)
		c.Found = &Found{Sizes: map[string]int{"neo4j": 3, "neo4j-read": 1}, Claims: map[string]Claimed{
			"datadir-neo4j-4": {LeftAs: "5e7e"}, "datadir-neo4j-read-1": {LeftAs: "other"}, "datadir-neo4j-2": {LeftAs: "leaves just now and is no new member"},
		}}
		return c
	}
	require.NoError(t, Check(grow(func(p *Plan) { p.Primaries, p.Secondaries = 4, 1 })), "those are not wanted")
	const told = "they hold what members that were dropped from the cluster left behind, and a dropped server can never come back; the other members have all its databases; " +
		"delete them: kubectl delete pvc --namespace graph datadir-neo4j-4 datadir-neo4j-read-1"
	assert.EqualError(t, Check(grow(func(p *Plan) { p.Primaries, p.Secondaries = 5, 2 })),
		"neo4j:cluster.primaries: growing onto datadir-neo4j-4 (server 5e7e), datadir-neo4j-read-1 (server other)"+untouched+told)
	back := grow(func(p *Plan) { p.Primaries = 5 })
	back.Found.Sizes["neo4j"] = 5
	require.NoError(t, Check(back), "its pod is still there: the last plan was changed back before it had left")
	host := grow(func(p *Plan) { p.Primaries, p.Storage.Class, p.Storage.HostPath = 5, "", "/data/neo4j" })
	host.Before.StorageClass, host.Before.HostPath = "", "/data/neo4j"
	assert.ErrorContains(t, Check(host), ", and the folders of these names below /data/neo4j/graph of the nodes")
}

func TestARecordReadsBack(t *testing.T) {
	for _, p := range []Plan{running(), planned("3.5.35", 3, 1), planned("2026.08.1", 1, 0)} {
		text, err := json.Marshal(p.Record())
		require.NoError(t, err)
		var back Record
		require.NoError(t, json.Unmarshal(text, &back))
		assert.Equal(t, p.Record(), back)
	}
}

func TestMembersOfTwoReleasesSideBySide(t *testing.T) {
	check := func(from, to string, primaries int, settings map[string]string) error {
		before, after := planned(from, primaries, 0).Record(), planned(to, primaries, 0)
		after.Settings = settings
		return Check(Change{Before: &before, After: after, Stack: mine})
	}
	allow := map[string]string{"dbms.allow_upgrade": "true"}
	require.NoError(t, check("3.5.34", "3.5.35", 3, nil))
	require.NoError(t, check("3.5.34", "3.5.35", 1, allow), "a server that stands alone may change its store")
	require.NoError(t, check("3.5.35", "3.5.35", 3, allow), "the release stays")
	require.EqualError(t, check("3.5.34", "3.5.35", 3, allow), "neo4j:cluster.settings.dbms.allow_upgrade: true together with release 3.5.34 -> 3.5.35"+untouched+
		"the first member would change its store's format, which members of 3.x that run side by side must have in common; "+
		"leave it out: a release that needs no other format is taken up without; for one that does make a new stack and load a backup")
	require.EqualError(t, check("4.3.20", "4.4.38", 3, nil), "neo4j:cluster.release: 4.3.20 -> 4.4.38"+untouched+
		"members of both run side by side during the update, which may fail from any but the last release of 4.3; go to 4.3.24 first")
	require.NoError(t, check("4.3.20", "4.4.38", 1, nil))
	require.NoError(t, check("4.3.24", "4.4.38", 3, nil))
	require.EqualError(t, check("4.2.1", "4.4.38", 3, nil), "neo4j:cluster.release: 4.2.1 -> 4.4.38"+untouched+"4.x is upgraded one minor release at a time; go by way of 4.3", "one reason is enough")
}

// What the Kubernetes cluster lacks is said before anything waits for it.
func TestAPlanThatWouldWaitForEverIsRefused(t *testing.T) {
	need := Need{Path: "storage.class", Value: "fast", Reason: "the Kubernetes cluster has no such storage class", Mend: "leave it out"}
	err := Check(Change{After: Plan{}, Found: &Found{Missing: []Need{need}}})
	require.EqualError(t, err, "neo4j:cluster.storage.class: fast is refused, nothing was touched: the Kubernetes cluster has no such storage class; leave it out")
}

// TestClaimsThatSomebodyElseMakes: pods would wait for those that are not there, without a word.
func TestClaimsThatSomebodyElseMakes(t *testing.T) {
	after := running()
	after.Storage = Storage{Size: 10 << 30, ExistingClaims: true, Retain: true}
	c := Change{After: after, Stack: mine, Found: &Found{Claims: map[string]Claimed{"datadir-neo4j-1": {}}}}
	require.EqualError(t, Check(c), "neo4j:cluster.storage.existingClaims: datadir-neo4j-0, datadir-neo4j-2 is refused, nothing was touched: "+
		"no such claims are in the namespace graph, and the members would wait for them; make them first, ReadWriteOnce and of 10Gi")
	c.Found.Claims["datadir-neo4j-0"], c.Found.Claims["datadir-neo4j-2"] = Claimed{}, Claimed{}
	require.NoError(t, Check(c))
	c.Found = nil
	require.NoError(t, Check(c), "a preview that asks no cluster does not know")
}

// TestTheFirstFamilyStays: the API refuses another one, in the middle of an update.
func TestTheFirstFamilyStays(t *testing.T) {
	c := Change{After: running(), Stack: mine, Found: &Found{IPFamily: "IPv4"}}
	c.After.Addresses = Addresses{Policy: "RequireDualStack", Families: []string{"IPv6", "IPv4"}}
	require.EqualError(t, Check(c), "neo4j:cluster.ipFamilies: IPv4 -> IPv6 is refused, nothing was touched: a Service keeps the family of its first address for ever; "+
		"write IPv4 first, with the other behind it where both are wanted")
	c.After.Addresses.Families = []string{"IPv4", "IPv6"}
	require.NoError(t, Check(c))
}

// TestClaimTemplatesStay: a StatefulSet would have pods that want a volume which it never claims. Volumes without a template come and go.
func TestClaimTemplatesStay(t *testing.T) {
	const reason = untouched + "a StatefulSet keeps the claim templates that it began with; put it back; share puts a folder of the data volume there and claim a claim that is there, " +
		"both at any time; or make a new stack and load a backup"
	logs := func(v UseVolume) map[string]UseVolume { return map[string]UseVolume{"logs": v} }
	dynamic := UseVolume{Mode: Dynamic, Size: 1 << 30, Class: "fast", Selector: map[string]string{"app": "neo4j"}}
	for want, c := range map[string][2]map[string]UseVolume{
		"neo4j:cluster.storage.volumes.logs: none -> 1Gi fast app=neo4j" + reason:     {nil, logs(dynamic)},
		"neo4j:cluster.storage.volumes.logs: 1Gi fast app=neo4j -> none" + reason:     {logs(dynamic), logs(UseVolume{Mode: Shared, Folder: "logs"})},
		"neo4j:cluster.storage.volumes.logs: 1Gi fast app=neo4j -> 2Gi none" + reason: {logs(dynamic), logs(UseVolume{Mode: Dynamic, Size: 2 << 30})},
		"": {logs(UseVolume{Mode: Shared, Folder: "logs"}), logs(UseVolume{Mode: OneClaim, Claim: "logs"})},
	} {
		before := running()
		before.UseVolumes = c[0]
		record := before.Record()
		err := Check(changed(func(p *Plan) { p.UseVolumes = c[1] }).from(record))
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, want)
	}
}

func (c Change) from(before Record) Change {
	c.Before = &before
	return c
}

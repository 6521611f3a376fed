package back

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/tests/reached"
	"neo4j-kubernetes/tests/scripted"
	"neo4j-kubernetes/verify"
)

func shape(release string, primaries int) plan.Plan {
	return plan.Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
		Spec: neo4j.Spec{Release: neo4j.MustRelease(release), Edition: neo4j.Enterprise, Primaries: primaries},
	}
}

// third is the id of neo4j-3's server.
const third = "5e7e7000-0000-4000-8000-000000000003"

// box is Kubernetes as far as the operation sees it, beside a scripted cluster.
type box struct {
	c       *scripted.Cluster
	plan    plan.Plan
	members verify.Members
	size    int
	ours    bool
	notes   map[string]string
	log     []string
	opened  int
	// fail has the next renewal end like a killed process, before it does anything.
	fail error
}

func (b *box) Replicas(_ context.Context, pool string) (int, error) {
	if pool == "neo4j" {
		return b.size, nil
	}
	return 0, nil
}

func (b *box) ScaledIn(context.Context, string) (bool, error) { return b.ours, nil }

func (b *box) Resize(_ context.Context, pool string, n int) error {
	b.log = append(b.log, fmt.Sprintf("%s %d", pool, n))
	b.size = n
	return nil
}

func (b *box) Noted(_ context.Context, members []neo4j.Member) (map[string]string, error) {
	noted := map[string]string{}
	for _, m := range members {
		if b.notes[m.Name] != "" {
			noted[m.Name] = b.notes[m.Name]
		}
	}
	return noted, nil
}

func (b *box) Clear(_ context.Context, m neo4j.Member) error {
	b.log = append(b.log, m.Name+" cleared")
	delete(b.notes, m.Name)
	return nil
}

// Renew ends the old server and starts another one of the same address.
func (b *box) Renew(_ context.Context, m neo4j.Member, id string) error {
	if b.fail != nil {
		return b.fail
	}
	b.log = append(b.log, m.Name+" renewed from "+id)
	delete(b.notes, m.Name)
	b.c.Locked(func() {
		if old := b.c.Server(id); old != nil {
			old.Host, old.Down = "", true
		}
		b.c.Servers = append(b.c.Servers, &scripted.ModelServer{ID: "new", Host: m.Host, State: "Free", Health: "Available", Version: b.plan.Release.String()})
	})
	return nil
}

// cluster is a scripted cluster of four, of which neo4j-3 has a copy of neo4j and is noted to leave.
func cluster(t *testing.T, release string) *box {
	t.Helper()
	b := &box{plan: shape(release, 4), size: 4, notes: map[string]string{"neo4j-3": third}}
	topology := b.plan.Topology()
	b.c = scripted.ClusterOf(topology)
	d := b.c.Database("neo4j")
	d.Primaries, d.WantPrimaries = d.Primaries[1:], 3
	b.members = reached.Servers(t, topology, b.c)
	return b
}

// told has neo4j-0, which writes the system database, tell the server to leave, as an earlier update had.
func (b *box) told(t *testing.T) {
	t.Helper()
	_, err := b.members.Run(t.Context(), b.plan.Topology().Members[0], reach.Question{Database: "system", Statement: deallocate, Write: true})
	require.NoError(t, err)
}

func (b *box) back(ctx context.Context, timeout time.Duration) (said string, err error) {
	var progress strings.Builder
	o := operate.Options{Timeout: timeout, Pause: 5 * time.Millisecond, Progress: &progress}.Filled()
	err = operate.Run(ctx, &returning{objects: b, plan: b.plan, o: o, open: func(context.Context) (members, func(), error) {
		b.opened++
		return b.members, func() {}, nil
	}}, o)
	return progress.String(), err
}

func (b *box) orders() (orders []string) {
	b.c.Locked(func() { orders = slices.Clone(b.c.Orders) })
	return orders
}

const (
	deallocate = "DEALLOCATE DATABASES FROM SERVER '" + third + "'"
	drop       = "DROP SERVER '" + third + "'"
)

func TestWhereNothingIsNotedNobodyIsAsked(t *testing.T) {
	for _, release := range []string{"3.5.35", "4.4.38", "5.26.30"} {
		b := &box{plan: shape(release, 3), size: 3}
		said, err := b.back(t.Context(), time.Second)
		require.NoError(t, err)
		assert.Empty(t, said)
		assert.Zero(t, b.opened)
	}
}

// Members that cannot be reached, such as for want of their Secret, are an error, and no way to them that is closed.
func TestAWayThatIsNotOpenIsNotClosed(t *testing.T) {
	b := cluster(t, "5.26.30")
	r := &returning{objects: b, plan: b.plan, open: func(context.Context) (members, func(), error) {
		return nil, func() { t.Error("closed") }, errors.New("secret neo4j-auth not found")
	}}
	_, err := r.Next(t.Context())
	require.EqualError(t, err, "secret neo4j-auth not found")
	r.end()
}

func TestWhoWasNotToldToLeaveLosesTheNote(t *testing.T) {
	for _, state := range []string{"Enabled", "Cordoned"} {
		b := cluster(t, "5.26.30")
		b.c.Locked(func() { b.c.Server(third).State = state })
		said, err := b.back(t.Context(), 5*time.Second)
		require.NoError(t, err)
		assert.Equal(t, "return of neo4j-3: neo4j-3 was to leave, and stays\nreturn of neo4j-3: done in 0s\n", said)
		assert.Equal(t, []string{"neo4j-3 cleared"}, b.log)
		assert.Empty(t, b.orders())
	}
}

func TestWhoWasToldToLeaveComesBackAsAnother(t *testing.T) {
	for _, release := range []string{"5.0.0", "5.14.0", "5.15.0", "5.26.30", "2026.08.1"} {
		for _, stays := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s address stays %v", release, stays), func(t *testing.T) {
				b := cluster(t, release)
				b.c.Slow, b.c.AddressStays = 30, stays
				b.told(t)
				said, err := b.back(t.Context(), 10*time.Second)
				require.NoError(t, err, said)
				assert.Equal(t, []string{deallocate, drop}, b.orders())
				assert.Equal(t, []string{"neo4j-3 renewed from " + third}, b.log)
				assert.Contains(t, said, "return of neo4j-3: server "+third+" was told to leave, which nothing undoes, and still hosts neo4j\n")
				assert.Contains(t, said, "return of neo4j-3: server "+third+" is dropped and never comes back: its volume is replaced by an empty one\n")

				said, err = b.back(t.Context(), time.Second)
				require.NoError(t, err)
				assert.Empty(t, said, "nothing is left to do, and nothing is said")
			})
		}
	}
}

// What storage.retain keeps is not deleted unasked: the update says what to do, and goes on when it is done.
func TestAVolumeThatIsKeptIsLeftToItsOwner(t *testing.T) {
	for name, c := range map[string]struct {
		storage plan.Storage
		mend    string
	}{
		"retained": {plan.Storage{Retain: true}, "delete its claim, which storage.retain keeps, and its pod " +
			"(kubectl delete pvc --namespace graph datadir-neo4j-3 --wait=false && kubectl delete pod --namespace graph neo4j-3)"},
		"hostPath": {plan.Storage{HostPath: "/data/neo4j"}, "empty the folder /data/neo4j/graph/datadir-neo4j-3 of its node and delete its pod (kubectl delete pod --namespace graph neo4j-3)"},
	} {
		t.Run(name, func(t *testing.T) {
			b := cluster(t, "5.26.30")
			b.plan.Storage = c.storage
			b.told(t)
			for range 2 {
				_, err := b.back(t.Context(), 10*time.Second)
				require.EqualError(t, err, "return of neo4j-3: neo4j-3 cannot come back on the volume that it has: an update that was changed back had told its server "+third+
					" to leave, and a dropped server never rejoins; the other members have all its databases, so "+c.mend+" and update again: it joins as another server")
				assert.Equal(t, []string{deallocate, drop}, b.orders(), "nothing is ordered twice")
				assert.Empty(t, b.log)
			}
			require.NoError(t, b.Renew(t.Context(), b.plan.Topology().Members[3], third))
			_, err := b.back(t.Context(), time.Second)
			require.NoError(t, err)
		})
	}
}

// An update may end anywhere: by its time, by a signal, by a lost machine. The next one takes it from there.
func TestAReturnThatEndedGoesOn(t *testing.T) {
	again := func(t *testing.T, b *box) {
		t.Helper()
		b.fail = nil
		b.c.Locked(func() { b.c.Hold = false })
		said, err := b.back(t.Context(), 10*time.Second)
		require.NoError(t, err, said)
		assert.Equal(t, []string{deallocate, drop}, b.orders(), "nothing is ordered twice")
		assert.Equal(t, []string{"neo4j-3 renewed from " + third}, b.log)
	}
	t.Run("time is up while it deallocates", func(t *testing.T) {
		b := cluster(t, "5.26.30")
		b.c.Hold = true
		b.told(t)
		_, err := b.back(t.Context(), 200*time.Millisecond)
		require.EqualError(t, err, "return of neo4j-3: neo4j-3 has not come back after 200ms: server "+third+
			" was told to leave, which nothing undoes, and still hosts neo4j; the next update goes on from here")
		again(t, b)
	})
	t.Run("cancelled while it deallocates", func(t *testing.T) {
		b := cluster(t, "2026.08.1")
		b.c.Hold = true
		b.told(t)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		_, err := b.back(ctx, time.Minute)
		require.ErrorIs(t, err, context.Canceled)
		again(t, b)
	})
	t.Run("killed between drop and renewal", func(t *testing.T) {
		b := cluster(t, "5.26.30")
		b.told(t)
		b.fail = operate.Failed{Cause: errors.New("killed")}
		_, err := b.back(t.Context(), 10*time.Second)
		require.ErrorContains(t, err, "killed")
		b.c.Locked(func() { b.c.Server(third).Down = true }) // the dropped server has ended, and is shown no longer
		again(t, b)
	})
}

func TestAClusterThatDoesNotAnswerIsLeftAsItIs(t *testing.T) {
	b := cluster(t, "5.26.30")
	b.c.Locked(func() {
		for _, s := range b.c.Servers {
			s.Down = true
		}
	})
	said, err := b.back(t.Context(), time.Minute)
	require.NoError(t, err)
	assert.Contains(t, said, "return of neo4j-3: it was to leave; what became of that cannot be seen yet: neo4j-")
	assert.Empty(t, b.log)
}

func TestWhoMayNotDropIsToldSoAtOnce(t *testing.T) {
	b := cluster(t, "5.26.30")
	b.told(t)
	b.c.Locked(func() { b.c.Refuse["DROP"] = "Neo.ClientError.Security.Forbidden: Permission denied" })
	_, err := b.back(t.Context(), 10*time.Second)
	assert.EqualError(t, err, "return of neo4j-3: Neo.ClientError.Security.Forbidden: Permission denied")
}

func TestAPoolThatAScaleInMadeSmallerGrowsAgain(t *testing.T) {
	for _, release := range []string{"3.5.35", "4.4.38", "5.26.30"} {
		b := &box{plan: shape(release, 5), size: 4, ours: true}
		said, err := b.back(t.Context(), time.Second)
		require.NoError(t, err)
		assert.Equal(t, []string{"neo4j 5"}, b.log)
		assert.Equal(t, "return of neo4j 4 -> 5: neo4j was made smaller by an update that was changed back, and grows again\nreturn of neo4j 4 -> 5: done in 0s\n", said)
	}
	b := &box{plan: shape("5.26.30", 5), size: 4}
	_, err := b.back(t.Context(), time.Second)
	require.NoError(t, err)
	assert.Empty(t, b.log, "whom somebody else has scaled away is the check's to tell")
}

// Package back has members stay that an earlier update began to take out, and that are of the present plan: somebody has changed the size
// back before the scale-in had ended. A pool that the scale-in made smaller gets its members back. A claim whose server was noted to
// leave, and has not been told so yet, loses the note. A server that was told to leave cannot stay (operations manual 5, "managing servers
// in a cluster": Deallocating is irreversible, and a dropped server never rejoins): it is let go, and comes back as another one, on an
// empty volume.
package back

import (
	"context"
	"fmt"
	"slices"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/operate/pools"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// objects is what the operation needs of Kubernetes; see package pools.
type objects interface {
	Replicas(ctx context.Context, pool string) (int, error)
	ScaledIn(ctx context.Context, pool string) (bool, error)
	Resize(ctx context.Context, pool string, n int) error
	Noted(ctx context.Context, members []neo4j.Member) (map[string]string, error)
	Clear(ctx context.Context, m neo4j.Member) error
	Renew(ctx context.Context, m neo4j.Member, id string) error
}

// members is what the operation needs of the members.
type members interface {
	verify.Prober
	reach.Asker
}

// Members has the members stay that were to leave. It comes before members are waited for, since one that was dropped never becomes
// ready, and asks none of them where no claim bears a note. A cluster that does not answer is left as it is.
func Members(ctx context.Context, a reach.Access, p plan.Plan, o operate.Options) error {
	client, err := a.Client()
	if err != nil {
		return err
	}
	b := &returning{objects: pools.Objects{Client: client, Namespace: p.Namespace}, plan: p, o: o.Filled()}
	b.open = func(ctx context.Context) (members, func(), error) {
		reached, err := verify.Open(ctx, a, p.Topology())
		return reached, reached.Close, err
	}
	defer b.end()
	return operate.Run(ctx, b, b.o)
}

// returning is the return as an operation.
type returning struct {
	objects objects
	plan    plan.Plan
	o       operate.Options
	// open reaches the members, who are asked only where there is a reason to; close is what ends that.
	open    func(ctx context.Context) (members, func(), error)
	members members
	close   func()
}

func (b *returning) end() {
	if b.close != nil {
		b.close()
	}
}

// Next is the pool that is too small, then the first member whose claim bears a note.
func (b *returning) Next(ctx context.Context) (*operate.Step, error) {
	for _, role := range neo4j.Roles {
		if step, err := b.growth(ctx, role); step != nil || err != nil {
			return step, err
		}
	}
	family, err := neo4j.FamilyOf(b.plan.Release)
	if err != nil || family.Proof != neo4j.ByServers || !b.plan.Clustered() {
		return nil, err
	}
	all := b.plan.Topology().Members
	noted, err := b.objects.Noted(ctx, all)
	if err != nil || len(noted) == 0 {
		return nil, err
	}
	i := slices.IndexFunc(all, func(m neo4j.Member) bool { return noted[m.Name] != "" })
	if b.members == nil {
		reached, end, err := b.open(ctx)
		if err != nil {
			return nil, err
		}
		b.members, b.close = reached, end
	}
	turn := &turn{b, all[i], noted[all[i].Name]}
	if answers, err := turn.answers(ctx); err != nil || !answers {
		return nil, err
	}
	return &operate.Step{
		Name: "return of " + all[i].Name, Member: all[i].Name, Does: "was to leave, and stays", Undone: "has not come back", Act: turn.act, Left: turn.left,
	}, nil
}

// growth is the step of a pool that a scale-in of this program has left with fewer members than planned; nil where it is not so. The
// state of the stack, which knows the plan of before and after, sees no difference there.
func (b *returning) growth(ctx context.Context, role neo4j.Role) (*operate.Step, error) {
	pool, want := b.plan.Pool(role), b.plan.Size(role)
	now, err := b.objects.Replicas(ctx, pool)
	if err != nil || now >= want {
		return nil, err
	}
	if ours, err := b.objects.ScaledIn(ctx, pool); err != nil || !ours {
		return nil, err
	}
	return &operate.Step{
		Name: fmt.Sprintf("return of %s %d -> %d", pool, now, want), Member: pool, Does: "was made smaller by an update that was changed back, and grows again",
		Undone: "has not grown", Act: func(ctx context.Context) (string, error) { return "", b.objects.Resize(ctx, pool, want) },
	}, nil
}

// looks is how often a cluster is looked at that elects a leader right now.
const looks = 20

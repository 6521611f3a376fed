package back

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// turn is one member's: id is the server that its claim notes.
type turn struct {
	*returning
	member neo4j.Member
	id     string
}

// answers looks some times whether the cluster answers.
func (t *turn) answers(ctx context.Context) (bool, error) {
	for look := 1; ; look++ {
		_, _, err := t.view(ctx)
		switch {
		case err == nil:
			return true, nil
		case !operate.Passing(err):
			return false, err
		case look == looks:
			_, _ = fmt.Fprintf(t.o.Progress, "return of %s: it was to leave; what became of that cannot be seen yet: %s\n", t.member.Name, reach.FirstLine(err))
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(t.o.Pause):
		}
	}
}

// view is what the member says that writes the system database, and who that is: it alone knows what was ordered last. The one who
// was to leave is not asked.
func (t *turn) view(ctx context.Context) (verify.Observation, neo4j.Member, error) {
	topology := t.plan.Topology()
	stay := slices.DeleteFunc(topology.Of(neo4j.Primary), func(m neo4j.Member) bool { return m.Name == t.member.Name })
	seen, errs := reach.All(ctx, stay, t.members.Observe)
	var silent error
	for _, m := range stay {
		if reach.Lasting(errs[m.Name]) {
			return verify.Observation{}, m, fmt.Errorf("%s: %w", m.Name, errs[m.Name])
		}
		if errs[m.Name] != nil {
			silent = fmt.Errorf("%s: %w", m.Name, errs[m.Name])
			continue
		}
		if writer, ok := seen[m.Name].Writer(topology, "system"); ok && writer.Name == m.Name {
			return seen[m.Name], m, nil
		}
	}
	if silent != nil {
		return verify.Observation{}, neo4j.Member{}, silent
	}
	return verify.Observation{}, neo4j.Member{}, errors.New("no member that stays says that it writes the system database")
}

// act does what the server's state asks for, and says what to wait for; nothing when the member may start anew, or has never left.
func (t *turn) act(ctx context.Context) (waitFor string, err error) {
	view, writer, err := t.view(ctx)
	if err != nil {
		return "", err
	}
	server, known := verify.Server{}, false
	for _, s := range view.Servers {
		alive := s.State == verify.Enabled || s.State == verify.Cordoned || s.State == verify.Free
		if strings.EqualFold(s.Host, t.member.Host) && alive {
			// It has not been told to leave, or lives as another server already.
			return "", t.objects.Clear(ctx, t.member)
		}
		if s.ID == t.id {
			server, known = s, true
		}
	}
	switch hosts := view.Movable(server.Hosting); {
	case !known || server.State == verify.Dropped:
		return "", t.anew(ctx)
	case view.MayBeDropped(server, t.plan.Release):
		return fmt.Sprintf("server %s is dropped", t.id), t.drop(ctx, writer)
	case len(hosts) > 0:
		return fmt.Sprintf("server %s was told to leave, which nothing undoes, and still hosts %s", t.id, strings.Join(hosts, ", ")), nil
	}
	return fmt.Sprintf("server %s was told to leave, which nothing undoes, and is %s", t.id, server.State), nil
}

func (t *turn) drop(ctx context.Context, writer neo4j.Member) error {
	if !verify.IsServerID(t.id) {
		return operate.Refused{Reason: fmt.Sprintf("%s has the server id %q, which is none", t.member.Name, t.id)}
	}
	_, err := t.members.Run(ctx, writer, reach.Question{Database: "system", Statement: fmt.Sprintf("DROP SERVER '%s'", t.id), Write: true})
	return err
}

// anew gives the member an empty volume, where the plan lets claims go with their members.
func (t *turn) anew(ctx context.Context) error {
	claim := plan.ClaimOf(t.member)
	if !t.plan.Storage.Retain && t.plan.Storage.HostPath == "" {
		_, _ = fmt.Fprintf(t.o.Progress, "return of %s: server %s is dropped and never comes back: its volume is replaced by an empty one\n", t.member.Name, t.id)
		return t.objects.Renew(ctx, t.member, t.id)
	}
	at := fmt.Sprintf("--namespace %s ", t.plan.Namespace)
	mend := fmt.Sprintf("delete its claim, which storage.retain keeps, and its pod (kubectl delete pvc %s%s --wait=false && kubectl delete pod %s%s)",
		at, claim, at, t.member.Name)
	if t.plan.Storage.HostPath != "" {
		mend = fmt.Sprintf("empty the folder %s/%s of its node and delete its pod (kubectl delete pod %s%s)", t.plan.HostFolder(), claim, at, t.member.Name)
	}
	return operate.Refused{Reason: fmt.Sprintf("%s cannot come back on the volume that it has: an update that was changed back had told its server %s to leave, and a dropped server "+
		"never rejoins; the other members have all its databases, so %s and update again: it joins as another server", t.member.Name, t.id, mend)}
}

// left says whether the note is still there, and with it the volume.
func (t *turn) left(ctx context.Context) (string, error) {
	noted, err := t.objects.Noted(ctx, []neo4j.Member{t.member})
	if err != nil || noted[t.member.Name] == "" {
		return "", err
	}
	return "its old volume is still there", nil
}

package renew

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// shows is who shows certificates.
type shows interface {
	Served(ctx context.Context, m neo4j.Member, port int) ([]*x509.Certificate, error)
	Kept(ctx context.Context, p neo4j.EncryptedPort) (*reach.Kept, error)
}

// members is what the operation needs of the members.
type members interface {
	shows
	reach.Asker
}

// nudges has the kubelet look at a pod's volumes.
type nudges interface {
	nudge(ctx context.Context, m neo4j.Member) error
}

// reloading is the reload as an operation.
type reloading struct {
	members  members
	pods     nudges
	topology neo4j.Topology
	// between is the time between two reloads of a member whose files have not come yet.
	between time.Duration
}

// Next is the first member that serves another certificate than its Secret holds.
func (r *reloading) Next(ctx context.Context) (*operate.Step, error) {
	served := verify.LookAtCertificates(ctx, r.members, r.topology)
	for _, m := range r.topology.Members {
		var secrets []string
		var late []int
		for _, s := range served[m.Name] {
			if !s.Outdated() {
				continue
			}
			late = append(late, s.Port.Port)
			if !slices.Contains(secrets, s.Port.Secret) {
				secrets = append(secrets, s.Port.Secret)
			}
		}
		if len(secrets) == 0 {
			continue
		}
		turn := &turn{reloading: r, member: m, late: late}
		return &operate.Step{
			Name: "certificates of " + m.Name, Member: m.Name, Does: "reads anew what Secret " + strings.Join(secrets, ", ") + " holds",
			Undone: "serves an older certificate still", Act: turn.act, Left: turn.left,
		}, nil
	}
	return nil, nil
}

// turn is one member's.
type turn struct {
	*reloading
	member neo4j.Member
	// late are the ports that served an older certificate when the turn began.
	late []int
	// nudged says that the kubelet was told, told when the member was for the last time.
	nudged bool
	told   time.Time
}

// act tells the kubelet, once, and the member.
func (t *turn) act(ctx context.Context) (waitFor string, err error) {
	if !t.nudged {
		if err := t.pods.nudge(ctx, t.member); err != nil {
			return "", err
		}
		t.nudged = true
	}
	return "", t.tell(ctx)
}

// tell has the member read its files. That it may find the old ones still, the kubelet being slower, left finds out.
func (t *turn) tell(ctx context.Context) error {
	_, err := t.members.Run(ctx, t.member, reach.Question{Database: "system", Statement: neo4j.Reload})
	t.told = time.Now()
	return err
}

// left looks at what the member serves, and tells it again now and then while that is the old certificate. A port that shows none, for the
// moment, shows no new one.
func (t *turn) left(ctx context.Context) (string, error) {
	one := t.topology
	one.Members = []neo4j.Member{t.member}
	looks := verify.LookAtCertificates(ctx, t.members, one)[t.member.Name]
	late := slices.DeleteFunc(slices.Clone(looks), func(s verify.Served) bool { return !s.Outdated() })
	if len(late) == 0 {
		for _, s := range looks {
			if s.Err != nil && slices.Contains(t.late, s.Port.Port) {
				return fmt.Sprintf("port %d shows no certificate: %s", s.Port.Port, reach.FirstLine(s.Err)), nil
			}
		}
		return "", nil
	}
	if time.Since(t.told) >= t.between {
		if err := t.tell(ctx); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("the files of Secret %s have not come to its pod yet", late[0].Port.Secret), nil
}

// pods are the members' pods on Kubernetes.
type pods struct {
	client    kubernetes.Interface
	namespace string
}

// manager is the field manager of what a renewal writes.
const manager = "neo4j-renewal"

// nudge has the kubelet look at a pod's volumes now, which by itself it does once in a minute or two (Kubernetes, "Secrets", "Mounted Secrets
// are updated automatically").
func (p pods) nudge(ctx context.Context, m neo4j.Member) error {
	return operate.Nudge(ctx, p.client, p.namespace, m.Name, plan.RenewedAt, time.Now().UTC().Format(time.RFC3339Nano), manager)
}

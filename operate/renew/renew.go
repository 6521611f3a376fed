// Package renew has members serve the certificates that their Secrets hold now. Kubernetes writes a changed Secret into the pods that mount it
// by itself; the servers read the files when they start, and from 2025.03 on when they are told to (operations manual, "SSL framework"). That
// a member has taken up its certificate is proven by what it serves.
package renew

import (
	"context"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// Outdated are the members that serve another certificate than their Secret holds, in the topology's order. A member that does not answer, and
// one whose Secret is not known or cannot be read, is not among them: the check says what is wrong there.
func Outdated(ctx context.Context, a reach.Access, t neo4j.Topology) ([]neo4j.Member, error) {
	if t.Encryption == nil {
		return nil, nil
	}
	members, err := verify.Open(ctx, a, t)
	if err != nil {
		return nil, err
	}
	defer members.Close()
	return outdated(ctx, members, t), nil
}

func outdated(ctx context.Context, members shows, t neo4j.Topology) []neo4j.Member {
	served := verify.LookAtCertificates(ctx, members, t)
	return slices.DeleteFunc(slices.Clone(t.Members), func(m neo4j.Member) bool {
		return !slices.ContainsFunc(served[m.Name], verify.Served.Outdated)
	})
}

// ToReplace are the pods that must be replaced to serve what their Secrets hold: of members of releases that read certificates at a start only.
// Package roll does it, in its order and with its gates.
func ToReplace(ctx context.Context, a reach.Access, t neo4j.Topology) (map[types.UID]bool, error) {
	if t.Encryption == nil || t.Encryption.Reloads {
		return nil, nil
	}
	late, err := Outdated(ctx, a, t)
	if err != nil || len(late) == 0 {
		return nil, err
	}
	client, err := a.Client()
	if err != nil {
		return nil, err
	}
	pods := map[types.UID]bool{}
	for _, m := range late {
		p, err := client.CoreV1().Pods(t.Namespace).Get(ctx, m.Name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			continue
		case err != nil:
			return nil, err
		}
		pods[p.UID] = true
	}
	return pods, nil
}

// Reload has each member that can read its certificates anew while it runs, one after the other over a connection of its own, and looks at
// what it serves then. Connections that are open keep the certificate that they began with.
func Reload(ctx context.Context, a reach.Access, t neo4j.Topology, o operate.Options) error {
	if t.Encryption == nil || !t.Encryption.Reloads {
		return nil
	}
	client, err := a.Client()
	if err != nil {
		return err
	}
	members, err := verify.Open(ctx, a, t)
	if err != nil {
		return err
	}
	defer members.Close()
	return operate.Run(ctx, &reloading{members: members, pods: pods{client, t.Namespace}, topology: t, between: 2 * time.Second}, o)
}

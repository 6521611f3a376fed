package scale

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/verify"
)

// Vacant refuses a new cluster where members of another stack, or of no stack, are already, with an error *Taken: two stacks over the same members would undo
// each other's changes, and the end of one would be the end of both. What a destroyed stack left, claims and a Secret, belongs to
// nobody, and what a killed update of the same stack left is taken over.
func Vacant(ctx context.Context, a verify.Access, s neo4j.Spec, stack string) error {
	client, err := a.Client()
	if err != nil {
		return err
	}
	return vacant(ctx, client, s, stack)
}

func vacant(ctx context.Context, client kubernetes.Interface, s neo4j.Spec, stack string) error {
	for _, role := range neo4j.Roles {
		set, err := client.AppsV1().StatefulSets(s.Namespace).Get(ctx, s.Pool(role), metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("stateful set %s/%s: %w", s.Namespace, s.Pool(role), err)
		}
		owner := set.Annotations[neo4j.OwnedBy]
		if owner == stack {
			continue
		}
		return &Taken{s.Namespace, set.Name, owner, stack}
	}
	return nil
}

// Taken is the error of Vacant: whose the StatefulSet is that is there already, and whose it would have become.
type Taken struct{ Namespace, Name, Owner, Stack string }

func (t *Taken) Error() string {
	whose := "the stack " + t.Owner
	if t.Owner == "" {
		whose = "no stack of this program"
	}
	return fmt.Sprintf("StatefulSet %s/%s is there already and belongs to %s; nothing was touched. Choose another neo4j:cluster.namespace or neo4j:cluster.name. "+
		"Where it is rightly %s's, hand it over: kubectl annotate statefulset --namespace %s %s --overwrite %s=%s",
		t.Namespace, t.Name, whose, t.Stack, t.Namespace, t.Name, neo4j.OwnedBy, t.Stack)
}

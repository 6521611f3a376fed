package place

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/plan"
)

// named is an object that a plan names and does not bring.
type named struct {
	path, kind, name string
	get              get
}

// missingNamed are classes and an account that the pods name and that are not there: the API takes no such pod, and the StatefulSet would try for ever. What
// one may not ask for is taken to be there.
func missingNamed(ctx context.Context, client kubernetes.Interface, p plan.Plan) ([]plan.Need, error) {
	all := []named{
		{"placement.priorityClass", "priorityclass", p.Placement.PriorityClass, of(client.SchedulingV1().PriorityClasses().Get)},
		{"placement.runtimeClass", "runtimeclass", p.Placement.RuntimeClass, of(client.NodeV1().RuntimeClasses().Get)},
	}
	if !p.MakesAccount() {
		all = append(all, named{"serviceAccount.name", "serviceaccount", p.Account(), of(client.CoreV1().ServiceAccounts(p.Namespace).Get)})
	}
	var needs []plan.Need
	for _, n := range all {
		if n.name == "" {
			continue
		}
		_, err := n.get(ctx, n.name)
		switch {
		case apierrors.IsNotFound(err):
			needs = append(needs, plan.Need{Path: n.path, Value: n.name, Reason: "the Kubernetes cluster has no such " + n.kind + ", and takes no pod that names it",
				Mend: mendNamed(p, n)})
		case err != nil && !apierrors.IsForbidden(err):
			return nil, fmt.Errorf("%s %s: %w", n.kind, n.name, err)
		}
	}
	return needs, nil
}

// mendNamed says how to get what is named. In a namespace that an update makes with the cluster nobody can have made an account before.
func mendNamed(p plan.Plan, n named) string {
	if n.kind == "serviceaccount" && p.CreateNamespace {
		return "make it, in a first update together with its namespace and createNamespace: false; or leave it to the program: serviceAccount.create: true"
	}
	return "write one of: kubectl get " + n.kind + "; or leave it out"
}

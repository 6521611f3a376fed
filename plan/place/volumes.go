package place

import (
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/plan"
)

// releasedVolumes are the members' hostPath volumes that were bound to claims which are gone, as after their namespace was deleted: Kubernetes
// binds them to no other claim, not to one of the same name either, and the members would wait for ever.
func releasedVolumes(ctx context.Context, client kubernetes.Interface, p plan.Plan) ([]plan.Need, error) {
	if p.Storage.HostPath == "" {
		return nil, nil
	}
	var released []string
	for _, m := range p.Topology().Members {
		volume, err := client.CoreV1().PersistentVolumes().Get(ctx, p.VolumeOf(m), metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err) || apierrors.IsForbidden(err):
			continue
		case err != nil:
			return nil, fmt.Errorf("persistentvolume %s: %w", p.VolumeOf(m), err)
		case volume.Spec.ClaimRef == nil || volume.Spec.ClaimRef.UID == "":
			continue
		}
		claim, err := client.CoreV1().PersistentVolumeClaims(p.Namespace).Get(ctx, plan.ClaimOf(m), metav1.GetOptions{})
		switch {
		case err == nil && claim.UID == volume.Spec.ClaimRef.UID:
			continue
		case err != nil && !apierrors.IsNotFound(err):
			return nil, fmt.Errorf("claim %s/%s: %w", p.Namespace, plan.ClaimOf(m), err)
		}
		released = append(released, volume.Name)
	}
	if len(released) == 0 {
		return nil, nil
	}
	names := strings.Join(released, " ")
	return []plan.Need{{Path: "storage.hostPath", Value: p.Storage.HostPath,
		Reason: "the volumes " + strings.Join(released, ", ") + " were of claims that are gone, and Kubernetes gives them to no other",
		Mend: `to take up their data: kubectl patch pv ` + names + ` --type json -p '[{"op":"remove","path":"/spec/claimRef/uid"}]'; to begin anew: kubectl delete pv ` + names +
			", and delete the folders below " + p.HostFolder() + " of the nodes"}}, nil
}

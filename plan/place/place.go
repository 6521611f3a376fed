// Package place looks at what is in the place that a plan is for. It reads the Kubernetes API and changes nothing.
package place

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// Look reads what the guard needs to know of a plan's place, all at once. The error is the API's; a place where nothing is, the namespace
// included, is none.
func Look(ctx context.Context, client kubernetes.Interface, p plan.Plan) (plan.Found, error) {
	found := plan.Found{Claims: map[string]plan.Claimed{}, Sizes: map[string]int{}, Earlier: map[string]string{}, Speaks: map[string]string{}}
	// Each fills in fields of its own.
	read := []func() error{
		func() (err error) { found.Cluster, err = Identity(ctx, client); return err },
		func() (err error) { found.Objects, err = objects(ctx, client, p); return err },
		func() error { return sizes(ctx, client, p, &found) },
		func() error { return family(ctx, client, p, &found) },
		func() error { return record(ctx, client, p, &found) },
		func() error { return secret(ctx, client, p, &found) },
		func() (err error) { found.Missing, err = missing(ctx, client, p); return err },
		func() error { return claims(ctx, client, p, &found) },
		func() (err error) { found.Reissued, err = reissued(ctx, client, p, time.Now()); return err },
	}
	err := atOnce(len(read), func(i int) error { return read[i]() })
	return found, err
}

// atOnce does a number of things at once and gives the error of the first of them that has one.
func atOnce(n int, do func(i int) error) error {
	errs := make([]error, n)
	var asked sync.WaitGroup
	for i := range n {
		asked.Go(func() { errs[i] = do(i) })
	}
	asked.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Identity is which Kubernetes cluster this is, by whatever name it is reached: the uid of its namespace kube-system. It is empty where
// one may not read that.
func Identity(ctx context.Context, client kubernetes.Interface) (string, error) {
	system, err := client.CoreV1().Namespaces().Get(ctx, metav1.NamespaceSystem, metav1.GetOptions{})
	switch {
	case apierrors.IsForbidden(err):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("namespace %s: %w", metav1.NamespaceSystem, err)
	}
	return string(system.UID), nil
}

// sizes reads how many members the pools are asked to have, and which of their members are of an earlier plan.
func sizes(ctx context.Context, client kubernetes.Interface, p plan.Plan, found *plan.Found) error {
	present := map[string]*appsv1.StatefulSet{}
	for _, role := range neo4j.Roles {
		set, err := client.AppsV1().StatefulSets(p.Namespace).Get(ctx, p.Pool(role), metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			continue
		case err != nil:
			return fmt.Errorf("statefulset %s: %w", p.Pool(role), err)
		case set.Spec.Replicas != nil:
			found.Sizes[set.Name] = int(*set.Spec.Replicas)
		}
		if set.Status.ObservedGeneration == set.Generation {
			present[set.Name] = set // else its revision is of before its last change
		}
	}
	return outdated(ctx, client, p, present, found)
}

// family reads of which family the members' names are first.
func family(ctx context.Context, client kubernetes.Interface, p plan.Plan, found *plan.Found) error {
	service, err := client.CoreV1().Services(p.Namespace).Get(ctx, p.Headless(), metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("service %s: %w", p.Headless(), err)
	case len(service.Spec.IPFamilies) > 0:
		found.IPFamily = string(service.Spec.IPFamilies[0])
	}
	return nil
}

// record reads what the last plan of the place left.
func record(ctx context.Context, client kubernetes.Interface, p plan.Plan, found *plan.Found) error {
	kept, err := client.CoreV1().ConfigMaps(p.Namespace).Get(ctx, p.RecordName(), metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("configmap %s/%s: %w", p.Namespace, p.RecordName(), err)
	}
	var r plan.Record
	if err := json.Unmarshal([]byte(kept.Data[plan.RecordKey]), &r); err != nil {
		return fmt.Errorf("configmap %s/%s: its key %s: %w; it says what the claims here hold, so put it right, or delete it together with them",
			p.Namespace, p.RecordName(), plan.RecordKey, err)
	}
	found.Record = &r
	return nil
}

// secret reads the password that the members have, or will have.
func secret(ctx context.Context, client kubernetes.Interface, p plan.Plan, found *plan.Found) error {
	name := p.AuthSecret()
	kept, err := client.CoreV1().Secrets(p.Namespace).Get(ctx, name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil // one of the stack's own may be made together with the namespace; the pods wait for it and say so
	case err != nil:
		return fmt.Errorf("secret %s/%s: %w", p.Namespace, name, err)
	}
	text, has := kept.Data[neo4j.AuthKey]
	user, password, cut := strings.Cut(string(text), "/")
	if p.ExistingSecret != "" {
		found.SecretProblem = neo4j.CheckAuth(string(text), has)
	}
	if cut && user == "neo4j" {
		found.Password = password
	}
	return nil
}

// claims reads the members' claims, those of larger pools of before among them.
func claims(ctx context.Context, client kubernetes.Interface, p plan.Plan, found *plan.Found) error {
	list, err := client.CoreV1().PersistentVolumeClaims(p.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("claims in %s: %w", p.Namespace, err)
	}
	fixed := map[string]bool{"": true}
	for _, claim := range list.Items {
		if !isMembers(p, claim) || claim.DeletionTimestamp != nil {
			continue
		}
		class := ""
		if claim.Spec.StorageClassName != nil {
			class = *claim.Spec.StorageClassName
		}
		if _, known := fixed[class]; !known {
			if fixed[class], err = isFixed(ctx, client, class); err != nil {
				return err
			}
		}
		found.Claims[claim.Name] = plan.Claimed{
			LeftAs: claim.Annotations[plan.LeftAs], Capacity: claim.Status.Capacity.Storage().Value(), Class: class, Fixed: fixed[class],
		}
	}
	return nil
}

// isFixed says whether a class does not let its volumes grow. One that may not be asked for is taken to let them, and the API's own word
// comes when they grow.
func isFixed(ctx context.Context, client kubernetes.Interface, name string) (bool, error) {
	class, err := client.StorageV1().StorageClasses().Get(ctx, name, metav1.GetOptions{})
	switch {
	case apierrors.IsForbidden(err):
		return false, nil
	case apierrors.IsNotFound(err):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("storageclass %s: %w", name, err)
	}
	return class.AllowVolumeExpansion == nil || !*class.AllowVolumeExpansion, nil
}

// isMembers says whether a claim is a member's, by the name that StatefulSets give them.
func isMembers(p plan.Plan, claim corev1.PersistentVolumeClaim) bool {
	for _, role := range neo4j.Roles {
		rest, ok := strings.CutPrefix(claim.Name, plan.Claim+"-"+p.Pool(role)+"-")
		if ok && rest != "" && strings.Trim(rest, "0123456789") == "" {
			return true
		}
	}
	return false
}

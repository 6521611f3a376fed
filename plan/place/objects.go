package place

import (
	"context"
	"encoding/json"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// get reads one object; the typed clients' own Get, without its type.
type get func(ctx context.Context, name string) (metav1.Object, error)

// of gives a typed client's Get as one of any object.
func of[T metav1.Object](one func(context.Context, string, metav1.GetOptions) (T, error)) get {
	return func(ctx context.Context, name string) (metav1.Object, error) {
		return one(ctx, name, metav1.GetOptions{})
	}
}

// custom reads an object of a kind that Kubernetes itself does not have, in version v1 of its group.
func custom(client kubernetes.Interface, group, kinds, namespace string) get {
	return func(ctx context.Context, name string) (metav1.Object, error) {
		text, err := client.Discovery().RESTClient().Get().AbsPath("apis", group, "v1", "namespaces", namespace, kinds, name).DoRaw(ctx)
		if err != nil {
			return nil, err
		}
		object := &metav1.PartialObjectMetadata{}
		return object, json.Unmarshal(text, object)
	}
}

// wanted is one object that a plan would make.
type wanted struct {
	kind, namespace, name string
	get                   get
}

// objects finds those of the plan's objects that are there already; all are asked for at once.
func objects(ctx context.Context, client kubernetes.Interface, p plan.Plan) ([]plan.Object, error) {
	all := ofPlan(client, p)
	owners := make([]*string, len(all))
	err := atOnce(len(all), func(i int) (err error) {
		if owners[i], err = all[i].owner(ctx); err != nil {
			return fmt.Errorf("%s %s: %w", all[i].kind, all[i].name, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var there []plan.Object
	for i, w := range all {
		if owners[i] != nil {
			there = append(there, plan.Object{Kind: w.kind, Namespace: w.namespace, Name: w.name, Owner: *owners[i]})
		}
	}
	return there, nil
}

// owner is whose the object is, by its stamp; nil where there is no such object.
func (w wanted) owner(ctx context.Context) (*string, error) {
	object, err := w.get(ctx, w.name)
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, err
	}
	owner := object.GetAnnotations()[plan.OwnedBy]
	return &owner, nil
}

// ofPlan are the objects that a plan makes, those that decide whose the place is first.
func ofPlan(client kubernetes.Interface, p plan.Plan) []wanted {
	core, ns := client.CoreV1(), p.Namespace
	var all []wanted
	for _, role := range neo4j.Roles {
		all = append(all, wanted{"statefulset", ns, p.Pool(role), of(client.AppsV1().StatefulSets(ns).Get)})
	}
	for _, role := range neo4j.Roles {
		all = append(all, wanted{"poddisruptionbudget", ns, p.Pool(role), of(client.PolicyV1().PodDisruptionBudgets(ns).Get)})
	}
	for _, role := range neo4j.Roles {
		all = append(all, wanted{"configmap", ns, p.Live(role), of(core.ConfigMaps(ns).Get)}, wanted{"configmap", ns, p.Initial(role), of(core.ConfigMaps(ns).Get)})
	}
	for _, name := range []string{p.Headless(), p.ClientService(), p.DiscoveryService()} {
		all = append(all, wanted{"service", ns, name, of(core.Services(ns).Get)})
	}
	if p.AsksKubernetes() {
		for _, m := range p.Topology().Members {
			all = append(all, wanted{"service", ns, m.Name, of(core.Services(ns).Get)})
		}
		all = append(all, wanted{"role", ns, p.Name, of(client.RbacV1().Roles(ns).Get)}, wanted{"rolebinding", ns, p.Name, of(client.RbacV1().RoleBindings(ns).Get)})
	}
	if p.Expose.Members.Type != "" {
		for _, m := range p.Topology().Members {
			all = append(all, wanted{"service", ns, plan.OutsideService(m), of(core.Services(ns).Get)})
		}
	}
	if p.Expose.HTTPInside {
		all = append(all, wanted{"service", ns, p.HTTPService(), of(core.Services(ns).Get)})
	}
	if p.Expose.Ingress.Host != "" {
		all = append(all, wanted{"ingress", ns, p.WebName(), of(client.NetworkingV1().Ingresses(ns).Get)})
	}
	if p.Expose.Route.Gateway != "" {
		all = append(all, wanted{"httproute", ns, p.WebName(), custom(client, plan.GatewayGroup, "httproutes", ns)})
	}
	if p.Issues(plan.FromManager) {
		all = append(all, wanted{"certificate", ns, p.IssuedSecret(), custom(client, plan.ManagerGroup, "certificates", ns)})
	}
	if p.MakesAccount() {
		all = append(all, wanted{"serviceaccount", ns, p.Account(), of(core.ServiceAccounts(ns).Get)})
	}
	all = append(all, wanted{"networkpolicy", ns, p.Name, of(client.NetworkingV1().NetworkPolicies(ns).Get)},
		wanted{"configmap", ns, p.RecordName(), of(core.ConfigMaps(ns).Get)})
	if p.ExistingSecret == "" {
		all = append(all, wanted{"secret", ns, p.AuthSecret(), of(core.Secrets(ns).Get)})
	}
	if p.Issues(plan.SelfSigned) {
		all = append(all, wanted{"secret", ns, p.AuthorityName(), of(core.Secrets(ns).Get)}, wanted{"secret", ns, p.IssuedSecret(), of(core.Secrets(ns).Get)})
	}
	if p.CreateNamespace {
		all = append(all, wanted{"namespace", "", ns, of(core.Namespaces().Get)})
	}
	if p.Storage.CreateClass {
		all = append(all, wanted{"storageclass", "", p.Storage.Class, of(client.StorageV1().StorageClasses().Get)})
	}
	if p.Storage.HostPath != "" {
		for _, m := range p.Topology().Members {
			all = append(all, wanted{"persistentvolume", "", p.VolumeOf(m), of(core.PersistentVolumes().Get)},
				wanted{"persistentvolumeclaim", ns, plan.ClaimOf(m), of(core.PersistentVolumeClaims(ns).Get)})
		}
	}
	return all
}

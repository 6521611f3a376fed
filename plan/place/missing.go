package place

import (
	"context"
	"fmt"
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// missing are what the plan relies on in the Kubernetes cluster and what is not there. What one may not ask for is taken to be there.
func missing(ctx context.Context, client kubernetes.Interface, p plan.Plan) ([]plan.Need, error) {
	var needs []plan.Need
	for _, look := range []func(context.Context, kubernetes.Interface, plan.Plan) ([]plan.Need, error){missingClass, releasedVolumes, missingNamed, unseenSettings, missingController, missingGateway, missingManager, certificateSecrets} {
		found, err := look(ctx, client, p)
		if err != nil {
			return nil, err
		}
		needs = append(needs, found...)
	}
	return needs, nil
}

// missingClass are the storage classes that the plan names and does not bring.
func missingClass(ctx context.Context, client kubernetes.Interface, p plan.Plan) ([]plan.Need, error) {
	classes := map[string]string{}
	if !p.Storage.CreateClass {
		classes["storage.class"] = p.Storage.Class
	}
	for use, v := range p.UseVolumes {
		if !p.Storage.CreateClass || v.Class != p.Storage.Class {
			classes["storage.volumes."+use+".class"] = v.Class
		}
	}
	var needs []plan.Need
	for _, path := range slices.Sorted(maps.Keys(classes)) {
		class := classes[path]
		if class == "" {
			continue
		}
		_, err := client.StorageV1().StorageClasses().Get(ctx, class, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			needs = append(needs, plan.Need{Path: path, Value: class, Reason: "the Kubernetes cluster has no such storage class, and the members' claims would wait for it",
				Mend: "write one of: kubectl get storageclass; or leave it out for the cluster's default"})
		case err != nil && !apierrors.IsForbidden(err):
			return nil, fmt.Errorf("storageclass %s: %w", class, err)
		}
	}
	return needs, nil
}

// missingController is the AWS Load Balancer Controller. Its own kinds are in a group of their own.
func missingController(_ context.Context, client kubernetes.Interface, p plan.Plan) ([]plan.Need, error) {
	const group = "elbv2.k8s.aws"
	path, class := "", p.Expose.Balancer.Class
	switch e := p.Expose; {
	case e.Type == "LoadBalancer" && controllers(class, e.Annotations):
		path = "expose.type"
	case e.Members.Type == "LoadBalancer" && controllers(class, e.Members.Annotations):
		path = "expose.members.type"
	default:
		return nil, nil
	}
	if served, err := serves(client, group); served || err != nil {
		return nil, err
	}
	return []plan.Need{{Path: path, Value: "LoadBalancer",
		Reason: "the AWS Load Balancer Controller is not installed (no API group " + group + "), and the Service would wait for its address for ever",
		Mend:   "install it, see docs/platforms.md, or write " + path + ": ClusterIP; on EKS Auto Mode, which has its own, write expose.class: eks.amazonaws.com/nlb"}}, nil
}

// controllers says whether a load balancer is that controller's to make: by its class, or else by the annotation that leaves a Service to it (its
// guide, "Network Load Balancer"). Another class is another controller's, such as EKS Auto Mode's, which takes the same annotations (Amazon EKS,
// "Use Service Annotations to configure Network Load Balancers").
func controllers(class string, annotations map[string]string) bool {
	if class == "" {
		return annotations["service.beta.kubernetes.io/aws-load-balancer-type"] == "external"
	}
	return class == plan.ControllersClass
}

// missingGateway is the kind of an HTTPRoute, which Kubernetes itself does not have.
func missingGateway(_ context.Context, client kubernetes.Interface, p plan.Plan) ([]plan.Need, error) {
	if p.Expose.Route.Gateway == "" {
		return nil, nil
	}
	if served, err := serves(client, plan.GatewayGroup); served || err != nil {
		return nil, err
	}
	return []plan.Need{{Path: "expose.route.gateway", Value: p.Expose.Route.Gateway,
		Reason: "the Gateway API is not installed (no API group " + plan.GatewayGroup + ")", Mend: "install it with your Gateway's controller, or use expose.ingress"}}, nil
}

// serves says whether the Kubernetes cluster has an API group.
func serves(client kubernetes.Interface, group string) (bool, error) {
	served, err := client.Discovery().ServerGroups()
	if err != nil {
		return false, fmt.Errorf("API groups: %w", err)
	}
	return slices.ContainsFunc(served.Groups, func(g metav1.APIGroup) bool { return g.Name == group }), nil
}

// unseenSettings are keys of the Secrets of envFrom that the image would take for settings, over those of neo4j.conf: the same that may
// not stand in env. A Secret that is not there yet is the pods' to wait for.
func unseenSettings(ctx context.Context, client kubernetes.Interface, p plan.Plan) ([]plan.Need, error) {
	var needs []plan.Need
	for i, name := range p.EnvFrom {
		secret, err := client.CoreV1().Secrets(p.Namespace).Get(ctx, name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err) || apierrors.IsForbidden(err):
			continue
		case err != nil:
			return nil, fmt.Errorf("secret %s/%s: %w", p.Namespace, name, err)
		}
		for _, key := range slices.Sorted(maps.Keys(secret.Data)) {
			if reason := neo4j.ReservedEnv(key); reason != "" {
				needs = append(needs, plan.Need{Path: fmt.Sprintf("envFrom[%d]", i), Value: name, Reason: "its key " + key + " " + reason,
					Mend: "take the key out; a setting may be taken from a Secret below cluster.settings: {secret: <name>, key: <key>}"})
			}
		}
	}
	return needs, nil
}

package provider

import (
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

// answerTimeout bounds the first question to the API server. A firewall that drops packets must not
// hold every preview for minutes.
const answerTimeout = 10 * time.Second

// cluster is a Kubernetes API server that answered.
type cluster struct {
	dynamic dynamic.Interface
	mapper  meta.ResettableRESTMapper
}

// dial connects to the API server of config and asks for its version.
func dial(config *rest.Config) (*cluster, error) {
	config = rest.CopyConfig(config)
	// Operations on many objects run side by side; the library's default of 5 a second would queue them.
	config.QPS, config.Burst = 50, 120
	config.UserAgent = "pulumi-resource-kubernetes (neo4j-kubernetes stand-in)"
	config.WarningHandler = rest.NoWarnings{}

	first := rest.CopyConfig(config)
	first.Timeout = answerTimeout
	probe, err := discovery.NewDiscoveryClientForConfig(first)
	if err != nil {
		return nil, fmt.Errorf("client of the API server: %w", err)
	}
	if _, err := probe.ServerVersion(); err != nil {
		return nil, fmt.Errorf("unable to reach the API server: %w", err)
	}
	kinds, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("client of the API server: %w", err)
	}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("client of the API server: %w", err)
	}
	return &cluster{
		dynamic: objects,
		mapper:  restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(kinds)),
	}, nil
}

// mapping finds how the API server serves a kind. The error is a meta.NoMatchError where it does not.
func (c *cluster) mapping(kind schema.GroupVersionKind) (*meta.RESTMapping, error) {
	return c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
}

// knows is true when the API server serves the kind.
func (c *cluster) knows(kind schema.GroupVersionKind) bool {
	if c == nil {
		return false
	}
	_, err := c.mapping(kind)
	return err == nil
}

// client is for objects of o's kind in o's namespace.
func (c *cluster) client(o *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	mapping, err := c.mapping(o.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	return c.resource(mapping, o.GetNamespace()), nil
}

func (c *cluster) resource(mapping *meta.RESTMapping, namespace string) dynamic.ResourceInterface {
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		return c.dynamic.Resource(mapping.Resource)
	}
	if namespace == "" {
		namespace = defaultNamespace
	}
	return c.dynamic.Resource(mapping.Resource).Namespace(namespace)
}

// namespaced tells whether objects of a kind live in namespaces: by discovery where a cluster answers
// and knows the kind, else from the list of Kubernetes' own cluster-wide kinds. A kind in neither is
// probably a custom one whose definition this very update brings; most of those are namespaced.
func (c *cluster) namespaced(kind schema.GroupVersionKind) (bool, error) {
	if c != nil {
		mapping, err := c.mapping(kind)
		if err == nil {
			return mapping.Scope.Name() == meta.RESTScopeNameNamespace, nil
		}
		if !meta.IsNoMatchError(err) && !errors.As(err, new(*discovery.ErrGroupDiscoveryFailed)) {
			return false, fmt.Errorf("scope of %s: %w", kind, err)
		}
	}
	return !clusterWide[kind.GroupKind()], nil
}

const defaultNamespace = "default"

// clusterWide are the kinds of Kubernetes 1.34 that live outside namespaces, for when no cluster can be
// asked.
var clusterWide = func() map[schema.GroupKind]bool {
	wide := map[schema.GroupKind]bool{}
	for group, kinds := range map[string][]string{
		"": {"Namespace", "Node", "PersistentVolume", "ComponentStatus"},
		"admissionregistration.k8s.io": {
			"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy",
			"ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding",
		},
		"apiextensions.k8s.io":         {"CustomResourceDefinition"},
		"apiregistration.k8s.io":       {"APIService"},
		"certificates.k8s.io":          {"CertificateSigningRequest", "ClusterTrustBundle"},
		"flowcontrol.apiserver.k8s.io": {"FlowSchema", "PriorityLevelConfiguration"},
		"networking.k8s.io":            {"IngressClass", "IPAddress", "ServiceCIDR"},
		"node.k8s.io":                  {"RuntimeClass"},
		"rbac.authorization.k8s.io":    {"ClusterRole", "ClusterRoleBinding"},
		"resource.k8s.io":              {"DeviceClass", "ResourceSlice"},
		"scheduling.k8s.io":            {"PriorityClass"},
		"storage.k8s.io":               {"CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"},
	} {
		for _, kind := range kinds {
			wide[schema.GroupKind{Group: group, Kind: kind}] = true
		}
	}
	return wide
}()

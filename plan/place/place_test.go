package place

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	k8stesting "k8s.io/client-go/testing"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

func planned() plan.Plan {
	return plan.Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local", CreateNamespace: true,
		Storage: plan.Storage{Size: 1 << 30, Class: "neo4j-gp3", CreateClass: true, Retain: true},
		Spec:    neo4j.Spec{Release: neo4j.MustRelease("5.26.30"), Edition: neo4j.Enterprise, Primaries: 3, Discovery: neo4j.Discovery{Type: "LIST"}},
	}
}

func meta(name string, annotations map[string]string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: "graph", Annotations: annotations}
}

func system() *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "kube-system", UID: "the-cluster"}}
}

var none = map[string]string{}

func TestAnEmptyPlace(t *testing.T) {
	found, err := Look(t.Context(), fake.NewClientset(system()), planned())
	require.NoError(t, err)
	assert.Equal(t, plan.Found{Cluster: "the-cluster", Claims: map[string]plan.Claimed{}, Sizes: map[string]int{}, Earlier: none, Speaks: none}, found)
}

func TestWhatIsThere(t *testing.T) {
	const mine = "organization/neo4j/dev"
	stamp := map[string]string{plan.OwnedBy: mine}
	p := planned()
	kept, err := json.Marshal(p.Record())
	require.NoError(t, err)
	found, err := Look(t.Context(), fake.NewClientset(
		system(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "graph"}},
		&appsv1.StatefulSet{ObjectMeta: meta("neo4j", stamp), Spec: appsv1.StatefulSetSpec{Replicas: new(int32(4))}},
		&appsv1.StatefulSet{ObjectMeta: meta("movies", nil)},
		&corev1.Service{ObjectMeta: meta("neo4j-client", nil)},
		&corev1.Service{ObjectMeta: meta("neo4j", stamp), Spec: corev1.ServiceSpec{IPFamilies: []corev1.IPFamily{corev1.IPv6Protocol, corev1.IPv4Protocol}}},
		&storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: "neo4j-gp3", Annotations: map[string]string{plan.OwnedBy: "organization/neo4j/eks"}}},
		&corev1.Secret{ObjectMeta: meta("neo4j-auth", stamp), Data: map[string][]byte{"NEO4J_AUTH": []byte("neo4j/correct-horse")}},
		&corev1.ConfigMap{ObjectMeta: meta("neo4j-plan", stamp), Data: map[string]string{"plan.json": string(kept)}},
		claimed("datadir-neo4j-0", "fast"), claimed("datadir-neo4j-1", "slow"), claimed("datadir-neo4j-2", "lost"),
		&storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: "fast"}, AllowVolumeExpansion: ptr(true)},
		&storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: "slow"}},
		&corev1.PersistentVolumeClaim{ObjectMeta: meta("datadir-neo4j-4", map[string]string{plan.LeftAs: "5e7e"})},
		&corev1.PersistentVolumeClaim{ObjectMeta: meta("datadir-neo4j-other-0", nil)},
		&corev1.PersistentVolumeClaim{ObjectMeta: meta("datadir-movies-0", nil)},
	), p)
	require.NoError(t, err)
	record := p.Record()
	assert.Equal(t, plan.Found{
		Cluster: "the-cluster", Record: &record, Password: "correct-horse",
		Sizes: map[string]int{"neo4j": 4}, IPFamily: "IPv6", Earlier: none, Speaks: none,
		Claims: map[string]plan.Claimed{
			"datadir-neo4j-0": {Capacity: 1 << 30, Class: "fast"}, "datadir-neo4j-1": {Capacity: 1 << 30, Class: "slow", Fixed: true},
			"datadir-neo4j-2": {Capacity: 1 << 30, Class: "lost", Fixed: true}, "datadir-neo4j-4": {LeftAs: "5e7e", Fixed: true},
		},
		Objects: []plan.Object{
			{Kind: "statefulset", Namespace: "graph", Name: "neo4j", Owner: mine},
			{Kind: "service", Namespace: "graph", Name: "neo4j", Owner: mine},
			{Kind: "service", Namespace: "graph", Name: "neo4j-client"},
			{Kind: "configmap", Namespace: "graph", Name: "neo4j-plan", Owner: mine},
			{Kind: "secret", Namespace: "graph", Name: "neo4j-auth", Owner: mine},
			{Kind: "namespace", Name: "graph"},
			{Kind: "storageclass", Name: "neo4j-gp3", Owner: "organization/neo4j/eks"},
		},
	}, found)
}

func TestWaysInThatAreSomebodysAreSeen(t *testing.T) {
	p := planned()
	p.Expose.Members.Type, p.Expose.Ingress.Host = "ClusterIP", "graph.example.org"
	found, err := Look(t.Context(), fake.NewClientset(
		system(), &corev1.Service{ObjectMeta: meta("neo4j-0-outside", nil)},
		&networkingv1.Ingress{ObjectMeta: meta("neo4j-http", map[string]string{plan.OwnedBy: "organization/web/dev"})},
	), p)
	require.NoError(t, err)
	assert.Equal(t, []plan.Object{
		{Kind: "service", Namespace: "graph", Name: "neo4j-0-outside"},
		{Kind: "ingress", Namespace: "graph", Name: "neo4j-http", Owner: "organization/web/dev"},
	}, found.Objects)
}

// claimed is a claim with a volume of 1Gi.
func claimed(name, class string) *corev1.PersistentVolumeClaim {
	return &corev1.PersistentVolumeClaim{
		ObjectMeta: meta(name, nil), Spec: corev1.PersistentVolumeClaimSpec{StorageClassName: &class},
		Status: corev1.PersistentVolumeClaimStatus{Capacity: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
	}
}

func ptr[T any](value T) *T { return &value }

// One who may not read classes hears the API's own word when the volumes grow.
func TestAClassThatMayNotBeReadIsTakenToGrow(t *testing.T) {
	client := fake.NewClientset(system(), claimed("datadir-neo4j-0", "fast"))
	client.PrependReactor("get", "storageclasses", func(k8stesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(schema.GroupResource{Group: "storage.k8s.io", Resource: "storageclasses"}, "fast", nil)
	})
	p := planned()
	p.Storage.Class, p.Storage.CreateClass = "fast", false
	found, err := Look(t.Context(), client, p)
	require.NoError(t, err)
	assert.Equal(t, map[string]plan.Claimed{"datadir-neo4j-0": {Capacity: 1 << 30, Class: "fast"}}, found.Claims)
}

func TestASecretOfTheStacksOwnIsReadAsTheServersWould(t *testing.T) {
	p := planned()
	p.ExistingSecret = "mine"
	for value, want := range map[string]string{
		"neo4j/correct-horse":   "",
		"neo4j/correct-horse\n": "its password ends in a line break, which the server would keep as part of it",
		"neo4j/short":           "its password has 5 characters, under 8",
		"admin/correct-horse":   `its user is "admin", and the images take a first password for neo4j only`,
		"correct-horse":         "its value is not neo4j/ and the password",
		"none":                  "its value none switches authentication off, which this program does not run",
		"neo4j/correct horse":   "its password has white space, a quote, a backslash, a dollar sign or a control character, which the image's shell would read",
	} {
		found, err := Look(t.Context(), fake.NewClientset(system(), &corev1.Secret{ObjectMeta: meta("mine", nil), Data: map[string][]byte{"NEO4J_AUTH": []byte(value)}}), p)
		require.NoError(t, err)
		assert.Equal(t, want, found.SecretProblem, "%q", value)
	}
	found, err := Look(t.Context(), fake.NewClientset(system(), &corev1.Secret{ObjectMeta: meta("mine", nil)}), p)
	require.NoError(t, err)
	assert.Equal(t, "it has no key NEO4J_AUTH", found.SecretProblem)
}

// What the API does not say is never taken for nothing.
func TestAnAPIThatDoesNotAnswer(t *testing.T) {
	for resource, want := range map[string]string{
		"namespaces": "namespace kube-system: no route", "statefulsets": "statefulset neo4j: no route", "secrets": "secret neo4j-auth: no route",
		"configmaps": "configmap neo4j-live: no route", "persistentvolumeclaims": "claims in graph: no route", "services": "service neo4j: no route",
	} {
		client := fake.NewClientset(system())
		client.PrependReactor("*", resource, func(k8stesting.Action) (bool, runtime.Object, error) { return true, nil, errors.New("no route") })
		_, err := Look(t.Context(), client, planned())
		assert.EqualError(t, err, want)
	}
}

func TestWhoMayNotReadTheIdentityGoesWithout(t *testing.T) {
	client := fake.NewClientset()
	client.PrependReactor("get", "namespaces", func(action k8stesting.Action) (bool, runtime.Object, error) {
		name := action.(k8stesting.GetAction).GetName()
		return name == "kube-system", nil, apierrors.NewForbidden(schema.GroupResource{Resource: "namespaces"}, name, errors.New("no"))
	})
	id, err := Identity(t.Context(), client)
	require.NoError(t, err)
	assert.Empty(t, id)
}

func TestARecordThatCannotBeReadStops(t *testing.T) {
	_, err := Look(t.Context(), fake.NewClientset(system(), &corev1.ConfigMap{ObjectMeta: meta("neo4j-plan", nil), Data: map[string]string{"plan.json": "{"}}), planned())
	assert.ErrorContains(t, err, "configmap graph/neo4j-plan: its key plan.json: ")
}

package cluster

import (
	"encoding/base64"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
	look "neo4j-kubernetes/plan/place"
)

// secrets is an engine that keeps what the program writes into Secrets: of the authority what it wrote first, as ignoreChanges has it.
type secrets struct{ data map[string]map[string][]byte }

func (s *secrets) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	if args.TypeToken != "kubernetes:core/v1:Secret" {
		return args.Name, args.Inputs, nil
	}
	if kept, there := s.data[args.Name]; there && args.Name == "neo4j-authority" {
		args.Inputs["data"] = resource.NewObjectProperty(resource.NewPropertyMapFromMap(encodedAny(kept)))
	}
	data := map[string][]byte{}
	value := args.Inputs["data"]
	for value.IsSecret() {
		value = value.SecretValue().Element
	}
	for key, text := range value.ObjectValue() {
		decoded, err := base64.StdEncoding.DecodeString(text.StringValue())
		if err != nil {
			return "", nil, err
		}
		data[string(key)] = decoded
	}
	s.data[args.Name] = data
	return args.Name, args.Inputs, nil
}

func (*secrets) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }

func encodedAny(data map[string][]byte) map[string]any {
	texts := map[string]any{}
	for key, text := range encoded(data) {
		texts[key] = text
	}
	return texts
}

// The clock goes on until a certificate is due: the place says so before the update, and the update makes another of the same names.
func TestACertificateIsRenewedBeforeItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := small(3, 0)
		p.TLS = map[neo4j.Scope]neo4j.Encrypted{neo4j.BoltScope: {Demand: neo4j.TLSRequired, ClientAuth: neo4j.AuthNone}}
		p.Certificates = plan.Certificates{Source: plan.SelfSigned, Names: []string{"graph.example.org"}, Days: 90, RenewDays: 30}
		engine := &secrets{map[string]map[string][]byte{}}
		update := func() {
			require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
				_, err := (&declaration{ctx: ctx, plan: p}).certificates()
				return err
			}, pulumi.WithMocks("neo4j", "dev", engine)))
		}
		due := func() bool {
			client := fake.NewClientset(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: metav1.NamespaceSystem}}, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: p.Namespace, Name: "neo4j-tls"}, Data: engine.data["neo4j-tls"]})
			found, err := look.Look(t.Context(), client, p)
			require.NoError(t, err)
			return found.Reissued
		}
		update()
		first, err := neo4j.ParseCertificate(engine.data["neo4j-tls"]["tls.crt"])
		require.NoError(t, err)
		assert.False(t, due())
		update()
		same, err := neo4j.ParseCertificate(engine.data["neo4j-tls"]["tls.crt"])
		require.NoError(t, err)
		assert.Equal(t, first, same, "nothing to do yet")

		time.Sleep(time.Until(first.NotAfter.Add(-30*plan.Day - time.Second)))
		assert.False(t, due(), "a second before")
		time.Sleep(2 * time.Second)
		assert.True(t, due(), "with thirty days left")
		update()
		assert.False(t, due())
		next, err := neo4j.ParseCertificate(engine.data["neo4j-tls"]["tls.crt"])
		require.NoError(t, err)
		assert.NotEqual(t, first.SerialNumber, next.SerialNumber)
		assert.Equal(t, first.DNSNames, next.DNSNames)
		assert.Contains(t, next.DNSNames, "graph.example.org")
		assert.True(t, next.NotAfter.After(first.NotAfter))
		assert.Equal(t, first.AuthorityKeyId, next.AuthorityKeyId, "whom clients trust stays")
	})
}

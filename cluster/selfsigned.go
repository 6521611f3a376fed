package cluster

import (
	"encoding/base64"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/cluster/authority"
	"neo4j-kubernetes/neo4j"
)

// leafKey is the key of the authority's Secret with the members' private key.
const leafKey = "leaf.key"

// selfSigned declares an authority of the program's own and the certificate that it signs. The authority and the members' key are random: the
// program makes others at each run, and the state keeps the first, as it does with the password. The certificate is computed of them, and is
// the same until it is due or bears other names, so that a preview in between is empty.
func (d *declaration) selfSigned() ([]pulumi.Resource, error) {
	name := d.plan.AuthorityName()
	data := pulumi.ToSecret(pulumi.String("").ToStringOutput().ApplyT(func(string) (map[string]string, error) {
		made, err := authority.New(d.plan.Name+"."+d.plan.Namespace, time.Now())
		if err != nil {
			return nil, err
		}
		return encoded(map[string][]byte{"tls.crt": made.Certificate, "tls.key": made.Key, leafKey: made.LeafKey}), nil
	}).(pulumi.StringMapOutput)).(pulumi.StringMapOutput)
	kept, err := corev1.NewSecret(d.ctx, name, &corev1.SecretArgs{
		Metadata: d.meta(name, "", nil), Type: pulumi.String("Opaque"), Data: data,
	}, d.options(pulumi.IgnoreChanges([]string{"data"}))...)
	if err != nil {
		return nil, err
	}
	issued := d.plan.IssuedSecret()
	secret, err := corev1.NewSecret(d.ctx, issued, &corev1.SecretArgs{
		Metadata: d.meta(issued, "", nil), Type: pulumi.String("kubernetes.io/tls"),
		Data: pulumi.ToSecret(kept.Data.ApplyT(d.leaf)).(pulumi.StringMapOutput),
	}, d.options()...)
	return []pulumi.Resource{kept, secret}, err
}

// leaf is the data of the Secret with the certificate, by that of the authority's.
func (d *declaration) leaf(kept map[string]string) (map[string]string, error) {
	decoded := map[string][]byte{}
	for key, value := range kept {
		text, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return nil, err
		}
		decoded[key] = text
	}
	from, until := d.plan.Certificates.Validity(time.Now())
	a := authority.Authority{Certificate: decoded["tls.crt"], Key: decoded["tls.key"], LeafKey: decoded[leafKey]}
	certificate, err := a.Sign(d.plan.CertificateNames(), from, until)
	if err != nil {
		return nil, err
	}
	return encoded(map[string][]byte{"tls.crt": certificate, "tls.key": a.LeafKey, neo4j.AuthorityKey: a.Certificate}), nil
}

func encoded(data map[string][]byte) map[string]string {
	texts := map[string]string{}
	for key, value := range data {
		texts[key] = base64.StdEncoding.EncodeToString(value)
	}
	return texts
}

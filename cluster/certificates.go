package cluster

import (
	"strconv"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// readable is the mode of the files with keys: the server's user and group read them, nobody else.
const readable = 0o440

// certificateVolumes are a folder for each scope that is encrypted, whole, so that a renewed Secret reaches it, and with the names that a policy
// looks for by itself. What is trusted is in a folder of its own: of a projected volume's own folder the server would read Kubernetes' links
// (..data) for certificates. A Secret need not hold an authority where nobody is asked for a certificate.
func certificateVolumes(s plan.Plan, family neo4j.Family) corev1.VolumeArray {
	var volumes corev1.VolumeArray
	for _, scope := range neo4j.Scopes {
		e, ok := s.TLS[scope]
		if !ok {
			continue
		}
		items := corev1.KeyToPathArray{keyAt("tls.crt", neo4j.PublicCert), keyAt("tls.key", neo4j.PrivateKey)}
		if e.Trusts(scope) {
			items = append(items, keyAt(neo4j.AuthorityKey, neo4j.TrustedCert))
		}
		secret := &corev1.SecretProjectionArgs{Name: pulumi.String(s.TLSSecret(scope)), Items: items}
		volumes = append(volumes, &corev1.VolumeArgs{Name: pulumi.String(plan.TLSVolumeOf(scope)), Projected: &corev1.ProjectedVolumeSourceArgs{
			DefaultMode: pulumi.Int(readable), Sources: corev1.VolumeProjectionArray{&corev1.VolumeProjectionArgs{Secret: secret}},
		}})
	}
	if needsNone(s, family) {
		volumes = append(volumes, &corev1.VolumeArgs{Name: pulumi.String(plan.NoCertificatesVolume), EmptyDir: &corev1.EmptyDirVolumeSourceArgs{}})
	}
	return volumes
}

func keyAt(key, path string) *corev1.KeyToPathArgs {
	return &corev1.KeyToPathArgs{Key: pulumi.String(key), Path: pulumi.String(path)}
}

// needsNone says whether policies need an empty folder: see neo4j.NoCertificates.
func needsNone(s plan.Plan, family neo4j.Family) bool { return len(s.TLS) > 0 && family.TLS == nil }

func certificateMounts(s plan.Plan, family neo4j.Family) corev1.VolumeMountArray {
	var mounts corev1.VolumeMountArray
	for _, scope := range neo4j.Scopes {
		if _, ok := s.TLS[scope]; ok {
			mounts = append(mounts, &corev1.VolumeMountArgs{Name: pulumi.String(plan.TLSVolumeOf(scope)), MountPath: pulumi.String(scope.Folder()), ReadOnly: pulumi.Bool(true)})
		}
	}
	if needsNone(s, family) {
		mounts = append(mounts, &corev1.VolumeMountArgs{Name: pulumi.String(plan.NoCertificatesVolume), MountPath: pulumi.String(neo4j.NoCertificates), ReadOnly: pulumi.Bool(true)})
	}
	return mounts
}

// certificates declares what issues the members' certificates; nothing where that is the stack's own affair.
func (d *declaration) certificates() ([]pulumi.Resource, error) {
	switch {
	case d.plan.Issues(plan.FromManager):
		certificate, err := d.managed()
		return []pulumi.Resource{certificate}, err
	case d.plan.Issues(plan.SelfSigned):
		return d.selfSigned()
	}
	return nil, nil
}

// managed declares cert-manager's Certificate (cert-manager, API reference, "Certificate"). The provider waits for it to be Ready: then the
// Secret is there. Its key is of a kind and in a form that every release reads.
func (d *declaration) managed() (pulumi.Resource, error) {
	c, name := d.plan.Certificates, d.plan.IssuedSecret()
	hours := func(days int) string { return strconv.Itoa(days*24) + "h" }
	metadata := d.meta(name, "", pulumi.StringMap{"pulumi.com/waitFor": pulumi.String("condition=Ready")})
	return apiextensions.NewCustomResource(d.ctx, name, &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String(plan.ManagerGroup + "/v1"), Kind: pulumi.String("Certificate"), Metadata: metadata,
		OtherFields: kubernetes.UntypedArgs{"spec": map[string]any{
			"secretName": name,
			"issuerRef":  map[string]any{"name": c.Issuer.Name, "kind": c.Issuer.Kind, "group": c.Issuer.Group},
			"dnsNames":   d.plan.CertificateNames(),
			"duration":   hours(c.Days), "renewBefore": hours(c.RenewDays),
			"usages":     []string{"digital signature", "key encipherment", "server auth", "client auth"},
			"privateKey": map[string]any{"algorithm": "RSA", "size": 2048, "encoding": "PKCS8", "rotationPolicy": "Always"},
		}},
	}, d.options()...)
}

package place

import (
	"context"
	"encoding/pem"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// reissued says whether an update makes the certificate of the program's own anew: it is due, or bears other names. One that is not there yet is
// not made anew.
func reissued(ctx context.Context, client kubernetes.Interface, p plan.Plan, now time.Time) (bool, error) {
	if !p.Issues(plan.SelfSigned) {
		return false, nil
	}
	secret, err := client.CoreV1().Secrets(p.Namespace).Get(ctx, p.IssuedSecret(), metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err) || apierrors.IsForbidden(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("secret %s/%s: %w", p.Namespace, p.IssuedSecret(), err)
	}
	leaf, err := neo4j.ParseCertificate(secret.Data[corev1.TLSCertKey])
	if err != nil {
		return true, nil //nolint:nilerr // what is no certificate is made anew
	}
	from, until := p.Certificates.Validity(now)
	return !leaf.NotBefore.Equal(from) || !leaf.NotAfter.Equal(until) || !slices.Equal(leaf.DNSNames, p.CertificateNames()), nil
}

// missingManager is cert-manager, to which a Certificate is left.
func missingManager(_ context.Context, client kubernetes.Interface, p plan.Plan) ([]plan.Need, error) {
	if !p.Issues(plan.FromManager) {
		return nil, nil
	}
	if there, err := serves(client, plan.ManagerGroup); err != nil || there {
		return nil, err
	}
	return []plan.Need{{Path: "tls.source", Value: string(plan.FromManager), Reason: "cert-manager is not installed (no API group " + plan.ManagerGroup + "), and nobody would issue the certificate",
		Mend: "install it (cert-manager.io/docs/installation), or write another source"}}, nil
}

// certificateSecrets are the stack's own Secrets with certificates in which something is missing that pods mount or servers read. One that is not
// there yet is the pods' to wait for: it may be made together with the namespace.
func certificateSecrets(ctx context.Context, client kubernetes.Interface, p plan.Plan) ([]plan.Need, error) {
	var needs []plan.Need
	for _, scope := range neo4j.Scopes {
		e, ok := p.TLS[scope]
		name, path := p.TLSSecret(scope), "tls."+string(scope)+".secret"
		if !ok || name == p.IssuedSecret() {
			continue
		}
		if p.Certificates.Secrets[scope] == "" {
			path = "tls.secret"
		}
		secret, err := client.CoreV1().Secrets(p.Namespace).Get(ctx, name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err) || apierrors.IsForbidden(err):
			continue
		case err != nil:
			return nil, fmt.Errorf("secret %s/%s: %w", p.Namespace, name, err)
		}
		if reason, mend := unfit(secret.Data, e.Trusts(scope), p.Release, time.Now()); reason != "" {
			needs = append(needs, plan.Need{Path: path, Value: name, Reason: reason, Mend: mend})
		}
	}
	return slices.Compact(needs), nil
}

// unfit is what is wrong with the data of a Secret; empty for nothing.
func unfit(data map[string][]byte, trusts bool, release neo4j.Release, now time.Time) (reason, mend string) {
	keys := []string{corev1.TLSCertKey, corev1.TLSPrivateKeyKey}
	if trusts {
		keys = append(keys, neo4j.AuthorityKey)
	}
	for _, key := range keys {
		block, _ := pem.Decode(data[key])
		switch {
		case len(data[key]) == 0 && key == neo4j.AuthorityKey:
			return "it has no key " + key + ", by which members know whose certificates to take", "put the certificates of the authorities there, in PEM; or, but for tls.cluster, write clientAuth: NONE"
		case len(data[key]) == 0:
			return "it has no key " + key, "make it as: kubectl create secret tls"
		case block == nil:
			return "its key " + key + " holds no PEM", "put it there in PEM"
		case key == corev1.TLSPrivateKeyKey && block.Type != "PRIVATE KEY" && release.Major == 3:
			return "its key " + key + " is a " + block.Type + ", and servers of 3.x read PKCS #8 alone", "convert it: openssl pkcs8 -topk8 -nocrypt; with cert-manager, privateKey.encoding: PKCS8"
		}
	}
	if leaf, err := neo4j.ParseCertificate(data[corev1.TLSCertKey]); err == nil && now.After(leaf.NotAfter) {
		return "its certificate expired on " + neo4j.Day(leaf.NotAfter) + ", with which a server of 5.x does not start, and no client that looks gets in", "renew it"
	}
	return "", ""
}

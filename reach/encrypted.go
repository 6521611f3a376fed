package reach

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"neo4j-kubernetes/neo4j"
)

// encrypted is what the members serve encrypted of a scope; nil where that is nothing.
func (c *Members) encrypted(scope neo4j.Scope) *neo4j.EncryptedPort {
	if c.Topology.Encryption == nil {
		return nil
	}
	for i, p := range c.Topology.Encryption.Ports {
		if p.Scope == scope {
			return &c.Topology.Encryption.Ports[i]
		}
	}
	return nil
}

// turn has a member be spoken to in the other tongue from now on, where the plan has Bolt encrypted: while members are replaced for that, some
// speak in clear only and some TLS only. What is served where is judged by package verify; a way to a member is a port-forward, and what goes
// over it is the API server's and the kubelet's TLS in any case.
func (c *Members) turn(m neo4j.Member) bool {
	if c.encrypted(neo4j.BoltScope) == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turned[m.Name] = !c.turned[m.Name]
	return true
}

// webPorts are the ports of HTTP and HTTPS that members may serve, that which they are planned to serve first.
func (c *Members) webPorts() []int {
	ports := c.Family.Ports
	switch {
	case c.Topology.HTTPOff:
		return []int{ports.HTTPS, ports.HTTP}
	case c.encrypted(neo4j.HTTPSScope) != nil:
		return []int{ports.HTTP, ports.HTTPS}
	}
	return []int{ports.HTTP}
}

// webs are the URLs of webPorts at the end of a way.
func (c *Members) webs(way Way) []string {
	var urls []string
	for _, port := range c.webPorts() {
		scheme := "http://"
		if port == c.Family.Ports.HTTPS {
			scheme = "https://"
		}
		urls = append(urls, scheme+way.Addresses[port])
	}
	return urls
}

// newWebClient asks for nobody's signature: see Login.TLS.
func newWebClient() *http.Client {
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true} //nolint:gosec // see Login.TLS
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config}, Timeout: 10 * time.Second}
}

// get gives the body of an answer, at most 4 MiB of it, and the status line. It asks for a host that the member's certificate bears, or the server
// of 5.x and later answers 400 over TLS.
func get(ctx context.Context, client *http.Client, url, host string) (body []byte, status string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, "", err
	}
	request.Host = host
	response, err := client.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(response.Body, 4<<20))
	return body, response.Status, err
}

// showCertificate reads from the Secret of Bolt's certificate what is shown to members that take no client without one. Where it is not there or
// may not be read, they refuse, and say so. It is had, too, where the plan wants none shown: members of the plan before may.
func (c *Members) showCertificate(ctx context.Context) error {
	bolt := c.encrypted(neo4j.BoltScope)
	if bolt == nil || bolt.Secret == "" {
		return nil
	}
	secret, err := c.kube.client.CoreV1().Secrets(c.Topology.Namespace).Get(ctx, bolt.Secret, metav1.GetOptions{})
	switch {
	case apierrors.IsForbidden(err) || apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("secret %s/%s: %w", c.Topology.Namespace, bolt.Secret, err)
	}
	pair, err := tls.X509KeyPair(secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey])
	switch {
	case err != nil && !bolt.ClientAuth:
		return nil // nobody misses it
	case err != nil:
		return fmt.Errorf("secret %s/%s holds no certificate with its key, and port %d wants one of its clients: %w", c.Topology.Namespace, bolt.Secret, bolt.Port, err)
	}
	c.as.Certificate = &pair
	return nil
}

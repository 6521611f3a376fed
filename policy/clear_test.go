package policy

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// conf is the configuration of a cluster's pool.
func conf(namespace, instance, text string) string {
	return fmt.Sprintf("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: %s, labels: {app.kubernetes.io/instance: %s}}, data: {neo4j.conf: %q}}", namespace, instance, text)
}

// service is a cluster's Service of a type, with ports, by the name s.
func service(kind, ports string) string {
	return fmt.Sprintf(`{apiVersion: v1, kind: Service, metadata: {name: s, namespace: graph}, spec: {type: %s, ports: %s,
  selector: {app.kubernetes.io/name: neo4j, app.kubernetes.io/instance: one}}}`, kind, ports)
}

func ingress(annotations, spec string) string {
	return fmt.Sprintf("{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: graph, annotations: %s}, spec: %s}", annotations, spec)
}

// What leaves the Kubernetes cluster is encrypted by the same Neo4j cluster's own configuration, or in front of it.
func TestTLSOutside(t *testing.T) {
	const (
		bolt, http, both = "[{name: bolt, port: 7687}]", "[{name: http, port: 7474}]", "[{name: bolt, port: 7687}, {name: http, port: 7474}]"
		required         = "server.bolt.tls_level=REQUIRED\n"
		rules            = "rules: [{http: {paths: [{backend: {service: {name: s, port: {name: http}}}}]}}]"
	)
	clear := func(kind string) []string {
		return []string{"s: clients come by a " + kind + ", and neo4j.conf has no level of Bolt's encryption: passwords and data cross the network in the clear"}
	}
	plain := []string{"s: clients come by a NodePort to HTTP, and there is no https beside it: passwords and data cross the network in the clear"}
	bare := []string{"i: clients come by an Ingress that has no spec.tls, nor a certificate by its cloud's annotation: passwords and data cross the network in the clear"}
	behind := service("ClusterIP", http)
	for name, c := range map[string]struct {
		objects string
		want    []string
	}{
		"no configuration":              {service("LoadBalancer", bolt), clear("LoadBalancer")},
		"by nodes":                      {service("NodePort", bolt), clear("NodePort")},
		"by its number":                 {service("NodePort", "[{name: tcp-graph, port: 9999, targetPort: 7687}]"), clear("NodePort")},
		"inside":                        {service("ClusterIP", both), nil},
		"encrypted":                     {stack(service("NodePort", bolt), conf("graph", "one", required)), nil},
		"encrypted or not, by choice":   {stack(service("NodePort", bolt), conf("graph", "one", "dbms.connector.bolt.tls_level = OPTIONAL")), nil},
		"disabled":                      {stack(service("NodePort", bolt), conf("graph", "one", "server.bolt.tls_level=DISABLED")), clear("NodePort")},
		"encrypted, another cluster":    {stack(service("NodePort", bolt), conf("graph", "two", required)), clear("NodePort")},
		"encrypted, another namespace":  {stack(service("NodePort", bolt), conf("other", "one", required)), clear("NodePort")},
		"one pool of two":               {stack(service("NodePort", bolt), conf("graph", "one", required), conf("graph", "one", "a=b\n")), clear("NodePort")},
		"HTTP alone":                    {stack(service("NodePort", http), conf("graph", "one", required)), plain},
		"HTTP beside encrypted Bolt":    {stack(service("NodePort", both), conf("graph", "one", required)), plain},
		"HTTP and HTTPS":                {service("NodePort", "[{name: http, port: 7474}, {name: https, port: 7473}]"), nil},
		"somebody else's HTTP":          {"{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {type: NodePort, ports: [{name: http, port: 80}], selector: {app: web}}}", nil},
		"an Ingress":                    {stack(behind, ingress("{}", "{"+rules+"}")), bare},
		"an Ingress by default":         {stack(behind, ingress("{}", "{defaultBackend: {service: {name: s}}}")), bare},
		"an Ingress with a certificate": {stack(behind, ingress("{}", "{tls: [{secretName: t}], "+rules+"}")), nil},
		"its certificate not known":     {stack(behind, ingress("{}", "{tls: UNKNOWN, "+rules+"}")), nil},
		"its annotations not known":     {stack(behind, ingress("UNKNOWN", "{"+rules+"}")), nil},
		"an Ingress, by its cloud":      {stack(behind, ingress("{alb.ingress.kubernetes.io/certificate-arn: 'arn:aws:acm:x'}", "{"+rules+"}")), nil},
		"an Ingress to something else":  {stack(behind, ingress("{}", "{defaultBackend: {service: {name: web}}}")), nil},
		"a route, whose Gateway is not seen": {stack(behind, "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r, namespace: graph}, "+
			"spec: {rules: [{backendRefs: [{name: s, port: 7474}]}]}}"), nil},
	} {
		assert.Equal(t, c.want, said(t, "tls-outside", c.objects), name)
	}
}

package plan

import (
	"slices"

	"neo4j-kubernetes/neo4j"
)

// Ingress has HTTP come in by a controller of Ingresses (Kubernetes, "Ingress"). There is none where Host is empty.
type Ingress struct {
	// Host is the name by which clients come, Class the IngressClass, empty for the Kubernetes cluster's default.
	Host, Class string
	// TLSSecret names a Secret of type kubernetes.io/tls that the controller serves HTTPS with; empty for HTTP.
	TLSSecret   string
	Annotations map[string]string
}

// Route has HTTP come in by a Gateway that is there (Gateway API v1, "HTTPRoute"). There is none where Gateway is empty.
type Route struct {
	// Gateway is its name, Namespace where it is, empty for the cluster's own; Listener the one of its listeners that is meant, empty for all.
	Gateway, Namespace, Listener string
	// Host is the name by which clients come.
	Host string
}

// GatewayGroup is the API group of Gateways and their routes, ManagerGroup that of cert-manager's Certificates.
const (
	GatewayGroup = "gateway.networking.k8s.io"
	ManagerGroup = "cert-manager.io"
)

// WebName is the name of the Ingress and of the HTTPRoute, and of the Service for HTTP where that has one of its own.
func (p Plan) WebName() string { return p.Name + "-http" }

// HTTPService is the Service by which HTTP is reached.
func (p Plan) HTTPService() string {
	if p.Expose.HTTPInside {
		return p.WebName()
	}
	return p.ClientService()
}

// ServicePorts are the clients' ports that a Service serves, which is the client Service or HTTPService.
func (p Plan) ServicePorts(f neo4j.Family, service string) []neo4j.Port {
	return slices.DeleteFunc(p.MemberPorts(f), func(port neo4j.Port) bool {
		by := p.HTTPService()
		if port.Name == "bolt" {
			by = p.ClientService()
		}
		return port.Class != neo4j.ClientPort || by != service
	})
}

// WebURI is where clients outside speak HTTP by the Ingress; empty where there is none. What a Gateway's listener speaks is its owner's to say.
func (p Plan) WebURI() string {
	i := p.Expose.Ingress
	switch {
	case i.Host == "":
		return ""
	case i.TLSSecret != "":
		return "https://" + i.Host + "/"
	}
	return "http://" + i.Host + "/"
}

package tests

import (
	"flag"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

var update = flag.Bool("update", false, "rewrite the golden manifests")

// goldenStacks are the committed stacks, and edits of them, that the manifests, the policies and the schemas are held against.
func goldenStacks() map[string]struct {
	stack string
	edits map[string]any
} {
	return map[string]struct {
		stack string
		edits map[string]any
	}{
		"dev": {"dev", nil}, "minikube": {"minikube", nil}, "gke": {"gke", nil}, "eks": {"eks", nil}, "existing": {"existing", nil},
		"read-replicas": {"dev", map[string]any{"secondaries": 2}},
		"blog-post":     {"minikube", map[string]any{"release": "3.1.0-M13-beta3"}},
		"standalone":    {"dev", map[string]any{"primaries": 1}},
		// A row of every family; gke and eks have those of 5.26 and 2026, dev that of 3.5; blog-post is of the images that only root can run.
		"release-3.1":  {"minikube", map[string]any{"release": "3.1.9"}},
		"release-3.3":  {"minikube", map[string]any{"release": "3.3.9"}},
		"release-3.4":  {"minikube", map[string]any{"release": "3.4.18"}},
		"release-4.2":  {"gke", map[string]any{"release": "4.2.19", "secondaries": 1}},
		"release-4.4":  {"gke", map[string]any{"release": "4.4.38", "secondaries": 1, "metrics": true}},
		"release-5":    {"gke", map[string]any{"release": "5.20.0"}},
		"release-2025": {"gke", map[string]any{"release": "2025.12.1"}},
		// Discovery's first version, on the way to the second.
		"discovery-v1-over-v2": {"gke", map[string]any{"discovery": map[string]any{"version": "V1_OVER_V2"}}},
		"discovery-dns":        {"gke", map[string]any{"discovery": map[string]any{"type": "DNS"}}},
		"discovery-srv":        {"dev", map[string]any{"discovery": map[string]any{"type": "SRV"}}},
		"discovery-k8s":        {"eks", map[string]any{"secondaries": 1, "discovery": map[string]any{"type": "K8S"}}},
		"analytics":            {"eks", map[string]any{"secondaries": 2, "analytics": 1, "metrics": true}},
		"community-5.26":       {"dev", map[string]any{"release": "5.26.30", "edition": "community", "primaries": 1}},
		"community-2026":       {"dev", map[string]any{"release": "2026.08.1", "edition": "community", "primaries": 1}},
		"plugins": {"eks", map[string]any{
			"analytics": 1, "procedures": map[string]any{"allowlist": []any{"apoc.coll.*", "gds.*"}, "unrestricted": []any{"gds.*"}},
			"plugins": []any{"apoc", map[string]any{"name": "graph-data-science", "bundled": true, "licenseSecret": "gds-license", "licenseKey": "gds.license"},
				map[string]any{"name": "bloom", "licenseSecret": "bloom-license"}},
		}},
		"extras": {"gke", map[string]any{
			"jvm":     map[string]any{"arguments": []any{"-XX:+UseZGC", "-Da=b"}, "mode": "replace"},
			"apoc":    map[string]any{"apoc.import.file.enabled": "true"},
			"logging": map[string]any{"user": "<Configuration/>"},
			"env":     map[string]any{"TZ": "UTC", "TOKEN": map[string]any{"secret": "tokens", "key": "neo4j"}}, "envFrom": []any{"tracing"},
			"volumes": []any{map[string]any{"name": "import", "mountPath": "/import", "claim": "imports", "readOnly": true}, map[string]any{"name": "scratch", "mountPath": "/scratch"}},
		}},
		// What is encrypted, a row of every way that a release has, and every source.
		"tls-3.5": {"dev", map[string]any{"tls": map[string]any{"source": "selfSigned", "bolt": map[string]any{"mode": "required"}, "https": map[string]any{"mode": "optional"}}}},
		"tls-3.4": {"minikube", map[string]any{"release": "3.4.18", "secondaries": 1, "tls": map[string]any{
			"source": "selfSigned", "bolt": map[string]any{"mode": "required"}, "https": map[string]any{"mode": "optional"},
			"cluster": map[string]any{"mode": "required"}, "backup": map[string]any{"mode": "required"},
		}}},
		"tls-5": {"gke", map[string]any{"secondaries": 1, "tls": map[string]any{
			"source": "certManager", "issuer": map[string]any{"name": "our-ca"}, "bolt": map[string]any{"mode": "required", "clientAuth": "OPTIONAL"}, "https": map[string]any{"mode": "optional"},
			"cluster": map[string]any{"mode": "required"}, "backup": map[string]any{"mode": "required"},
		}}},
		"tls-4.4": {"gke", map[string]any{"release": "4.4.38", "tls": map[string]any{
			"source": "secret", "secret": "from-our-pki", "bolt": map[string]any{"mode": "required", "clientAuth": "REQUIRE", "secret": "for-clients"}, "https": map[string]any{"mode": "required"},
			"cluster": map[string]any{"mode": "required"}, "backup": map[string]any{"mode": "required"},
		}}},
		"tls-2026": {"eks", map[string]any{"secondaries": 1, "tls": map[string]any{
			"source": "certManager", "issuer": map[string]any{"name": "our-ca", "kind": "ClusterIssuer"}, "names": []any{"graph.example.org"}, "days": 60, "renewDays": 20,
			"bolt": map[string]any{"mode": "required"}, "https": map[string]any{"mode": "required"}, "cluster": map[string]any{"mode": "required"},
		}}},
		// Every name that carries the domain: what members advertise and look up, what certificates bear, who routes for himself. Those that are
		// self-signed bear the same names as cert-manager's, and are not shown.
		"cluster-domain": {"dev", map[string]any{"release": "5.26.30", "clusterDomain": "k8s.example.org", "secondaries": 1, "discovery": map[string]any{"type": "DNS"}, "tls": map[string]any{
			"source": "certManager", "issuer": map[string]any{"name": "our-ca"}, "bolt": map[string]any{"mode": "required"}, "cluster": map[string]any{"mode": "required"},
		}}},
		"standalone-5.26": {"gke", map[string]any{"primaries": 1}},
		"placement": {"gke", map[string]any{"placement": map[string]any{
			"zones": "require", "priorityClass": "database-critical", "runtimeClass": "gvisor", "nodeSelector": map[string]any{"pool": "neo4j"},
			"tolerations": []any{map[string]any{"key": "dedicated", "value": "neo4j", "effect": "NoSchedule"}, map[string]any{"operator": "Exists", "key": "a", "effect": "NoExecute", "tolerationSeconds": 30}},
			"nodeAffinity": map[string]any{"preferredDuringSchedulingIgnoredDuringExecution": []any{map[string]any{
				"weight": 50, "preference": map[string]any{"matchExpressions": []any{map[string]any{"key": "disk", "operator": "In", "values": []any{"ssd", "nvme"}}}},
			}}},
			"podAntiAffinity": map[string]any{"requiredDuringSchedulingIgnoredDuringExecution": []any{map[string]any{
				"topologyKey": "kubernetes.io/hostname", "labelSelector": map[string]any{"matchLabels": map[string]any{"app": "noisy"}},
			}}},
		}}},
		"registry": {"gke", map[string]any{"image": map[string]any{
			"name": "registry.example:5000/graph/neo4j:5.26.30-enterprise@sha256:" + strings.Repeat("0123456789abcdef", 4), "pullSecrets": []any{"registry", "mirror"},
		}}},
		// An identity of the cloud's, for an account that the program makes, and one's own account for discovery.
		"account":     {"gke", map[string]any{"serviceAccount": map[string]any{"annotations": map[string]any{"iam.gke.io/gcp-service-account": "neo4j@project.iam.gserviceaccount.com"}}}},
		"own-account": {"eks", map[string]any{"discovery": map[string]any{"type": "K8S"}, "serviceAccount": map[string]any{"name": "graph"}}},
		"pod": {"dev", map[string]any{"pod": map[string]any{
			"labels": map[string]any{"team": "graph"}, "annotations": map[string]any{"sidecar.istio.io/inject": "false"},
			"initContainers": []any{map[string]any{"name": "fetch", "image": "busybox:1.37", "command": []any{"/bin/true"},
				"resources": map[string]any{"requests": map[string]any{"cpu": "10m", "memory": "16Mi"}, "limits": map[string]any{"memory": "16Mi"}}}},
			"sidecars": []any{map[string]any{
				"name": "shipper", "image": "fluent-bit:4.0", "args": []any{"-c", "/etc/fluent.yaml"}, "ports": []any{map[string]any{"name": "proxy", "containerPort": 8080}},
				"env":            []any{map[string]any{"name": "NODE", "valueFrom": map[string]any{"fieldRef": map[string]any{"fieldPath": "spec.nodeName"}}}},
				"resources":      map[string]any{"requests": map[string]any{"cpu": "50m", "memory": "64Mi"}, "limits": map[string]any{"memory": "64Mi"}},
				"readinessProbe": map[string]any{"httpGet": map[string]any{"path": "/ready", "port": "proxy"}, "periodSeconds": 5},
				"volumeMounts":   []any{map[string]any{"name": "logs", "mountPath": "/logs", "readOnly": true}},
			}},
		}}},
		"network": {"dev", map[string]any{"metrics": true, "network": map[string]any{
			"clients": []any{
				map[string]any{"namespaceSelector": map[string]any{"matchLabels": map[string]any{"team": "graph"}}},
				map[string]any{"ipBlock": map[string]any{"cidr": "10.0.0.0/8", "except": []any{"10.1.0.0/16"}}},
			},
			"metrics": []any{map[string]any{"namespaceSelector": map[string]any{}, "podSelector": map[string]any{"matchLabels": map[string]any{"app": "prometheus"}}}},
			"backup":  []any{map[string]any{"podSelector": map[string]any{"matchLabels": map[string]any{"neo4j-kubernetes/task": "backup"}}}},
		}}},
		// Bolt and HTTPS by a Secret's certificate, read anew while the members run.
		"certificates": {"gke", map[string]any{
			"release": "2026.08.1", "volumes": []any{map[string]any{"name": "tls", "mountPath": "/tls", "secret": "neo4j-tls"}},
			"settings": map[string]any{
				"dbms.security.tls_reload_enabled": "true", "server.bolt.tls_level": "REQUIRED", "server.https.enabled": "true",
				"dbms.ssl.policy.bolt.enabled": "true", "dbms.ssl.policy.bolt.base_directory": "/tls", "dbms.ssl.policy.bolt.private_key": "tls.key",
				"dbms.ssl.policy.bolt.public_certificate": "tls.crt", "dbms.ssl.policy.bolt.client_auth": "NONE",
				"dbms.ssl.policy.https.enabled": "true", "dbms.ssl.policy.https.base_directory": "/tls", "dbms.ssl.policy.https.private_key": "tls.key",
				"dbms.ssl.policy.https.public_certificate": "tls.crt", "dbms.ssl.policy.https.client_auth": "NONE",
			},
		}},
		// Each member's own way in, by load balancers and by ports of the nodes; the shell of the earliest images finds its port, too.
		"members-balanced": {"gke", map[string]any{"secondaries": 1, "expose": map[string]any{
			"scope": "external", "sourceRanges": []any{"203.0.113.0/24"}, "trafficPolicy": "Local", "healthCheckPort": 32100,
			"members": map[string]any{"type": "LoadBalancer", "address": "{member}.graph.example.org",
				"annotations": map[string]any{"external-dns.alpha.kubernetes.io/hostname": "{member}.graph.example.org"}},
		}}},
		"members-ports": {"dev", map[string]any{"secondaries": 2, "expose": map[string]any{
			"type": "NodePort", "nodePorts": map[string]any{"bolt": 32687, "http": 32474},
			"members": map[string]any{"type": "NodePort", "address": "nodes.example.org", "nodePort": 31000},
		}}},
		"members-blog-post": {"minikube", map[string]any{"release": "3.1.0-M13-beta3", "expose": map[string]any{
			"members": map[string]any{"type": "NodePort", "address": "192.168.49.2", "nodePort": 31000},
		}}},
		"web": {"dev", map[string]any{"expose": map[string]any{
			"ingress": map[string]any{"host": "graph.example.org", "class": "nginx", "tlsSecret": "graph-tls", "annotations": map[string]any{"nginx.ingress.kubernetes.io/affinity": "cookie"}},
			"route":   map[string]any{"gateway": "web", "namespace": "gateways", "listener": "https", "host": "graph.example.org"},
		}}},
		"http-inside": {"gke", map[string]any{"expose": map[string]any{"httpInside": true, "ingress": map[string]any{"host": "graph.example.org"}}}},
		"balancer":    {"eks", map[string]any{"expose": map[string]any{"class": "service.k8s.aws/nlb", "scope": "external", "sourceRanges": []any{"203.0.113.0/24", "2001:db8::/32"}}}},
		"resources":   {"dev", map[string]any{"resources": map[string]any{"memory": "768Mi", "memoryLimit": "1Gi", "ephemeralStorage": "1Gi", "ephemeralStorageLimit": "2Gi"}}},
		"openshift":   {"gke", map[string]any{"podSecurity": map[string]any{"user": "none"}, "plugins": []any{"apoc"}}},
		"dual-stack":  {"eks", map[string]any{"ipFamilyPolicy": "RequireDualStack", "ipFamilies": []any{"IPv4", "IPv6"}, "discovery": map[string]any{"type": "K8S"}}},
		// Volumes by a class of the stack's own, and volumes that are there.
		"own-class":     {"gke", map[string]any{"storage": map[string]any{"class": "neo4j-ssd", "provisioner": "pd.csi.storage.gke.io", "parameters": map[string]any{"type": "pd-ssd"}}}},
		"given-volumes": {"existing", map[string]any{"storage": map[string]any{"class": "", "size": "100Gi", "selector": map[string]any{"disk": "fast"}}}},
		"use-volumes": {"dev", map[string]any{"storage": map[string]any{"volumes": map[string]any{
			"logs": "share", "metrics": map[string]any{"mode": "claim", "claim": "metrics"}, "backups": map[string]any{"size": "2Gi", "class": "disk"},
			"import": map[string]any{"size": "1Gi", "selector": map[string]any{"app": "neo4j"}},
		}}}},
		"use-volumes-hostpath": {"minikube", map[string]any{"storage": map[string]any{"volumes": map[string]any{"logs": "share", "metrics": "share"}}}},
		"existing-claims":      {"existing", map[string]any{"createNamespace": false, "storage": map[string]any{"size": "1Gi", "existingClaims": true}}},
	}
}

// TestGoldenManifests shows in a diff what an edit of a stack or of the program does to the objects.
func TestGoldenManifests(t *testing.T) {
	for name, c := range goldenStacks() {
		t.Run(name, func(t *testing.T) {
			got := declare(t, c.stack, c.edits).manifests(t)
			assert.NotContains(t, got, "never-shown-here")
			golden(t, name+".yaml", got)
		})
	}
}

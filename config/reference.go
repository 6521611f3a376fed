package config

import (
	"fmt"
	"strings"
)

// Key is one key of neo4j:cluster as the README's configuration reference lists it.
type Key struct{ Path, Default, Description string }

// Reference are all keys of neo4j:cluster. A test holds it against the decoder, and the README against it.
var Reference = []Key{
	{"platform", "minikube", "Where the stack runs: dev, minikube, gke, eks, or existing. Decides the other defaults; existing decides none, and wants them all written"},
	{"name", "neo4j", "Name of the cluster, its StatefulSet and headless Service; a DNS label"},
	{"namespace", "neo4j", "Kubernetes namespace; a DNS label"},
	{"createNamespace", "true", "Declare the namespace with its Pod Security level, or find it"},
	{"clusterDomain", "cluster.local", "DNS domain of the Kubernetes cluster"},
	{"release", "needed", "Neo4j release, three numbers (a calendar release's month in two digits)"},
	{"edition", "enterprise", "enterprise, or community for one standalone server"},
	{"acceptLicense", "", "yes (from 5.0 on also eval) accepts the licence of Neo4j Enterprise; needed from 3.2 on"},
	{"image.repository", "neo4j", "Image repository, of any registry; the tag follows from release and edition"},
	{"image.name", "", "Full image reference in place of repository and tag; with a digest, if you will: neo4j:5.26.30-enterprise@sha256:…"},
	{"image.pullPolicy", "IfNotPresent", "Always, IfNotPresent or Never"},
	{"image.pullSecrets", "", "List of Secrets with a registry's credentials"},
	{"primaries", "3", "Members that vote (cores), 1 to 11; an even number is a warning"},
	{"secondaries", "0", "Members that only read (read replicas), 0 to 100"},
	{"analytics", "0", "Secondaries in a pool of their own, 0 to 100; 5.x and later"},
	{"copies.primaries", "as many as primaries, at most 3", "Copies of a new database that vote on its writes; 5.x and later"},
	{"copies.secondaries", "0", "Copies of a new database that follow; 5.x and later"},
	{"copies.placement", "keep", "keep leaves copies where they are when servers join; reallocate moves some onto servers that host none (REALLOCATE DATABASES, docs/growing.md); 5.2 and later"},
	{"discovery.type", "LIST", "How members find each other: LIST (the first members' names), DNS, SRV (from 3.4 on) or K8S (from 3.5 on)"},
	{"discovery.version", "V2_ONLY", "5.23 to 5.26 only: V1_ONLY, V1_OVER_V2, V2_OVER_V1 or V2_ONLY, taken step by step by clusters of 5.22 and earlier"},
	{"metrics", "false", "Serve Prometheus metrics at port 2004; Enterprise from 3.5 on"},
	{"storage.size", "dev 1Gi, minikube 10Gi, gke and eks 100Gi; existing: needed", "Size of a member's volume, as Kubernetes writes it: 10Gi"},
	{"storage.class", "gke premium-rwo, eks neo4j-gp3 (declared), dev the cluster's default; existing: needed", "Storage class of the claims; '' for the cluster's default"},
	{"storage.hostPath", "minikube /data/neo4j", "Folder of the node for volumes made by the program; excludes class"},
	{"storage.existingClaims", "false", "The members' claims are there, made by you as datadir-<StatefulSet>-<ordinal>; excludes class and hostPath"},
	{"storage.retain", "true", "Keep claims, namespace and password when the stack is destroyed or scaled in"},
	{"storage.volumes", "logs and metrics go with the pod", "Volumes by use: logs, metrics, backups, import, licenses, plugins. Each is share (a folder of the data volume, folder: …), or an object with mode claim (claim: …, of all members, ReadWriteMany) or mode dynamic (size, class, selector: a volume a member, for a new cluster only)"},
	{"resources.cpu", "dev 100m, minikube 250m, gke and eks 1; existing: needed", "CPU request of a member"},
	{"resources.cpuLimit", "none", "CPU limit of a member"},
	{"resources.memory", "dev 768Mi, minikube 1536Mi, gke and eks 4Gi; existing: needed; follows from memory.heap and memory.pageCache where both are given", "Memory request and limit of a member, as Kubernetes writes it: 4Gi, or 4G in powers of 1000"},
	{"resources.memoryLimit", "resources.memory", "Memory limit above the request, by which a member may take what its node has to spare; heap and page cache follow the request"},
	{"resources.ephemeralStorage", "none", "Request of storage that goes with the pod: logs and other folders without a volume"},
	{"resources.ephemeralStorageLimit", "none", "Limit of the same; a pod over it is evicted"},
	{"memory.allowSmall", "false", "Waive the least heap (128m) and page cache (16m)"},
	{"memory.heap", "planned from resources.memory", "JVM heap, as Neo4j writes it, in powers of 1024: 2g"},
	{"memory.pageCache", "planned from resources.memory", "Page cache, as Neo4j writes it: 1g"},
	{"settings", "", "Further lines of neo4j.conf by full name: a text each, or secret and key of a Secret in the namespace; what the topology and the pods decide is refused"},
	{"jvm.arguments", "", "List of further flags of the JVM"},
	{"jvm.mode", "append", "append puts them behind the release's own, replace in their place"},
	{"plugins", "", "List of names (apoc, graph-data-science, bloom, …) or of name, bundled (the jar is in your image or your volume at /plugins), licenseSecret and licenseKey"},
	{"procedures.allowlist", "all", "List of procedures that may be called, such as apoc.coll.*"},
	{"procedures.unrestricted", "none", "List of procedures that may reach around the server's security"},
	{"apoc", "", "Lines of apoc.conf by name"},
	{"logging.server", "the server's own", "server-logs.xml, log4j's configuration; 5.x and later"},
	{"logging.user", "the server's own", "user-logs.xml; 5.x and later"},
	{"env", "", "Further environment variables by name: a text each, or secret and key of a Secret in the namespace"},
	{"envFrom", "", "List of Secrets whose keys become environment variables"},
	{"volumes", "", "List of name, mountPath, readOnly and one of secret, configMap, claim; none of them makes an empty folder"},
	{"pod.labels", "", "Labels of the members' pods; the program's own and the StatefulSet controller's are refused"},
	{"pod.annotations", "", "Annotations of the members' pods"},
	{"pod.initContainers", "", "List of containers that run before the server, as in a pod; they may mount datadir, conf, logs and your volumes"},
	{"pod.sidecars", "", "List of containers beside the server, as in a pod; the server's names and ports are refused"},
	{"podSecurity.user", "image", "image runs the server as 7474, the images' own user; none leaves user and groups to the platform: OpenShift's restricted-v2"},
	{"podSecurity.readOnlyRoot", "true; false where the image must write elsewhere, with a warning", "The image's files are read-only; what it writes has folders of its own, which go with the pod"},
	{"existingSecret", "", "Secret with the key NEO4J_AUTH = neo4j/<password>, in place of one made by the program"},
	{"serviceAccount.name", "the namespace's default; the cluster's name where the program makes one", "ServiceAccount of the members, one that is there unless create says otherwise; all that EKS Pod Identity needs"},
	{"serviceAccount.create", "true with annotations, and for discovery K8S where none is named", "Make the account; discovery K8S binds its Role to it, or to yours"},
	{"serviceAccount.annotations", "", "Such as iam.gke.io/gcp-service-account (GKE workload identity) or eks.amazonaws.com/role-arn (IRSA)"},
	{"expose.type", "dev ClusterIP, minikube NodePort, gke and eks LoadBalancer; existing: needed", "Type of the client Service"},
	{"expose.annotations", "gke and eks: internal load balancer", "Annotations of the client Service; null takes one of the platform's away"},
	{"ipFamilyPolicy", "the Kubernetes cluster's", "IP families of the Services: SingleStack, PreferDualStack or RequireDualStack"},
	{"ipFamilies", "the Kubernetes cluster's", "List of IPv4 and IPv6; the first stays for ever"},
	{"network.clients", "everybody", "Who may dial Bolt, HTTP and sidecars' ports: a list as a NetworkPolicy's ingress.from (podSelector, namespaceSelector, ipBlock); [] for members alone"},
	{"network.metrics", "everybody", "Who may scrape, in the same form"},
	{"network.backup", "members alone", "Who may take backups beside them, in the same form; the port asks for no password, and the server listens there for itself alone until its setting says otherwise (docs/platforms.md)"},
	{"placement.separateNodes", "gke and eks true, dev and minikube false; existing: needed", "Refuse two members of a pool on one node"},
	{"placement.nodeSelector", "", "Node labels that members need"},
	{"placement.tolerations", "", "List of tolerations of taints, as in a pod"},
	{"placement.nodeAffinity", "", "As in a pod's affinity"},
	{"placement.podAffinity", "", "As in a pod's affinity"},
	{"placement.podAntiAffinity", "", "As in a pod's affinity, beside the rule of separateNodes"},
	{"placement.zones", "prefer", "Spread of a pool over zones (topology.kubernetes.io/zone): prefer, require or none"},
	{"placement.priorityClass", "", "PriorityClass of the pods"},
	{"placement.runtimeClass", "", "RuntimeClass of the pods"},
	{"timeouts.ready", "15m", "Wait for the members to start; in a change, for each one that is replaced"},
	{"timeouts.verify", "5m", "Wait for the roles; in a change, for a gate"},
	{"timeouts.scaleIn", "5m", "Wait for one member to leave, or for copies of databases to move"},
	{"timeouts.shutdown", "dev 2m, else 1h; existing: needed", "Grace period of a member's end, in which it writes its last checkpoint; waited for as long as it takes, beside the other times"},
	{"rolling.waive", "none", "List of gates that may be shut when a change stops a member: agreement, quorum, replication, backup; said each time"},
	{"verify.enabled", "true", "Prove the roles at the end of every update"},
	{"verify.canary", "dev and minikube true, gke and eks false; existing: needed", "Write a node, read it from every member, remove it"},
	{"protect", "gke and eks true, dev and minikube false; existing: needed", "Guard members and data against deletion"},
	{"headStart", "2s", "How long primaries but the first wait before their very first start"},
	{"restart", "", "Any word, such as a date: another one replaces all members, one at a time, without another change"},
	{"kubernetes.kubeconfig", "KUBECONFIG or the user's own", "Kubeconfig file"},
	{"kubernetes.context", "dev neo4j-dev, minikube minikube; needed elsewhere", "Context to deploy to"},
}

// Table is the reference as a Markdown table.
func Table() string {
	var b strings.Builder
	b.WriteString("| key below `neo4j:cluster` | default | meaning |\n| --- | --- | --- |\n")
	for _, k := range Reference {
		_, _ = fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Path, k.Default, k.Description)
	}
	return b.String()
}

package config

import "neo4j-kubernetes/plan"

// platform is what a stack gets from where it runs, as data: no branch per cloud anywhere else.
type platform struct {
	// recommended is the release that a new stack is advised to name.
	recommended           string
	storage               plan.Storage
	size                  string
	cpu, cpuLimit, memory string
	// shutdown is how long a member's end may take.
	shutdown   string
	exposeType string
	// exposeAnnotations keep a load balancer inside the cloud's network, externalAnnotations have it serve the internet.
	exposeAnnotations, externalAnnotations map[string]string
	kubeContext                            string
	canary, separateNodes, protect         bool
	fastElections, oneNode                 bool
	// selfSigned allows certificates of the program's own authority.
	selfSigned bool
	// enforced says that NetworkPolicies are.
	enforced bool
	// explicit says that the platform decides nothing: see decided. What it has for a value all the same is never taken.
	explicit bool
}

// checkpoint is time enough for the last checkpoint of a large store: the grace period of the makers' own charts (operations manual 4.4 to
// 2026, kubernetes/configuration). Nobody waits longer than a member takes.
const checkpoint = "1h"

var platforms = map[string]platform{
	// The project's own local box: real, small, thrown away.
	"dev": {
		recommended: "3.5.0-beta03", size: "1Gi", cpu: "100m", memory: "768Mi",
		// Its stores write their checkpoints in seconds, and what hangs should not hold it up.
		shutdown:   "2m",
		storage:    plan.Storage{Retain: true},
		exposeType: "ClusterIP", kubeContext: "neo4j-dev", canary: true, oneNode: true, fastElections: true, selfSigned: true, enforced: true,
	},
	// One node with hostPath volumes, as in the blog post.
	"minikube": {
		recommended: "3.5.35", size: "10Gi", cpu: "250m", memory: "1536Mi", shutdown: checkpoint,
		storage:    plan.Storage{HostPath: "/data/neo4j", Retain: true},
		exposeType: "NodePort", kubeContext: "minikube", canary: true, oneNode: true, selfSigned: true,
	},
	"gke": {
		recommended: "5.26.30", size: "100Gi", cpu: "1", memory: "4Gi", shutdown: checkpoint,
		storage:       plan.Storage{Class: "premium-rwo", Retain: true},
		exposeType:    "LoadBalancer",
		separateNodes: true, protect: true,
		exposeAnnotations: map[string]string{"networking.gke.io/load-balancer-type": "Internal"},
		// A network load balancer on a backend service, of which GKE says that new ones should be (GKE, "LoadBalancer Service parameters").
		externalAnnotations: map[string]string{"cloud.google.com/l4-rbs": "enabled"},
	},
	"eks": {
		recommended: "2026.08.1", size: "100Gi", cpu: "1", memory: "4Gi", shutdown: checkpoint,
		// EKS brings no class for gp3 volumes, so the program declares one.
		storage: plan.Storage{
			Class: "neo4j-gp3", CreateClass: true, Retain: true,
			Provisioner: "ebs.csi.aws.com", Parameters: map[string]string{"type": "gp3", "encrypted": "true"},
		},
		exposeType:    "LoadBalancer",
		separateNodes: true, protect: true,
		exposeAnnotations: map[string]string{
			"service.beta.kubernetes.io/aws-load-balancer-scheme":          "internal",
			"service.beta.kubernetes.io/aws-load-balancer-type":            "external",
			"service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
		},
		externalAnnotations: map[string]string{
			"service.beta.kubernetes.io/aws-load-balancer-scheme":          "internet-facing",
			"service.beta.kubernetes.io/aws-load-balancer-type":            "external",
			"service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
		},
	},
	// A Kubernetes cluster that is there and of which the program knows nothing.
	"existing": {
		recommended: "2026.08.1", size: "100Gi", cpu: "1", memory: "4Gi", shutdown: checkpoint,
		storage:    plan.Storage{Retain: true},
		exposeType: "ClusterIP", explicit: true, selfSigned: true,
	},
}

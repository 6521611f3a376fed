package cluster

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// startup asks what readiness asks: the kubelet begins with that only when this has succeeded, so a probe of something earlier would
// cost a member another period. A store copy may take hours and must never be killed, so a member has a day.
func startup(s plan.Plan, family neo4j.Family, role neo4j.Role) *corev1.ProbeArgs {
	probe := readiness(s, family, role)
	probe.FailureThreshold = pulumi.Int(24 * 60 * 60)
	return probe
}

// liveness restarts a server that stopped listening, and nothing less: a core without its quorum is not mended by a restart.
func liveness() *corev1.ProbeArgs {
	return &corev1.ProbeArgs{
		TcpSocket:     &corev1.TCPSocketActionArgs{Port: pulumi.String("bolt")},
		PeriodSeconds: pulumi.Int(10), FailureThreshold: pulumi.Int(12), TimeoutSeconds: pulumi.Int(5),
	}
}

// readiness asks the server's own status endpoint: a listening port says yes too early. A standalone server has no such
// endpoint and is ready when it serves its front page.
func readiness(s plan.Plan, family neo4j.Family, role neo4j.Role) *corev1.ProbeArgs {
	path := "/"
	if s.Clustered() {
		path = family.Availability[role]
	}
	get := &corev1.HTTPGetActionArgs{Path: pulumi.String(path), Port: pulumi.String("http")}
	if s.HTTPOff() {
		// The kubelet asks for nobody's signature. But the server of 5.x and later answers 400 to who asks for a host that its certificate does
		// not bear, such as the pod's address (Jetty's check of SNI; seen on 2026.08.1).
		get.Port, get.Scheme = pulumi.String("https"), pulumi.String("HTTPS")
		get.HttpHeaders = corev1.HTTPHeaderArray{&corev1.HTTPHeaderArgs{Name: pulumi.String("Host"), Value: pulumi.String(s.ClientHost())}}
	}
	return &corev1.ProbeArgs{
		HttpGet:       get,
		PeriodSeconds: pulumi.Int(1), FailureThreshold: pulumi.Int(5), TimeoutSeconds: pulumi.Int(2),
	}
}

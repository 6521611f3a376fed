package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"neo4j-kubernetes/neo4j"
)

// admitted are the rules of a plan, as ports by who may dial them.
func admitted(t *testing.T, p Plan) (anyone, membersAlone []int, named map[int]int) {
	t.Helper()
	family, err := neo4j.FamilyOf(p.Release)
	require.NoError(t, err)
	named = map[int]int{}
	for _, a := range p.Admissions(family) {
		require.NotEmpty(t, a.Ports, "a rule without ports is one for all of them")
		for _, port := range a.Ports {
			switch {
			case a.Anyone:
				anyone = append(anyone, port.Number)
			case len(a.Peers) == 0:
				membersAlone = append(membersAlone, port.Number)
			default:
				named[port.Number] = len(a.Peers)
			}
		}
	}
	return anyone, membersAlone, named
}

func TestWhoMayDialWhat(t *testing.T) {
	var p Plan
	p.Release, p.Edition, p.Primaries, p.Metrics = neo4j.MustRelease("3.5.35"), neo4j.Enterprise, 3, true
	anyone, members, named := admitted(t, p)
	assert.Equal(t, []int{7687, 7474, 2004}, anyone)
	assert.Equal(t, []int{5000, 6000, 7000, 6362}, members, "the store is handed out at 6000 and 6362, and nobody is asked for a password")
	assert.Empty(t, named)

	p.Network = Network{Clients: []networkingv1.NetworkPolicyPeer{}, Metrics: make([]networkingv1.NetworkPolicyPeer, 1), Backup: make([]networkingv1.NetworkPolicyPeer, 2)}
	goesOn := corev1.ContainerRestartPolicyAlways
	p.Sidecars = []corev1.Container{{Ports: []corev1.ContainerPort{{ContainerPort: 8080}, {ContainerPort: 53, Protocol: corev1.ProtocolUDP}}}}
	p.InitContainers = []corev1.Container{{Ports: []corev1.ContainerPort{{ContainerPort: 1}}}, {RestartPolicy: &goesOn, Ports: []corev1.ContainerPort{{ContainerPort: 9090}}}}
	anyone, members, named = admitted(t, p)
	assert.Empty(t, anyone)
	assert.Equal(t, []int{7687, 7474, 8080, 53, 9090, 5000, 6000, 7000}, members)
	assert.Equal(t, map[int]int{2004: 1, 6362: 2}, named)

	var alone Plan
	alone.Release, alone.Edition, alone.Primaries = neo4j.MustRelease("5.26.30"), neo4j.Community, 1
	anyone, members, named = admitted(t, alone)
	assert.Equal(t, []int{7687, 7474}, anyone)
	assert.Empty(t, members)
	assert.Empty(t, named)
}

func TestPeersInWords(t *testing.T) {
	assert.Equal(t, "everybody", peersText(nil))
	assert.Equal(t, "members alone", peersText([]networkingv1.NetworkPolicyPeer{}))
	assert.Equal(t, "members alone", closedText(nil))
	assert.Equal(t, `{"podSelector":{"matchLabels":{"a":"b"}}}`, closedText([]networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}}}}))
}

// The owner is warned of the port that hands out the store until he says that policies are enforced, or it asks for certificates.
func TestWhatStandsOpen(t *testing.T) {
	p := Plan{Spec: neo4j.Spec{Release: neo4j.MustRelease("5.26.30"), Edition: neo4j.Enterprise, Primaries: 3}}
	f, err := neo4j.FamilyOf(p.Release)
	require.NoError(t, err)
	assert.Contains(t, p.Open(f), "whoever reaches port 6000 of a member is given the store without a password")
	enforced, encrypted, trusting, alone := p, p, p, p
	enforced.Network.Enforced = true
	encrypted.TLS = map[neo4j.Scope]neo4j.Encrypted{neo4j.ClusterScope: {Demand: neo4j.TLSRequired, ClientAuth: neo4j.AuthRequire}}
	trusting.TLS = map[neo4j.Scope]neo4j.Encrypted{neo4j.ClusterScope: {Demand: neo4j.TLSRequired, ClientAuth: neo4j.AuthNone}}
	alone.Primaries = 1
	assert.Empty(t, enforced.Open(f))
	assert.Empty(t, encrypted.Open(f))
	assert.NotEmpty(t, trusting.Open(f), "encrypted, and still for everybody")
	assert.Empty(t, alone.Open(f), "it has no such port")

	const key = "server.backup.listen_address"
	const before = "neo4j:cluster.network.enforced: nobody has said that NetworkPolicies are enforced here; where they are not, whoever reaches port "
	p.Settings = map[string]string{key: "0.0.0.0:6362"}
	assert.Equal(t, before+"6000 or 6362 of a member is given the store without a password. "+
		"Write true where a controller enforces them, or tls.cluster.mode: required and tls.backup.mode: required (docs/platforms.md)", p.Open(f))
	encrypted.Settings = p.Settings
	assert.Equal(t, before+"6362 of a member is given the store without a password. "+
		"Write true where a controller enforces them, or tls.backup.mode: required (docs/platforms.md)", encrypted.Open(f))
	encrypted.TLS[neo4j.BackupScope] = neo4j.Encrypted{Demand: neo4j.TLSRequired, ClientAuth: neo4j.AuthRequire}
	assert.Empty(t, encrypted.Open(f))
	alone.Settings = p.Settings
	assert.Contains(t, alone.Open(f), "whoever reaches port 6362 of a member", "it serves backups as well")
	alone.Edition = neo4j.Community
	assert.Empty(t, alone.Open(f))
}

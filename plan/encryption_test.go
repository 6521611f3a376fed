package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"neo4j-kubernetes/neo4j"
)

func TestWhichSecretACertificateComesFrom(t *testing.T) {
	p := Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local",
		Volumes: []Volume{{Name: "data", MountPath: "/elsewhere", Secret: "another"}, {Name: "tls", MountPath: "/tls", Secret: "neo4j-tls"}, {Name: "map", MountPath: "/map", ConfigMap: "public"}},
		Spec: neo4j.Spec{Release: neo4j.MustRelease("3.5.35"), Edition: neo4j.Enterprise, Primaries: 3, Settings: map[string]string{
			"bolt.ssl_policy": "client", "dbms.ssl.policy.client.base_directory": "/tls", "dbms.ssl.policy.client.public_certificate": "tls.crt",
		}},
	}
	assert.Equal(t, &neo4j.Encryption{
		Names: []string{"neo4j-client.graph.svc.cluster.local"}, Ports: []neo4j.EncryptedPort{{Scope: "bolt", Port: 7687, Secret: "neo4j-tls", Key: "tls.crt"}},
	}, p.Topology().Encryption)

	for _, folder := range []string{"/map", "/tls/below", "/nowhere"} {
		p.Settings["dbms.ssl.policy.client.base_directory"] = folder
		assert.Equal(t, []neo4j.EncryptedPort{{Scope: "bolt", Port: 7687}}, p.Topology().Encryption.Ports, folder)
	}
	delete(p.Settings, "bolt.ssl_policy")
	assert.Nil(t, p.Topology().Encryption)
}

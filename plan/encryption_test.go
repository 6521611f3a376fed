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

// By tls.names clients dial what is issued for the stack; a Secret of its own need not bear them.
func TestWhichNamesTheCheckAsksFor(t *testing.T) {
	required := map[neo4j.Scope]neo4j.Demand{neo4j.BoltScope: neo4j.TLSRequired, neo4j.HTTPSScope: neo4j.TLSRequired, neo4j.ClusterScope: neo4j.TLSRequired}
	asked := func(edit func(*Plan)) map[neo4j.Scope][]string {
		p := encryptedPlan(required)
		p.Certificates.Names = []string{"graph.example.org"}
		edit(&p)
		names := map[neo4j.Scope][]string{}
		for _, port := range p.Encryption().Ports {
			if len(port.Names) > 0 {
				names[port.Scope] = port.Names
			}
		}
		return names
	}
	further := []string{"graph.example.org"}
	assert.Equal(t, map[neo4j.Scope][]string{neo4j.BoltScope: further, neo4j.HTTPSScope: further}, asked(func(*Plan) {}))
	assert.Equal(t, map[neo4j.Scope][]string{neo4j.HTTPSScope: further}, asked(func(p *Plan) {
		p.Certificates.Source, p.Certificates.Secrets = FromManager, map[neo4j.Scope]string{neo4j.BoltScope: "ours"}
	}))
}

package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"neo4j-kubernetes/neo4j"
)

func exposed(release string, e Exposure) Plan {
	return Plan{Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local", Expose: e,
		Spec: neo4j.Spec{Release: neo4j.MustRelease(release), Edition: neo4j.Enterprise, Primaries: 3, Secondaries: 10, Analytics: 1}}
}

// What a pod is told to advertise, with its name and ordinal filled in, is where its Service leads to.
func TestAMemberAdvertisesTheAddressOfItsService(t *testing.T) {
	for name, test := range map[string]struct {
		members MemberExposure
		want    map[string]string
	}{
		"balanced": {MemberExposure{Type: "LoadBalancer", Address: "{member}.graph.example.org"},
			map[string]string{"neo4j-0": "neo4j-0.graph.example.org:7687", "neo4j-read-9": "neo4j-read-9.graph.example.org:7687"}},
		"ports": {MemberExposure{Type: ByNodePort, Address: "nodes.example.org", NodePort: 31000},
			map[string]string{"neo4j-2": "nodes.example.org:31002", "neo4j-read-0": "nodes.example.org:31010", "neo4j-read-9": "nodes.example.org:31019", "neo4j-analytics-0": "nodes.example.org:31020"}},
		"IPv6": {MemberExposure{Type: ByNodePort, Address: "2001:db8::1", NodePort: 31000}, map[string]string{"neo4j-1": "[2001:db8::1]:31001"}},
		"none": {MemberExposure{}, map[string]string{"neo4j-0": ""}},
	} {
		p := exposed("5.26.30", Exposure{Type: "ClusterIP", Members: test.members})
		for _, m := range p.Topology().Members {
			if want, asked := test.want[m.Name]; asked {
				assert.Equal(t, want, p.OutsideAddress(m), "%s: %s", name, m.Name)
			}
			if port := p.OutsidePort(m); port != 0 {
				assert.Contains(t, p.OutsideAddress(m), ":"+number(port), "%s: %s", name, m.Name)
			}
		}
	}
}

func TestClientsOutsideRouteForThemselvesWhereMembersHaveAddresses(t *testing.T) {
	p := exposed("5.26.30", Exposure{Type: "LoadBalancer"})
	assert.Empty(t, p.Neo4j().Places.Outside)
	p.Expose.Members = MemberExposure{Type: "LoadBalancer", Address: "{member}.graph.example.org"}
	assert.Equal(t, "*.graph.example.org", p.Neo4j().Places.Outside)
	old := exposed("3.5.35", Exposure{Type: "LoadBalancer"})
	family, err := neo4j.FamilyOf(old.Release)
	assert.NoError(t, err)
	assert.Equal(t, "bolt://10.80.0.1:7687", old.OutsideURI(family, "10.80.0.1"))
	old.Expose.Members = p.Expose.Members
	assert.Equal(t, "bolt+routing://10.80.0.1:7687", old.OutsideURI(family, "10.80.0.1"))
	assert.Equal(t, "bolt+routing://neo4j-0.graph.example.org:7687", old.OutsideURI(family, old.OutsideAddress(old.Topology().Members[0])))
}

// An address of IPv6 has colons, written short or in full, and a port or none.
func TestTheURIOfEveryFormOfAnAddress(t *testing.T) {
	p := exposed("5.26.30", Exposure{Type: "LoadBalancer"})
	family, err := neo4j.FamilyOf(p.Release)
	assert.NoError(t, err)
	for host, want := range map[string]string{
		"10.80.0.1":                 "neo4j://10.80.0.1:7687",
		"graph.example.org":         "neo4j://graph.example.org:7687",
		"2001:db8::1":               "neo4j://[2001:db8::1]:7687",
		"2001:db8:1:2:3:4:5:6":      "neo4j://[2001:db8:1:2:3:4:5:6]:7687",
		"192.168.49.2:30010":        "neo4j://192.168.49.2:30010",
		"neo4j-0.example.org:30010": "neo4j://neo4j-0.example.org:30010",
		"[2001:db8::1]:30010":       "neo4j://[2001:db8::1]:30010",
	} {
		assert.Equal(t, want, p.OutsideURI(family, host), host)
	}
	p.Expose = Exposure{Type: "ClusterIP", Members: MemberExposure{Type: ByNodePort, Address: "2001:db8::1", NodePort: 30010}}
	assert.Equal(t, "neo4j://[2001:db8::1]:30010", p.OutsideURI(family, p.OutsideAddress(p.Topology().Members[0])))
}

func TestABalancerKeepsWhatTheAPINeverChanges(t *testing.T) {
	before := exposed("5.26.30", Exposure{Type: "LoadBalancer", Balancer: Balancer{TrafficPolicy: "Local", HealthCheckPort: 32000}})
	for name, test := range map[string]struct {
		change func(e *Exposure)
		want   []string
	}{
		"nothing":               {func(*Exposure) {}, nil},
		"a class":               {func(e *Exposure) { e.Balancer.Class = "a.b/c" }, []string{"expose.class"}},
		"a class of another":    {func(e *Exposure) { e.Type, e.Balancer.Class = "NodePort", "a.b/c" }, nil},
		"a port":                {func(e *Exposure) { e.Balancer.HealthCheckPort = 32001 }, []string{"expose.healthCheckPort"}},
		"no port, and no Local": {func(e *Exposure) { e.Balancer.HealthCheckPort, e.Balancer.TrafficPolicy = 0, "" }, nil},
		"both":                  {func(e *Exposure) { e.Balancer.Class, e.Balancer.HealthCheckPort = "a.b/c", 0 }, []string{"expose.class", "expose.healthCheckPort"}},
		"ranges":                {func(e *Exposure) { e.Balancer.SourceRanges = []string{"10.0.0.0/8"} }, nil},
	} {
		after := before
		test.change(&after.Expose)
		record := before.Record()
		var paths []string
		for _, r := range balancers(Change{Before: &record, After: after}) {
			paths = append(paths, r.Path)
		}
		assert.Equal(t, test.want, paths, name)
	}
}

// A record of before the way in had facts says the same as one of a plan without any.
func TestAnOlderRecordHasNoWayIn(t *testing.T) {
	record := exposed("5.26.30", Exposure{Type: "ClusterIP"}).Record()
	for _, f := range wayFacts {
		assert.NotContains(t, record.Facts, f.Path)
		text, known := record.Fact(f)
		assert.True(t, known)
		assert.Equal(t, none, text)
		_, known = Record{}.Fact(f)
		assert.False(t, known, "one that has no facts at all knows none")
	}
}

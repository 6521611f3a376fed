package plan

import (
	"strings"

	"neo4j-kubernetes/neo4j"
)

// Record is what is kept of a plan to compare the next one with: in the state, where it is the input of the component of that name,
// and in the place itself, where it outlives a destroyed stack. Nothing in it is secret. A field that is missing in an older record is
// not compared.
type Record struct {
	Name          string        `json:"name"`
	Namespace     string        `json:"namespace"`
	ClusterDomain string        `json:"clusterDomain,omitempty"`
	Release       neo4j.Release `json:"release"`
	Edition       neo4j.Edition `json:"edition"`
	Primaries     int           `json:"primaries"`
	Secondaries   int           `json:"secondaries"`
	Analytics     int           `json:"analytics"`
	// Copies are how many copies a new database has, zero before 5.0.
	PrimaryCopies   int `json:"primaryCopies,omitempty"`
	SecondaryCopies int `json:"secondaryCopies,omitempty"`
	// DiscoveryType and DiscoveryVersion are Discovery's, empty for a server that stands alone.
	DiscoveryType    string `json:"discoveryType,omitempty"`
	DiscoveryVersion string `json:"discoveryVersion,omitempty"`
	// StorageSize is in bytes.
	StorageSize    int64  `json:"storageSize"`
	StorageClass   string `json:"storageClass,omitempty"`
	HostPath       string `json:"hostPath,omitempty"`
	ExistingClaims bool   `json:"existingClaims,omitempty"`
	// Volumes are the volumes beside the data's that have claim templates: size, class and labels in one text, by use.
	Volumes         map[string]string `json:"volumes,omitempty"`
	Retain          bool              `json:"retain"`
	CreateNamespace bool              `json:"createNamespace"`
	ExistingSecret  string            `json:"existingSecret,omitempty"`
	// Facts are what else previews compare, as texts by the path of the key; see Fact.
	Facts map[string]string `json:"facts,omitempty"`
	// Pods and Settings are digests of what the members are made of, by role, and of neo4j.conf. They are kept in the place alone, where they
	// are written after the members' objects: by them the next update knows whether this one came so far.
	Pods     map[neo4j.Role]string `json:"pods,omitempty"`
	Settings string                `json:"settings,omitempty"`
}

// Record is what is kept of the plan.
func (p Plan) Record() Record {
	r := Record{
		Name: p.Name, Namespace: p.Namespace, ClusterDomain: p.ClusterDomain, Release: p.Release, Edition: p.Edition,
		Primaries: p.Primaries, Secondaries: p.Secondaries, Analytics: p.Analytics,
		DiscoveryType: p.Discovery.Type, DiscoveryVersion: p.Discovery.Version,
		StorageSize: p.Storage.Size, StorageClass: p.Storage.Class, HostPath: p.Storage.HostPath, ExistingClaims: p.Storage.ExistingClaims, Volumes: p.templates(), Retain: p.Storage.Retain,
		CreateNamespace: p.CreateNamespace, ExistingSecret: p.ExistingSecret, Facts: p.facts(),
	}
	if family, err := neo4j.FamilyOf(p.Release); err == nil && family.Proof == neo4j.ByServers {
		r.PrimaryCopies, r.SecondaryCopies = p.Copies.Primaries, p.Copies.Secondaries
	}
	if !p.Clustered() {
		r.DiscoveryType = ""
	}
	return r
}

// Topology is what the record's cluster must look like.
func (r Record) Topology() neo4j.Topology { return r.plan().Topology() }

// plan is as much of the record's plan as its members' names, and those that their certificate bears, follow from.
func (r Record) plan() Plan {
	p := Plan{
		Name: r.Name, Namespace: r.Namespace, ClusterDomain: r.ClusterDomain, ExistingSecret: r.ExistingSecret,
		Spec: neo4j.Spec{
			Release: r.Release, Edition: r.Edition, Primaries: r.Primaries, Secondaries: r.Secondaries, Analytics: r.Analytics,
			Discovery: neo4j.Discovery{Type: r.DiscoveryType, Version: r.DiscoveryVersion},
		},
	}
	p.Expose.HTTPInside = r.text("expose.httpInside") != ""
	p.Expose.Members.Type, p.Expose.Members.Address = r.text("expose.members.type"), r.text("expose.members.address")
	if names := r.text("tls.names"); names != "" {
		p.Certificates.Names = strings.Split(names, between)
	}
	return p
}

// Size is how many members a role has.
func (r Record) Size(role neo4j.Role) int {
	return neo4j.Spec{Primaries: r.Primaries, Secondaries: r.Secondaries, Analytics: r.Analytics}.Size(role)
}

// SizeKeys are the keys of the pools' sizes below neo4j:cluster.
var SizeKeys = map[neo4j.Role]string{neo4j.Primary: "primaries", neo4j.Secondary: "secondaries", neo4j.Analytics: "analytics"}

// Members is how many there are in all.
func (r Record) Members() int { return r.Primaries + r.Secondaries + r.Analytics }

// RecordName is the name of the ConfigMap that keeps the record in the place, RecordKey its key there.
func (p Plan) RecordName() string { return p.Name + "-plan" }

// RecordKey is the key of the record in that ConfigMap: JSON.
const RecordKey = "plan.json"

package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// The modes of a scope.
const (
	inClear = "none"
	either  = "optional"
	onlyTLS = "required"
)

// managerGroup is cert-manager's API group.
const managerGroup = "cert-manager.io"

// readTLS says what is encrypted, and where certificates come from.
func readTLS(f *file, p platform) (map[neo4j.Scope]neo4j.Encrypted, plan.Certificates) {
	var c plan.Certificates
	if f.text("source", "") != "" {
		c.Source = plan.Source(f.oneOf("source", "", string(plan.FromSecret), string(plan.FromManager), string(plan.SelfSigned)))
	}
	if c.Source == plan.SelfSigned && !p.selfSigned {
		f.refuse("source", string(c.Source), "is for machines of one's own: no client out there knows the program's authority, whose key is in the stack's state",
			"write certManager or secret")
	}
	c.Secret = f.text("secret", "")
	issuer := f.sub("issuer")
	c.Issuer = plan.Issuer{Name: issuer.text("name", ""), Kind: issuer.text("kind", "Issuer"), Group: issuer.text("group", managerGroup)}
	if issuer.has("name") || issuer.has("kind") || issuer.has("group") {
		if c.Source != plan.FromManager {
			f.refuse("issuer", c.Issuer.Name, "says nothing to the source "+orNone(string(c.Source)), "write tls.source: certManager, or leave it out")
		}
	}
	issuer.end()
	c.Names = f.list("names")
	c.Days, c.RenewDays = f.integer("days", 90), f.integer("renewDays", 30)
	for _, key := range []string{"names", "days", "renewDays"} {
		if f.has(key) && c.Source != plan.FromManager && c.Source != plan.SelfSigned {
			f.refuse(key, f.values[key], "is for certificates that are issued for the stack", "write tls.source: certManager or selfSigned, or leave it out")
		}
	}
	var all map[neo4j.Scope]neo4j.Encrypted
	for _, scope := range neo4j.Scopes {
		e, own := readEncrypted(f.sub(string(scope)), scope)
		if own != "" {
			if c.Secrets == nil {
				c.Secrets = map[neo4j.Scope]string{}
			}
			c.Secrets[scope] = own
		}
		if e.Demand != "" {
			if all == nil {
				all = map[neo4j.Scope]neo4j.Encrypted{}
			}
			all[scope] = e
		}
	}
	f.end()
	return all, c
}

// readEncrypted says how one scope is encrypted, without a demand where it is not, and by which Secret of its own.
func readEncrypted(f *file, scope neo4j.Scope) (e neo4j.Encrypted, secret string) {
	clientAuth, modes := neo4j.AuthNone, []string{inClear, either, onlyTLS}
	if scope == neo4j.ClusterScope || scope == neo4j.BackupScope {
		clientAuth, modes = neo4j.AuthRequire, []string{inClear, onlyTLS}
	}
	mode := f.oneOf("mode", inClear, modes...)
	e.ClientAuth = f.oneOf("clientAuth", clientAuth, neo4j.AuthNone, neo4j.AuthOptional, neo4j.AuthRequire)
	secret = f.text("secret", "")
	if mode != inClear {
		e.Demand = neo4j.Demand(strings.ToUpper(mode))
	}
	for _, key := range []string{"clientAuth", "secret"} {
		if mode == inClear && f.has(key) {
			f.refuse(key, f.values[key], "says nothing where nothing is encrypted", "write mode: required beside it, or leave it out")
		}
	}
	f.end()
	return e, secret
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// validateTLS refuses what the release cannot encrypt, and certificates that come from nowhere.
func validateTLS(s plan.Plan, family neo4j.Family, problems *Problems) {
	c := s.Certificates
	validateIssue(s, problems)
	for _, scope := range neo4j.Scopes {
		e, ok := s.TLS[scope]
		if !ok {
			continue
		}
		at, mode := "cluster.tls."+string(scope), strings.ToLower(string(e.Demand))
		switch {
		case !s.Release.HasPolicies():
			problems.add(at+".mode", mode, "is not to be had: Neo4j "+s.Release.String()+" knows no TLS policies, they came with 3.2", "leave it out, or take a later release")
		case scope == neo4j.HTTPSScope && e.Demand == neo4j.TLSRequired && family.TLS == nil:
			problems.add(at+".mode", mode, "is not to be had before 4.0: members ask each other over HTTP who leads when one of them ends",
				"write optional, and say by cluster.network.clients who may dial")
		case scope == neo4j.HTTPSScope && e.Demand == neo4j.TLSRequired && e.ClientAuth == neo4j.AuthRequire:
			problems.add(at+".clientAuth", e.ClientAuth, "would turn the kubelet's probes away, which have no certificate", "write clientAuth: OPTIONAL, or mode: optional")
		case (scope == neo4j.ClusterScope || scope == neo4j.BackupScope) && s.Edition == neo4j.Community:
			problems.add(at+".mode", mode, "is for what Community has not", "leave it out")
		case scope == neo4j.ClusterScope && !s.Clustered():
			problems.add(at+".mode", mode, "is for members, and one server has nobody to speak to", "leave it out")
		case c.Source == "" && c.Secrets[scope] == "":
			problems.add("cluster.tls.source", "", "is needed for tls."+string(scope)+": certificates come from nowhere", "write secret, certManager or selfSigned, or tls."+string(scope)+".secret")
		}
	}
}

// validateIssue looks at where certificates come from.
func validateIssue(s plan.Plan, problems *Problems) {
	c := s.Certificates
	if c.Source != "" && len(s.TLS) == 0 {
		problems.add("cluster.tls.source", string(c.Source), "has nothing to encrypt", "write tls.bolt.mode: required, or that of another scope")
	}
	switch {
	case c.Source == plan.FromSecret && c.Secret == "":
		problems.add("cluster.tls.secret", "", "is needed for tls.source: secret", "write the name of a Secret in the namespace, of type kubernetes.io/tls")
	case c.Source != plan.FromSecret && c.Secret != "":
		problems.add("cluster.tls.secret", c.Secret, "says nothing to the source "+orNone(string(c.Source)), "write tls.source: secret, or leave it out")
	case c.Source == plan.FromManager && c.Issuer.Name == "":
		problems.add("cluster.tls.issuer.name", "", "is needed for tls.source: certManager", "write the name of cert-manager's Issuer or ClusterIssuer")
	}
	named := map[string]string{"cluster.tls.secret": c.Secret}
	for scope, own := range c.Secrets {
		named["cluster.tls."+string(scope)+".secret"] = own
	}
	for _, at := range slices.Sorted(maps.Keys(named)) {
		if name := named[at]; name != "" && !isObjectName(name) {
			problems.add(at, name, "is not the name of a Secret", "write the name of a Secret in the namespace")
		} else if name != "" && (name == s.IssuedSecret() && c.Source != plan.FromSecret || name == s.AuthorityName()) {
			problems.add(at, name, "is the name of the program's own Secret", "take another, or leave it out")
		}
	}
	if c.Issuer.Name != "" && !isObjectName(c.Issuer.Name) {
		problems.add("cluster.tls.issuer.name", c.Issuer.Name, "is not the name of an issuer", "write the name of cert-manager's Issuer or ClusterIssuer")
	}
	if kinds := []string{"Issuer", "ClusterIssuer"}; c.Issuer.Group == managerGroup && !slices.Contains(kinds, c.Issuer.Kind) {
		problems.add("cluster.tls.issuer.kind", c.Issuer.Kind, "is none of cert-manager's", "write "+strings.Join(kinds, " or ")+", or tls.issuer.group beside it")
	}
	if len(validation.IsDNS1123Subdomain(c.Issuer.Group)) > 0 {
		problems.add("cluster.tls.issuer.group", c.Issuer.Group, "is no API group", "write one such as "+managerGroup)
	}
	for i, name := range c.Names {
		if len(validation.IsDNS1123Subdomain(name)) > 0 && len(validation.IsWildcardDNS1123Subdomain(name)) > 0 {
			problems.add(fmt.Sprintf("cluster.tls.names[%d]", i), name, "is no DNS name", "write one such as graph.example.org or *.graph.example.org")
		}
	}
	const longest = 10 * 365
	switch {
	case c.Source == "" || c.Source == plan.FromSecret:
	case c.Days < 2 || c.Days > longest:
		problems.add("cluster.tls.days", c.Days, "is no life of a certificate", fmt.Sprintf("write a number of days from 2 to %d", longest))
	case c.RenewDays < 1:
		// With none the next is made when the last has ended; cert-manager takes no renewBefore below five minutes (API reference, "Certificate").
		problems.add("cluster.tls.renewDays", c.RenewDays, "leaves no time between a certificate and the next", "write 1 or more, such as a third of its days")
	case c.RenewDays >= c.Days:
		problems.add("cluster.tls.renewDays", c.RenewDays, fmt.Sprintf("is not within a certificate's %d days", c.Days), "write fewer days, such as a third of them")
	}
}

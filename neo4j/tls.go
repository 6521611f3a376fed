package neo4j

import (
	"cmp"
	"slices"
	"strings"
)

// Scope is what a TLS policy is for: the word that names it in the settings of 4.0 and later.
type Scope string

// The scopes. ClusterScope is what the members say to each other, BackupScope what those hear who take backups.
const (
	BoltScope    Scope = "bolt"
	HTTPSScope   Scope = "https"
	ClusterScope Scope = "cluster"
	BackupScope  Scope = "backup"
)

// Clients says whether clients dial the scope's port, by whatever name leads to a member; the others only members and those who take backups.
func (s Scope) Clients() bool { return s == BoltScope || s == HTTPSScope }

// Scopes are all of them, in the order in which people read them.
var Scopes = []Scope{BoltScope, HTTPSScope, ClusterScope, BackupScope}

// Demand says whether connections must be, may be or cannot be encrypted.
type Demand string

// The values of the settings tls_level.
const (
	TLSRequired Demand = "REQUIRED"
	TLSOptional Demand = "OPTIONAL"
	TLSDisabled Demand = "DISABLED"
)

// Encrypted is how a scope is encrypted.
type Encrypted struct {
	// Demand is TLSRequired or TLSOptional: whether those who speak in clear are heard as well.
	Demand Demand
	// ClientAuth says whether the other side must show a certificate of its own: a value of dbms.ssl.policy.*.client_auth.
	ClientAuth string
}

// The values of client_auth.
const (
	AuthNone     = "NONE"
	AuthOptional = "OPTIONAL"
	AuthRequire  = "REQUIRE"
)

// Folder is where the certificates of a scope are mounted, with the names that a policy looks for by default: private.key, public.crt,
// trusted (operations manuals 3.5 to 2026.08, "SSL framework"). NoCertificates is an empty folder.
func (s Scope) Folder() string { return TLSPath + "/" + string(s) }

// TLSPath is where all of them are.
const (
	TLSPath        = "/tls"
	NoCertificates = TLSPath + "/none"
	PrivateKey     = "private.key"
	PublicCert     = "public.crt"
	TrustedCert    = "trusted/ca.crt"
)

// boltLevels are the names of the setting that says so for Bolt, by era; before 4.0 a connector without a level takes both kinds once it
// has a policy (operations manuals, "SSL framework").
var boltLevels = []string{"server.bolt.tls_level", "dbms.connector.bolt.tls_level"}

// httpsSwitches are those that open HTTPS, httpSwitches HTTP.
var (
	httpsSwitches = []string{"server.https.enabled", "dbms.connector.https.enabled"}
	httpSwitches  = []string{"server.http.enabled", "dbms.connector.http.enabled"}
)

// policyChoosers are the settings of 3.x that choose a policy, which has any name there.
var policyChoosers = map[Scope]string{
	BoltScope: "bolt.ssl_policy", HTTPSScope: "https.ssl_policy", ClusterScope: "causal_clustering.ssl_policy", BackupScope: "dbms.backup.ssl_policy",
}

// of is the name of a setting in a family's era.
func (f Family) of(names []string) string {
	if f.from[0] >= 5 {
		return names[0]
	}
	return names[1]
}

// policiesFrom is the first release whose members have policies for a scope; before, one certificate served Bolt and HTTPS (operations manual
// 3.2, "SSL framework" is the first to have any).
var policiesFrom = MustRelease("3.2.0")

// HasPolicies says whether a release's servers know TLS policies.
func (r Release) HasPolicies() bool { return r.Compare(policiesFrom) >= 0 }

// tlsSettings are what the stack's key tls makes of neo4j.conf.
func tlsSettings(f Family, s Spec) []Setting {
	var all []Setting
	put := func(key, value string) { all = append(all, Setting{key, value}) }
	for _, scope := range Scopes {
		e, ok := s.TLS[scope]
		if !ok {
			continue
		}
		policy := "dbms.ssl.policy." + string(scope) + "."
		put(policy+"base_directory", scope.Folder())
		put(policy+"client_auth", e.ClientAuth)
		if f.TLS != nil {
			put(policy+"enabled", "true")
		} else {
			// A policy of 3.x does not start without both folders, be they empty (seen on 3.5.0-beta03).
			put(policyChoosers[scope], string(scope))
			put(policy+"revoked_dir", NoCertificates)
			if !e.Trusts(scope) {
				put(policy+"trusted_dir", NoCertificates)
				put(policy+"trust_all", "true") // nobody is asked for a certificate
			}
		}
		switch scope {
		case BoltScope:
			put(f.of(boltLevels), string(e.Demand))
		case HTTPSScope:
			put(f.of(httpsSwitches), "true")
			if e.Demand == TLSRequired {
				put(f.of(httpSwitches), "false")
			}
		}
	}
	if len(all) > 0 && s.Edition == Enterprise && s.AtLeast(reloadsFrom) {
		put(reloadSetting, "true")
	}
	return all
}

// Trusts says whether a scope's policy looks at certificates of the other side, and so needs those of the authorities that sign them. Members, who
// dial each other, look at those of whom they dial even where they ask for none of who dials them.
func (e Encrypted) Trusts(scope Scope) bool { return scope == ClusterScope || e.ClientAuth != AuthNone }

// settings are the stack's own and those that its key tls makes.
func (s Spec) settings(f Family) map[string]string {
	made := tlsSettings(f, s)
	if len(made) == 0 {
		return s.Settings
	}
	all := make(map[string]string, len(s.Settings)+len(made))
	for key, value := range s.Settings {
		all[key] = value
	}
	for _, m := range made {
		all[m.Key] = m.Value
	}
	return all
}

// BoltTLS says what a stack makes of Bolt's encryption, by its key tls or its own settings. 3.x takes both kinds by default, and the check
// speaks the plain one.
func (s Spec) BoltTLS() Demand {
	if e, ok := s.TLS[BoltScope]; ok {
		return e.Demand
	}
	for _, key := range boltLevels {
		if level := strings.ToUpper(strings.TrimSpace(s.Settings[key])); level != "" {
			return Demand(level)
		}
	}
	return TLSDisabled
}

// HTTPOff says whether the members serve HTTP encrypted only.
func (s Spec) HTTPOff() bool { return s.TLS[HTTPSScope].Demand == TLSRequired }

// CheckTLS refuses settings that say what the stack's key tls says, and a demand for encryption without a policy to meet it: the server would
// not start, or with 3.x serve a certificate of its own making.
func CheckTLS(f Family, s Spec) []SettingProblem {
	problems := decidedTLS(f, s)
	for _, key := range httpsSwitches {
		value := s.Settings[key]
		switch {
		case !strings.EqualFold(value, "true") || s.TLS[HTTPSScope].Demand != "":
		case f.TLS == nil && s.Settings["https.ssl_policy"] == "":
			problems = append(problems, SettingProblem{key, value, "has no policy to meet it",
				"use cluster.tls.https; or add https.ssl_policy: <name> and dbms.ssl.policy.<name>.base_directory, and mount the certificates there by cluster.volumes"})
		case f.TLS != nil && !strings.EqualFold(s.Settings["dbms.ssl.policy.https.enabled"], "true"):
			problems = append(problems, SettingProblem{key, value, "has no policy to meet it",
				"use cluster.tls.https; or add dbms.ssl.policy.https.enabled: true and dbms.ssl.policy.https.base_directory, and mount the certificates there by cluster.volumes"})
		}
	}
	demand := s.BoltTLS()
	if f.TLS == nil || s.TLS[BoltScope].Demand != "" || demand != TLSRequired && demand != TLSOptional {
		return problems
	}
	for _, key := range boltLevels {
		value, given := s.Settings[key]
		if given && !strings.EqualFold(s.Settings["dbms.ssl.policy.bolt.enabled"], "true") {
			problems = append(problems, SettingProblem{key, value, "has no policy to meet it",
				"use cluster.tls.bolt; or add dbms.ssl.policy.bolt.enabled: true and dbms.ssl.policy.bolt.base_directory, and mount the certificates there by cluster.volumes"})
		}
	}
	return problems
}

// decidedTLS are the stack's own settings that its key tls makes by itself. How a policy encrypts, its versions and ciphers, is the user's
// to say beside it.
func decidedTLS(f Family, s Spec) []SettingProblem {
	var problems []SettingProblem
	for _, scope := range Scopes {
		if _, ok := s.TLS[scope]; !ok {
			continue
		}
		made := []string{policyChoosers[scope]}
		for _, what := range []string{"enabled", "base_directory", "private_key", "public_certificate", "trusted_dir", "trust_all", "client_auth", "allow_key_generation"} {
			made = append(made, "dbms.ssl.policy."+string(scope)+"."+what)
		}
		if f.TLS == nil {
			made = append(made, "dbms.ssl.policy."+string(scope)+".revoked_dir")
		}
		switch scope {
		case BoltScope:
			made = append(made, boltLevels...)
		case HTTPSScope:
			made = append(made, httpsSwitches...)
		}
		for _, key := range made {
			if value, given := s.Settings[key]; given {
				problems = append(problems, SettingProblem{key, value, "is decided by cluster.tls." + string(scope), "leave it out"})
			}
		}
	}
	if value, given := s.Settings[reloadSetting]; given && len(s.TLS) > 0 {
		problems = append(problems, SettingProblem{reloadSetting, value, "is decided by cluster.tls", "leave it out"})
	}
	slices.SortFunc(problems, func(a, b SettingProblem) int { return cmp.Compare(a.Key, b.Key) })
	return problems
}

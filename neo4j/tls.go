package neo4j

import "strings"

// Demand says whether connections must be, may be or cannot be encrypted.
type Demand string

// The values of the settings tls_level.
const (
	TLSRequired Demand = "REQUIRED"
	TLSOptional Demand = "OPTIONAL"
	TLSDisabled Demand = "DISABLED"
)

// boltLevels are the names of the setting that says so for Bolt, by era; before 4.0 a connector without a level takes both kinds once it
// has a policy (operations manuals, "SSL framework").
var boltLevels = []string{"server.bolt.tls_level", "dbms.connector.bolt.tls_level"}

// BoltTLS says what a stack's own settings make of Bolt's encryption. 3.x takes both kinds by default, and the check speaks the plain one.
func (s Spec) BoltTLS() Demand {
	for _, key := range boltLevels {
		if level := strings.ToUpper(strings.TrimSpace(s.Settings[key])); level != "" {
			return Demand(level)
		}
	}
	return TLSDisabled
}

// CheckTLS refuses a demand for encryption without a policy to meet it: the server would not start, or with 3.x serve a certificate of its own
// making.
func CheckTLS(f Family, s Spec) []SettingProblem {
	var problems []SettingProblem
	for _, key := range httpsSwitches {
		value := s.Settings[key]
		switch {
		case !strings.EqualFold(value, "true"):
		case f.TLS == nil && s.Settings["https.ssl_policy"] == "":
			problems = append(problems, SettingProblem{key, value, "has no policy to meet it",
				"add https.ssl_policy: <name> and dbms.ssl.policy.<name>.base_directory, and mount the certificates there by cluster.volumes"})
		case f.TLS != nil && !strings.EqualFold(s.Settings["dbms.ssl.policy.https.enabled"], "true"):
			problems = append(problems, SettingProblem{key, value, "has no policy to meet it",
				"add dbms.ssl.policy.https.enabled: true and dbms.ssl.policy.https.base_directory, and mount the certificates there by cluster.volumes"})
		}
	}
	demand := s.BoltTLS()
	if f.TLS == nil || demand != TLSRequired && demand != TLSOptional {
		return problems
	}
	for _, key := range boltLevels {
		value, given := s.Settings[key]
		if given && !strings.EqualFold(s.Settings["dbms.ssl.policy.bolt.enabled"], "true") {
			problems = append(problems, SettingProblem{key, value, "has no policy to meet it",
				"add dbms.ssl.policy.bolt.enabled: true and dbms.ssl.policy.bolt.base_directory, and mount the certificates there by cluster.volumes"})
		}
	}
	return problems
}

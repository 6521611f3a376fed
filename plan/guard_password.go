package plan

const firstOnly = "Neo4j takes a first password on an empty volume only: the Secret would change and the database would not, and its own password would be lost"

// anotherSecret refuses another Secret as the one with the password.
func anotherSecret(c Change) []Refusal {
	if c.Before == nil || c.Before.ExistingSecret == c.After.ExistingSecret {
		return nil
	}
	return []Refusal{{"existingSecret", arrow(orNone(c.Before.ExistingSecret), orNone(c.After.ExistingSecret)), firstOnly, "put the old one back"}}
}

// password refuses another password for a database that has one: Neo4j takes a first password on an empty volume only, so the Secret
// alone would change, and the database's own would be known to nobody.
func password(c Change) []Refusal {
	var refusals []Refusal
	if c.Found != nil && c.Found.SecretProblem != "" {
		refusals = append(refusals, Refusal{"existingSecret", c.After.AuthSecret(), c.Found.SecretProblem, "mend the Secret: its key NEO4J_AUTH is neo4j/ and the password"})
	}
	if another := anotherSecret(c); len(another) > 0 {
		return append(refusals, another...)
	}
	var running string // the password that the database has, as far as it is known
	switch {
	case c.Found != nil && c.Found.Password != "":
		running = c.Found.Password
	case c.Before != nil:
		running = c.PasswordBefore
	}
	if c.PasswordAfter == "" || c.After.ExistingSecret != "" {
		return refusals
	}
	if running != "" && running != c.PasswordAfter || running == "" && c.Before != nil && c.PasswordBefore == "" {
		refusals = append(refusals, Refusal{"password", "another password", firstOnly,
			"take it out of the configuration (pulumi config rm password) or write the one that is in the Secret " + c.After.Namespace + "/" + c.After.AuthSecret()})
	}
	return refusals
}

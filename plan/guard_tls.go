package plan

import (
	"strings"

	"neo4j-kubernetes/neo4j"
)

// encryption refuses changes that would part those who must understand each other while members are replaced one at a time.
func encryption(c Change) []Refusal {
	if c.Before == nil || c.Before.Facts == nil || !c.After.Clustered() || c.Before.Members() < 2 {
		return nil
	}
	var refusals []Refusal
	for _, scope := range neo4j.Scopes {
		path := "tls." + string(scope)
		before, after := c.Before.says(path), c.After.demanded(scope)
		was, is := word(before), word(after)
		switch {
		case scope == neo4j.ClusterScope:
			refusals = append(refusals, betweenMembers(c, path, before, after)...)
		case was == is || scope == neo4j.BackupScope:
		case was != optionally && is != optionally:
			refusals = append(refusals, Refusal{path, arrow(before, after), "clients of the one kind would be turned away by members of the other, one after the other, until all are replaced",
				"write mode: optional first (pulumi up), move the clients, and then the new value (pulumi up)"})
		}
	}
	return refusals
}

// betweenMembers refuses all changes of what members say to each other but that of what is in their Secret: who is replaced first must be
// understood, and trusted, by those who are not yet.
func betweenMembers(c Change, path, before, after string) []Refusal {
	const (
		down = "take the cluster down first, keeping its data (storage.retain: true, then pulumi destroy), and bring it up again with the new value (pulumi up)"
		kept = "keep the Secret and change what it holds, first ca.crt to both authorities (docs/certificates.md, Another authority); or "
		part = "so a change of one after the other would part the cluster"
	)
	source, next := c.Before.text("tls.source"), c.After.Record().text("tls.source")
	refused := func(reason, mend string) []Refusal { return []Refusal{{path, arrow(before, after), reason, mend}} }
	switch {
	case word(before) != word(after):
		return refused("members with it and without do not understand each other, "+part, down)
	case secretIn(before) != secretIn(after):
		mend := down
		if ownSecrets(source) && ownSecrets(next) {
			mend = kept + down
		}
		return refused("members trust the authorities in their Secret, which those of another Secret need not be, "+part, mend)
	case before != after:
		return refused("members that ask for certificates and members that do not look for different things in each other, "+part, down)
	case after != none && c.After.TLSSecret(neo4j.ClusterScope) == c.After.IssuedSecret() && word(source) != word(next):
		path, before, after = "tls.source", source, next
		return refused("another issuer is another authority, which members with certificates of the one before do not trust, "+part, down)
	}
	return nil
}

// optionally is the first word of demanded where both kinds are heard.
const optionally = "optional"

// word is what stands before the first comma of a text: how a scope is encrypted, or who issues certificates.
func word(text string) string {
	first, _, _ := strings.Cut(text, ",")
	return first
}

// secretIn is the Secret of a scope's text, empty for none.
func secretIn(text string) string {
	_, rest, _ := strings.Cut(text, bySecret)
	return word(rest)
}

// ownSecrets says whether certificates come from Secrets of the stack's own, by the source's text.
func ownSecrets(source string) bool { return source == "" || source == ownText }

package config

import (
	"encoding/json"
	"regexp"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// A refusal stands in the logs of previews and in a pull request's comment, which more people read than the stack's file.

// secretsByName are the keys whose values are the names of Secrets, and no secrets. Not existingSecret, into which people write neo4j/<password>,
// and not below settings, where a setting of its own may end so.
var secretsByName = regexp.MustCompile(`^cluster\.(tls(\.\w+)?\.secret|expose\.ingress\.tlsSecret|image\.pullSecrets\[\d+\]|plugins\[\d+\]\.licenseSecret|` +
	`volumes\[\d+\]\.secret|env\.\w+\.secret)$`)

var index = regexp.MustCompile(`(\[\d+\])+$`)

// meant is the name that a mend takes a misspelt one for.
var meant = regexp.MustCompile(`did you mean (\S+)\?`)

// hidden is a value in which nothing is shown that is a secret by its name, or by the one that was meant, and the texts that are not.
func hidden(path string, value any, mend string) (shown any, texts []string) {
	secret := neo4j.SecretName(index.ReplaceAllString(path, "")) && !secretsByName.MatchString(path)
	if name := meant.FindStringSubmatch(mend); name != nil {
		secret = secret || neo4j.SecretName(name[1])
	}
	h := hiding{}
	shown = plainly(value)
	if secret {
		shown = h.all(shown)
	} else {
		shown = h.below(shown)
	}
	if len(h.texts) == 0 {
		return value, nil // in its own order
	}
	return shown, h.texts
}

// plainly is a value as JSON has it: maps, lists, texts.
func plainly(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		return value
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		return value
	}
	return plain
}

// hiding gathers the texts that it hides.
type hiding struct{ texts []string }

// all hides a value whole, unless it is none or names a Secret and its key.
func (h *hiding) all(value any) any {
	if value == nil || value == "" || isReference(value) {
		return value
	}
	h.gather(value)
	return neo4j.NotShown
}

// below hides what is secret by a name below a value: a key's, or of what says name and value, as variables of containers do, that name's.
func (h *hiding) below(value any) any {
	switch value := value.(type) {
	case map[string]any:
		if isReference(value) {
			return value
		}
		name, _ := value["name"].(string)
		for key, v := range value {
			if neo4j.SecretName(key) || key == "value" && neo4j.SecretName(name) {
				value[key] = h.all(v)
			} else {
				value[key] = h.below(v)
			}
		}
	case []any:
		for i, v := range value {
			value[i] = h.below(v)
		}
	case string:
		shown, secret := neo4j.HideFlag(value)
		if secret != "" {
			h.texts = append(h.texts, secret)
		}
		return shown
	}
	return value
}

// isReference says whether a value is {secret, key}, which names where a secret is.
func isReference(value any) bool {
	fields, ok := value.(map[string]any)
	return ok && len(fields) == 2 && fields["secret"] != nil && fields["key"] != nil
}

func (h *hiding) gather(value any) {
	switch value := value.(type) {
	case map[string]any:
		for _, v := range value {
			h.gather(v)
		}
	case []any:
		for _, v := range value {
			h.gather(v)
		}
	case string:
		h.texts = append(h.texts, value)
	default:
		h.texts = append(h.texts, "") // a number, say
	}
}

// without is a sentence in which hidden texts are not shown either: a mend may say how to write the same value.
func without(sentence string, texts []string) string {
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			sentence = regexp.MustCompile(`(^|\W)`+regexp.QuoteMeta(text)+`(\W|$)`).ReplaceAllString(sentence, "${1}"+neo4j.NotShown+"${2}")
		}
	}
	return sentence
}

package policy

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
)

// An Enterprise image is known by a word of its tag, and what it takes for an acceptance by its release.
func TestLicenseAccepted(t *testing.T) {
	env := func(fields string) string { return "env: [{name: NEO4J_ACCEPT_LICENSE_AGREEMENT, " + fields + "}]" }
	refused := func(tag, word, words string) []string {
		return []string{fmt.Sprintf("p: container c runs neo4j:%s and NEO4J_ACCEPT_LICENSE_AGREEMENT is %q: read the licence, then set cluster.acceptLicense to %s", tag, word, words)}
	}
	for _, c := range []struct {
		tag, rest string
		want      []string
	}{
		{"5.26.30-enterprise", env("value: 'yes'"), nil},
		{"5.26.30-enterprise", env("value: eval"), nil},
		{"5.26.30-enterprise", env("value: 'no'"), refused("5.26.30-enterprise", "no", "yes or eval")},
		{"5.26.30-enterprise", "env: []", refused("5.26.30-enterprise", "", "yes or eval")},
		{"5.26.30-enterprise-ubi9", "env: []", refused("5.26.30-enterprise-ubi9", "", "yes or eval")},
		{"enterprise", "env: []", refused("enterprise", "", "yes or eval")},
		{"5-enterprise", env("value: eval"), nil},
		{"4.4.48-enterprise", env("value: eval"), refused("4.4.48-enterprise", "eval", "yes")},
		{"4-enterprise", env("value: eval"), refused("4-enterprise", "eval", "yes")},
		{"3.5.0-beta03-enterprise", env("value: 'yes'"), nil},
		{"3-enterprise", "env: []", refused("3-enterprise", "", "yes")},
		{"3.1.9-enterprise", "env: []", nil},
		{"3.1.0-M13-beta3-enterprise", "env: []", nil},
		{"5.26.30", "env: []", nil},
		{"5.26.30-enterprise", env("valueFrom: {secretKeyRef: {name: s, key: k}}"), nil},
		{"5.26.30-enterprise", env("value: UNKNOWN"), nil},
		{"5.26.30-enterprise", "env: UNKNOWN", nil},
		{"5.26.30-enterprise", "envFrom: [{secretRef: {name: s}}]", nil},
		{"5.26.30-enterprise", "envFrom: UNKNOWN", nil},
		{"5.26.30-enterprise", "envFrom: [], env: []", refused("5.26.30-enterprise", "", "yes or eval")},
		{"5.26.30-enterprise", env("value: 'no'") + ", envFrom: [{secretRef: {name: s}}]", refused("5.26.30-enterprise", "no", "yes or eval")}, // env wins over envFrom
		{"5.26.30-enterprise", "envFrom: [{configMapRef: {name: theirs}}]", nil},                                                               // which the stack does not declare
		{"5.26.30-enterprise", "envFrom: [{configMapRef: {name: empty}}]", refused("5.26.30-enterprise", "", "yes or eval")},
		{"5.26.30-enterprise", "envFrom: [{configMapRef: {name: empty}}, {configMapRef: {name: accepts}}]", nil},
		{"5.26.30-enterprise", "envFrom: [{configMapRef: {name: accepts}, prefix: A_}]", refused("5.26.30-enterprise", "", "yes or eval")},
		{"5.26.30-enterprise", "envFrom: [{configMapRef: {name: behind}, prefix: NEO4J_}]", nil},
		{"5.26.30-enterprise", "envFrom: [{configMapRef: {name: later}}]", nil},
	} {
		objects := stack(podOf("image: 'neo4j:"+c.tag+"', "+c.rest), configMap("empty", "{A: b}"), configMap("later", "UNKNOWN"),
			configMap("accepts", "{NEO4J_ACCEPT_LICENSE_AGREEMENT: 'yes'}"), configMap("behind", "{ACCEPT_LICENSE_AGREEMENT: eval}"))
		assert.Equal(t, c.want, said(t, "license-accepted", objects), "%s %s", c.tag, c.rest)
	}
}

func configMap(name, data string) string {
	return fmt.Sprintf("{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: %s}", name, data)
}

// The words are those that package neo4j knows of each family.
func TestLicenseWordsOfFamilies(t *testing.T) {
	for _, release := range []string{"3.1.9", "3.2.0", "3.5.35", "4.0.0", "4.4.38", "5.1.0", "5.26.30", "2025.01.0", "2026.08.1"} {
		r := neo4j.MustRelease(release)
		family, err := neo4j.FamilyOf(r)
		require.NoError(t, err)
		assert.Equal(t, family.Licenses, licenseWords(r.Tag(neo4j.Enterprise)), release)
	}
}

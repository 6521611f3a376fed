package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/plan"
)

// TestMoreRefusals are those that one key of one stack meets, with their whole text.
func TestMoreRefusals(t *testing.T) {
	for text, want := range map[string]string{
		"secondaries: -1":                     `neo4j:cluster.secondaries: -1 is less than none: write 0 or more`,
		"secondaries: 101":                    `neo4j:cluster.secondaries: 101 is more than 100: write 100 or fewer`,
		"analytics: 101":                      `neo4j:cluster.analytics: 101 is not a number of servers: write 0 to 100`,
		"clusterDomain: a_b":                  `neo4j:cluster.clusterDomain: "a_b" is not a DNS name: write the domain of your Kubernetes cluster, usually cluster.local`,
		"existingSecret: My_Secret":           `neo4j:cluster.existingSecret: "[not shown]" is not the name of a Secret: write the name of a Secret in the namespace`,
		"storage: {size: 1Mi}":                `neo4j:cluster.storage.size: "1Mi" is too small for a store: write at least 64Mi`,
		"storage: {hostPath: data}":           `neo4j:cluster.storage.hostPath: "data" is not a folder of the node: write an absolute path such as /data/neo4j`,
		"storage: {hostPath: /a/../b}":        `neo4j:cluster.storage.hostPath: "/a/../b" is not a folder of the node: write an absolute path such as /data/neo4j`,
		"storage: 10Gi":                       `neo4j:cluster.storage: "10Gi" is not an object: write its keys one by one below it`,
		"image: {name: 'a b'}":                `neo4j:cluster.image.name: "a b" is not an image reference: write repository:tag or repository:tag@sha256:<64 digits>, the repository in lower case`,
		"protect: perhaps":                    `neo4j:cluster.protect: "perhaps" is neither true nor false: write true or false`,
		"resources: {cpu: much}":              `neo4j:cluster.resources.cpu: "much" is not an amount of CPU: write cores or millicores, such as 2 or 500m`,
		"settings: [a]":                       `neo4j:cluster.settings: ["a"] is not an object: write its keys one by one below it`,
		"settings: {a.b: {c: d}}":             `neo4j:cluster.settings.a.b: {"c":"d"} is not a text: write one value in quotes`,
		"copies: {secondaries: 5}":            `neo4j:cluster.copies.secondaries: 5 cannot be placed: a server holds one copy of a database at most: write 0 to as many as there are other servers`,
		"jvm: {arguments: [{a: b}]}":          `neo4j:cluster.jvm.arguments[0]: {"a":"b"} is not a text: write one value in quotes`,
		"env: {JAVA_HOME: /x}":                `neo4j:cluster.env.JAVA_HOME: "/x" is the image's own: leave it out here`,
		"env: {NEO4J_PLUGINS: '[]'}":          `neo4j:cluster.env.NEO4J_PLUGINS: "[]" is set by cluster.plugins: leave it out here`,
		"volumes: [{name: A, mountPath: /b}]": `neo4j:cluster.volumes[0].name: "A" is not a DNS label: use lower-case letters, digits and dashes`,
		"plugins: [unheard-of]": `neo4j:cluster.plugins[0]: "unheard-of" is no plugin this program knows: write one of apoc, apoc-core, apoc-extended, bloom, fleet-management, genai, graph-algorithms, graph-data-science, graphql, n10s, streams, ` +
			`or put its jar into your image and its settings into cluster.settings`,
	} {
		_, err := parse(t, five+text)
		problems, ok := err.(Problems) //nolint:errorlint // Parse promises this very type
		if assert.True(t, ok, "%s: %v", text, err) && assert.Len(t, problems, 1, text) {
			assert.Equal(t, want, problems[0].String())
		}
	}
	for _, raw := range []string{"[]", "3", "{"} {
		_, err := Parse([]byte(raw))
		assert.EqualError(t, err, "the stack's configuration has 1 problem; nothing was touched\n  - neo4j:cluster: "+raw+" is not an object: write its keys below it, see Pulumi.yaml")
	}
	_, err := parse(t, licensed+"platform: gke")
	require.ErrorContains(t, err, `neo4j:cluster.kubernetes.context: "" is needed on gke: write the context of your kubeconfig to deploy to, see: kubectl config get-contexts`)
	assert.ErrorContains(t, checkPassword("correct-horse", plan.Plan{ExistingSecret: "other"}), "neo4j:password: [secret] and cluster.existingSecret exclude each other: leave one of them out")
}

package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// TestMembersExtrasAreRefused are refusals of what would keep a member from starting, each with its release.
func TestMembersExtrasAreRefused(t *testing.T) {
	const (
		old       = licensed + "platform: dev\nrelease: 3.1.9\n"
		four      = licensed + "platform: dev\nrelease: 4.4.38\n"
		calendar  = licensed + "platform: dev\nrelease: 2026.08.1\n"
		community = "platform: dev\nedition: community\nprimaries: 1\nrelease: 5.20.0\n"
	)
	for text, want := range map[string]string{
		old + "procedures: {allowlist: [apoc.*]}":                       `neo4j:cluster.procedures.allowlist: ["apoc.*"] is not for 3.1.9: leave it out: the lists of procedures came with 3.2`,
		old + "procedures: {unrestricted: [apoc.*]}":                    `neo4j:cluster.procedures.unrestricted: ["apoc.*"] is not for 3.1.9: leave it out: the lists of procedures came with 3.2`,
		five + "plugins: [apoc-core]":                                   `neo4j:cluster.plugins[0]: "apoc-core" is called apoc since 5.0: write apoc`,
		four + "plugins: [apoc-extended]":                               `neo4j:cluster.plugins[0]: "apoc-extended" is not what the image of 4.4.38 fetches: it is known to 5.8.0 and later; or put a jar for this release into your image and write bundled: true`,
		calendar + "plugins: [n10s]":                                    `neo4j:cluster.plugins[0]: "n10s" is not what the image of 2026.08.1 fetches: it is known to 3.5.15 to before 4.0.0, 4.0.1 to before 2025.05.0; or put a jar for this release into your image and write bundled: true`,
		community + "plugins: [genai]":                                  `neo4j:cluster.plugins[0]: "genai" is not in the Community image of 5.20.0: it is there from 5.23.0 on`,
		five + "settings: {apoc.export.enabled: x}":                     `neo4j:cluster.settings.apoc.export.enabled: "x" is not read from neo4j.conf since 5.0, and the server refuses to start with it: write it below cluster.apoc`,
		five + "apoc: {'apoc.a b': x}":                                  `neo4j:cluster.apoc.apoc.a b: "x" is no line of apoc.conf: write a name that begins with apoc., and its value on one line`,
		five + "env: {JAVA_TOOL_OPTIONS: '-Da -Xmx9g'}":                 `neo4j:cluster.env.JAVA_TOOL_OPTIONS: "-Da -Xmx9g" has a flag that the memory plan decides: use cluster.memory.heap, cluster.memory.pageCache and cluster.resources.memory`,
		five + "env: {A: {secret: b}}":                                  `neo4j:cluster.env.A.key: "" is no key of a Secret: use letters, digits, dashes, underscores and dots`,
		five + "env: {A: {secret: b, key: c, d: e}}":                    `neo4j:cluster.env.A.d: "e" is not a key this program knows: leave it out; the keys here are key, secret`,
		five + "env: {NEO4J_AUTH: {secret: b, key: c}}":                 `neo4j:cluster.env.NEO4J_AUTH: {"secret":"b","key":"c"} is the program's own: leave it out here`,
		five + "env: {A: [b]}":                                          `neo4j:cluster.env.A: ["b"] is not a text: write one value in quotes`,
		five + "env: A":                                                 `neo4j:cluster.env: "A" is not an object: write its keys one by one below it`,
		five + "jvm: {arguments: [-mx2g]}":                              `neo4j:cluster.jvm.arguments[0]: "-mx2g" is decided by the memory plan: use cluster.memory.heap, cluster.memory.pageCache and cluster.resources.memory`,
		five + "volumes: [{name: a, mountPath: /b, secret: My_Secret}]": `neo4j:cluster.volumes[0].secret: "My_Secret" is not the name of a Secret: write the name of a Secret in the namespace`,
		five + "volumes: [{name: a, mountPath: /b, claim: 'a b'}]":      `neo4j:cluster.volumes[0].claim: "a b" is not the name of a PersistentVolumeClaim: write the name of a PersistentVolumeClaim in the namespace`,
		five + "volumes: [{name: a, mountPath: /usr}]":                  `neo4j:cluster.volumes[0].mountPath: "/usr" is in the way of /usr/bin: mount it elsewhere`,
		five + "volumes: [{name: a, mountPath: /etc}]":                  `neo4j:cluster.volumes[0].mountPath: "/etc" is in the way of /etc/passwd: mount it elsewhere`,
		five + "plugins: [apoc]\nvolumes: [{name: a, mountPath: /plugins, configMap: jars}]": `neo4j:cluster.volumes[0].mountPath: "/plugins" is read-only, and the image puts apoc there at start: ` +
			`write bundled: true for the plugins whose jars are in the volume, or mount a writable one`,
		five + "plugins: [{name: bloom, licenseSecret: a, licenseKey: 'b/c'}]": `neo4j:cluster.plugins[0].licenseKey: "b/c" is no key of a Secret: use letters, digits, dashes, underscores and dots`,
	} {
		_, err := parse(t, text)
		problems, ok := err.(Problems) //nolint:errorlint // Parse promises this very type
		if assert.True(t, ok, "%s: %v", text, err) && assert.Len(t, problems, 1, text) {
			assert.Equal(t, want, problems[0].String())
		}
	}
}

// TestWhatIsNotRefused is what a stricter reading would keep people from.
func TestWhatIsNotRefused(t *testing.T) {
	for _, text := range []string{
		"envFrom: [1password.my-secret]", "existingSecret: team.neo4j", "volumes: [{name: a, mountPath: /etc/ssl/certs, secret: ca.team}]", "volumes: [{name: tmp, mountPath: /tmp}]",
		"jvm: {arguments: ['-XX:MaxHeapFreeRatio=40', '-Xmn1g', '-Xss2m', '-XX:MaxNewSize=1g', '-Xmixed', '-XX:MinHeapDeltaBytes=1m', '-javaagent:/agent/otel.jar']}",
		"env: {JAVA_TOOL_OPTIONS: '-javaagent:/agent/otel.jar'}", "plugins: [{name: apoc-extended, bundled: true}]\nvolumes: [{name: jars, mountPath: /plugins, claim: jars, readOnly: true}]",
		"apoc: {apoc.jdbc.my-db.url: 'jdbc:x', apoc.initializer.neo4j.0: 'RETURN 1'}",
	} {
		_, err := parse(t, five+text)
		assert.NoError(t, err, text)
	}
	_, err := parse(t, licensed+"platform: dev\nplugins: [{name: apoc, bundled: true}]")
	assert.NoError(t, err, "the image of 3.5.0-beta03 fetches nothing, and a jar in it is the stack's own")
}

// TestPluginsAreWarnedOf: a stack that goes up with a plugin that does not work is worth a line.
func TestPluginsAreWarnedOf(t *testing.T) {
	for text, want := range map[string][]string{
		"plugins: [apoc]": nil,
		"plugins: [n10s]": {"neo4j:cluster.plugins: n10s is downloaded at every start of a member; where the network is closed, put its jar into your image and write bundled: true"},
		"analytics: 1\nplugins: [graph-data-science]": {"neo4j:cluster.plugins: graph-data-science does not run restricted; its manual wants procedures.unrestricted: [gds.*]"},
		"analytics: 1\nplugins: [graph-data-science]\nprocedures: {unrestricted: [gds.*], allowlist: [apoc.*]}": {
			"neo4j:cluster.plugins: procedures.allowlist has nothing of graph-data-science, none of its procedures (gds.*) will be there"},
		"analytics: 1\nplugins: [graph-data-science]\nsettings: {dbms.security.procedures.unrestricted: 'gds.*, apoc.*'}": nil,
		"settings: {dbms.security.procedures.unrestricted: 'apoc.*,*'}": {
			"neo4j:cluster.procedures.unrestricted: * lets every procedure of every plugin reach around the server's security"},
	} {
		stack, err := parse(t, five+text)
		require.NoError(t, err, text)
		assert.Equal(t, want, stack.Warnings, text)
	}
	stack, err := parse(t, licensed+"platform: dev\nrelease: 4.4.38\nplugins: [graph-data-science]\nprocedures: {unrestricted: [gds.*]}")
	require.NoError(t, err)
	assert.Equal(t, []string{"neo4j:cluster.plugins: graph-data-science takes the whole of a machine, and its manual wants it on servers that never vote; " +
		"in 4.3 to 4.4 give it a stack of its own, a standalone server"}, stack.Warnings)
	assert.Contains(t, neo4j.PluginNames(), "graph-data-science")
}

func TestVariablesComeFromSecrets(t *testing.T) {
	stack, err := parse(t, five+"env: {TZ: UTC, TOKEN: {secret: my.tokens, key: a.b}}")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"TZ": "UTC"}, stack.Plan.Env)
	assert.Equal(t, map[string]plan.SecretKey{"TOKEN": {Secret: "my.tokens", Key: "a.b"}}, stack.Plan.EnvSecrets)
}

func TestWhatWouldBeMissedLater(t *testing.T) {
	for text, want := range map[string]string{
		five + "logging: {user: <Configuration/>}":       "neo4j:cluster.logging.user: has no Console appender, so kubectl logs will show nothing of the server",
		licensed + "platform: dev\nrelease: 3.5.12":      "neo4j:cluster.release: the official image of 3.5.12 drops the JVM lines of neo4j.conf; take 3.5.14 or later",
		licensed + "platform: minikube\nrelease: 3.4.16": "neo4j:cluster.release: the official image of 3.4.16 drops the JVM lines of neo4j.conf; take 3.4.18 or later",
	} {
		stack, err := parse(t, text)
		require.NoError(t, err, text)
		assert.Equal(t, []string{want}, stack.Warnings, text)
	}
	stack, err := parse(t, five+"logging: {user: '<Configuration><Appenders><Console name=\"a\"/></Appenders></Configuration>'}")
	require.NoError(t, err)
	assert.Empty(t, stack.Warnings)
}

package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

const five = licensed + "platform: dev\nrelease: 5.26.30\n"

func TestExtrasAreRead(t *testing.T) {
	stack, err := parse(t, five+`
jvm: {arguments: [-XX:+UseZGC, "-Da=b"], mode: replace}
apoc: {apoc.export.file.enabled: true}
logging: {server: "<Configuration status='ERROR'></Configuration>"}
env: {TZ: Europe/Stockholm}
envFrom: [tracing, other]
volumes: [{name: import, mountPath: /import, claim: imports, readOnly: true}, {name: scratch, mountPath: /scratch}]
plugins: [apoc, {name: graph-data-science, bundled: true, licenseSecret: gds}]
procedures: {allowlist: "apoc.coll.*, gds.*", unrestricted: [gds.*]}
`)
	require.NoError(t, err)
	assert.Equal(t, neo4j.Extras{
		JVM: neo4j.JVM{Arguments: []string{"-XX:+UseZGC", "-Da=b"}, Replace: true}, Apoc: map[string]string{"apoc.export.file.enabled": "true"},
		Logging:    neo4j.Logging{Server: "<Configuration status='ERROR'></Configuration>"},
		Plugins:    []neo4j.Plugin{{Name: "apoc", LicenseKey: "license"}, {Name: "graph-data-science", Bundled: true, LicenseSecret: "gds", LicenseKey: "license"}},
		Procedures: neo4j.Procedures{Allowlist: []string{"apoc.coll.*", "gds.*"}, Unrestricted: []string{"gds.*"}},
	}, stack.Plan.Extras)
	assert.Equal(t, map[string]string{"TZ": "Europe/Stockholm"}, stack.Plan.Env)
	assert.Equal(t, []string{"tracing", "other"}, stack.Plan.EnvFrom)
	assert.Equal(t, []plan.Volume{{Name: "import", MountPath: "/import", Claim: "imports", ReadOnly: true}, {Name: "scratch", MountPath: "/scratch"}}, stack.Plan.Volumes)
	assert.Equal(t, []string{
		"neo4j:cluster.podSecurity.readOnlyRoot: is false, for the image puts apoc into the folder that has the jar of graph-data-science",
		"neo4j:cluster.jvm.mode: replace leaves out what 5.23 to 5.26 opens for itself in the JVM: --add-opens=java.base/java.nio=ALL-UNNAMED " +
			"--add-opens=java.base/java.io=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
		"neo4j:cluster.volumes[0]: every member mounts the one claim imports; on more than one node it must be ReadOnlyMany or ReadWriteMany",
		"neo4j:cluster.plugins: graph-data-science takes the whole of a machine, and its manual wants it on servers that never vote; with cluster.analytics it runs there only",
	}, stack.Warnings)
}

func TestExtrasAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"jvm: {arguments: [-Xmx2g]}":                                      `neo4j:cluster.jvm.arguments[0]: "-Xmx2g" is decided by the memory plan: use cluster.memory.heap, cluster.memory.pageCache and cluster.resources.memory`,
		"jvm: {arguments: [-XX:MaxRAMPercentage=80]}":                     `neo4j:cluster.jvm.arguments[0]: "-XX:MaxRAMPercentage=80" is decided by the memory plan: use cluster.memory.heap, cluster.memory.pageCache and cluster.resources.memory`,
		"settings: {server.jvm.additional: -Xms1g}":                       `neo4j:cluster.settings.server.jvm.additional: "-Xms1g" is decided by the memory plan: use cluster.memory.heap, cluster.memory.pageCache and cluster.resources.memory`,
		"jvm: {arguments: ['-Da=b -Dc=d']}":                               `neo4j:cluster.jvm.arguments[0]: "-Da=b -Dc=d" is several flags at once: write each flag as an item of its own`,
		"jvm: {arguments: [UseZGC]}":                                      `neo4j:cluster.jvm.arguments[0]: "UseZGC" is no flag of the JVM: begin it with a dash, such as -XX:+UseZGC`,
		"jvm: {mode: prepend}":                                            `neo4j:cluster.jvm.mode: "prepend" is not known: write one of append, replace; did you mean append?`,
		"jvm: {arguments: {a: b}}":                                        `neo4j:cluster.jvm.arguments: {"a":"b"} is not a list: write its items one by one below it, each behind a dash`,
		"apoc: {export.enabled: true}":                                    `neo4j:cluster.apoc.export.enabled: "true" is no line of apoc.conf: write a name that begins with apoc., and its value on one line`,
		"logging: {user: '<Configuration>'}":                              `neo4j:cluster.logging.user: "<Configuration>" is no log4j configuration: XML syntax error on line 1: unexpected EOF: write XML with the root element Configuration, as in the image's user-logs.xml`,
		"logging: {server: '<a/>'}":                                       `neo4j:cluster.logging.server: "<a/>" is no log4j configuration: its root is a: write XML with the root element Configuration, as in the image's server-logs.xml`,
		"env: {NEO4J_AUTH: none}":                                         `neo4j:cluster.env.NEO4J_AUTH: "[not shown]" is the program's own: leave it out here`,
		"env: {NEO4J_server_memory_heap_max__size: 1g}":                   `neo4j:cluster.env.NEO4J_server_memory_heap_max__size: "1g" would become a setting that no review sees: use cluster.settings: leave it out here`,
		"env: {NEO4J_ACCEPT_LICENSE_AGREEMENT: 'yes'}":                    `neo4j:cluster.env.NEO4J_ACCEPT_LICENSE_AGREEMENT: "yes" is set by cluster.acceptLicense: leave it out here`,
		"env: {A-B: c}":                                                   `neo4j:cluster.env.A-B: "c" is no name of an environment variable: use letters, digits and underscores`,
		"envFrom: [My_Secret]":                                            `neo4j:cluster.envFrom[0]: "My_Secret" is not the name of a Secret: write the name of a Secret in the namespace`,
		"volumes: [{name: conf, mountPath: /x}]":                          `neo4j:cluster.volumes[0].name: "conf" is taken: use another name than datadir, conf, home, logs, licenses and your other volumes'`,
		"volumes: [{name: a, mountPath: /data/databases}]":                `neo4j:cluster.volumes[0].mountPath: "/data/databases" is in the way of /data: mount it elsewhere`,
		"volumes: [{name: a, mountPath: /var}]":                           `neo4j:cluster.volumes[0].mountPath: "/var" is in the way of /var/lib/neo4j: mount it elsewhere`,
		"volumes: [{name: a, mountPath: /b}, {name: c, mountPath: /b/d}]": `neo4j:cluster.volumes[1].mountPath: "/b/d" is in the way of /b: mount it elsewhere`,
		"volumes: [{name: a, mountPath: b}]":                              `neo4j:cluster.volumes[0].mountPath: "b" is no path of a folder: write it from the root on, such as /import`,
		"volumes: [{name: a, mountPath: /b, secret: c, claim: d}]":        `neo4j:cluster.volumes[0]: "a" has more than one source: write one of secret, configMap and claim, or none for an empty folder`,
		"volumes: [{name: a, mountPath: /b, hostPath: /c}]":               `neo4j:cluster.volumes[0].hostPath: "/c" is not a key this program knows: did you mean mountPath?`,
		"plugins: [gds]":                                                  `neo4j:cluster.plugins[0]: "gds" is no plugin's name: did you mean graph-data-science?`,
		"plugins: [bloom]":                                                `neo4j:cluster.plugins[0]: "bloom" does nothing without its licence: name the Secret: {name: bloom, licenseSecret: <secret>, licenseKey: <key>}`,
		"plugins: [apoc, apoc]":                                           `neo4j:cluster.plugins[1]: "apoc" is there twice: leave one out`,
		"plugins: [{name: apoc, licenseSecret: a}]":                       `neo4j:cluster.plugins[0]: "apoc" takes no licence: leave licenseSecret out`,
		"plugins: apoc":                                                   `neo4j:cluster.plugins: "apoc" is not a list: write its items one by one below it, each behind a dash`,
		"plugins: [3]":                                                    `neo4j:cluster.plugins[0]: 3 is neither a name nor an object: write the keys of one item below a dash`,
		"procedures: {allowlist: ['apoc.*; drop']}":                       `neo4j:cluster.procedures.allowlist[0]: "apoc.*; drop" is no pattern of procedures: write names with * and ?, such as apoc.coll.*`,
		"memory: {heap: 64m, pageCache: 64m}":                             `neo4j:cluster.memory: "heap 64m, page cache 64m" does not fit: a heap of 64m is under the least a server starts with, 128m: raise cluster.resources.memory, or lower cluster.memory.heap or pageCache, or set cluster.memory.allowSmall: true`,
		"settings: {dbms.memory.heap.max_size: 1g}":                       `neo4j:cluster.settings.dbms.memory.heap.max_size: "1g" has another name since 5.0: use cluster.memory.heap`,
	} {
		_, err := parse(t, five+text)
		problems, ok := err.(Problems) //nolint:errorlint // Parse promises this very type
		if assert.True(t, ok, "%s: %v", text, err) && assert.Len(t, problems, 1, text) {
			assert.Equal(t, want, problems[0].String())
		}
	}
	_, err := parse(t, licensed+"platform: dev\nlogging: {user: <Configuration/>}")
	assert.ErrorContains(t, err, `neo4j:cluster.logging.user: "<Configuration/>" is for 5.x and later, which log by log4j: use the settings dbms.logs.* of 3.5`)
	_, err = parse(t, five+"edition: community\nprimaries: 1\nplugins: [{name: bloom, licenseSecret: a}]")
	assert.ErrorContains(t, err, `neo4j:cluster.plugins[0]: "bloom" is for Neo4j Enterprise: leave it out, or use edition: enterprise`)
	_, err = parse(t, licensed+"platform: dev\nplugins: [genai]")
	assert.ErrorContains(t, err, `neo4j:cluster.plugins[0]: "genai" is not what the image of 3.5.0-beta03 fetches: it is known to 5.18.0 and later; or put a jar for this release into your image and write bundled: true`)
}

func TestMemoryFollowsFromItsParts(t *testing.T) {
	stack, err := parse(t, five+"memory: {heap: 1g, pageCache: 512m}")
	require.NoError(t, err)
	assert.Equal(t, int64(2160)<<20, stack.Plan.Resources.Memory, "1024 + 512 + 384 MiB and an eighth")
	stack, err = parse(t, five+"memory: {heap: 64m, pageCache: 8m, allowSmall: true}")
	require.NoError(t, err)
	assert.Equal(t, neo4j.Memory{Heap: 64 << 20, PageCache: 8 << 20, AllowSmall: true}, stack.Plan.Memory)
}

func TestWhatAReviewerShouldSee(t *testing.T) {
	stack, err := parse(t, five+"settings: {dbms.usage_report.enabled: true, my.plugin.thing: x}\nprocedures: {unrestricted: ['*']}")
	require.NoError(t, err)
	assert.Equal(t, []string{"neo4j.conf: dbms.usage_report.enabled=true (cluster.settings) takes the place of false (family default)"}, stack.Notes)
	assert.Equal(t, []string{
		"neo4j:cluster.settings: my.plugin.thing is not known as a setting of 5.26; it is passed on",
		"neo4j:cluster.procedures.unrestricted: * lets every procedure of every plugin reach around the server's security",
	}, stack.Warnings)
}

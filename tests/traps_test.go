package tests

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The traps that users of Neo4j on Kubernetes fell into, each with what keeps them out of it.

// conf gives the text of the primaries' neo4j.conf.
func conf(t *testing.T, rec *recorder) string {
	t.Helper()
	for _, d := range rec.objects() {
		if d.Token == "kubernetes:core/v1:ConfigMap" && strings.HasPrefix(d.Name, "neo4j-conf-") {
			return d.Inputs["data"].ObjectValue()["neo4j.conf"].StringValue()
		}
	}
	t.Fatal("no ConfigMap neo4j-conf-…")
	return ""
}

// dig follows keys and list indices.
func dig(value resource.PropertyValue, path ...any) resource.PropertyValue {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			if !value.IsObject() {
				return resource.PropertyValue{}
			}
			value = value.ObjectValue()[resource.PropertyKey(step)]
		case int:
			if !value.IsArray() || step >= len(value.ArrayValue()) {
				return resource.PropertyValue{}
			}
			value = value.ArrayValue()[step]
		}
	}
	return value
}

var fiveAndLater = []string{"5.1.0", "5.26.30", "2025.01.0", "2026.08.1"}

// A three-server cluster of 5.x keeps its default database on ONE server, unless the default count of primaries says three.
func TestTheDefaultDatabaseIsOnThreeServers(t *testing.T) {
	looked := 0
	for _, release := range fiveAndLater {
		for primaries, want := range map[int]string{3: "3", 5: "3"} {
			for _, d := range declare(t, "gke", map[string]any{"release": release, "primaries": primaries}).objects() {
				if d.Token == "kubernetes:core/v1:ConfigMap" && d.Name == "neo4j-initial" {
					assert.Equal(t, want, dig(d.Inputs["data"], "initial.dbms.default_primaries_count").StringValue(), "%s with %d", release, primaries)
					looked++
				}
			}
		}
	}
	assert.Equal(t, 2*len(fiveAndLater), looked)
}

// What counts at a first start only is not read again: changing it must restart nobody.
func TestWhatCountsAtAFirstStartOnlyRestartsNobody(t *testing.T) {
	two := map[string]any{"copies": map[string]any{"primaries": 2}, "settings": map[string]any{"initial.dbms.default_database": "movies"}}
	before, after := declare(t, "gke", nil), declare(t, "gke", two)
	for name, set := range statefulSets(before) {
		if name != "neo4j" {
			continue
		}
		count := "NEO4J_initial_dbms_default__primaries__count"
		assert.Contains(t, set["spec"].String(), count, name)
		assert.Contains(t, statefulSets(after)[name]["spec"].String(), count, name)
	}
	assert.Equal(t, statefulSets(before)["neo4j"], statefulSets(declare(t, "gke", map[string]any{"copies": map[string]any{"primaries": 2}}))["neo4j"])
	assert.Contains(t, after.manifests(t), "initial.dbms.default_database: movies")
}

// A member that has no copy of the default database says 404 of it for ever, and its pod would never be Ready.
func TestReadinessAsksForTheSystemDatabase(t *testing.T) {
	for _, release := range append([]string{"4.2.19", "4.4.38"}, fiveAndLater...) {
		rec := declare(t, "gke", map[string]any{"release": release, "secondaries": 1})
		for name, set := range statefulSets(rec) {
			path := dig(set["spec"], "template", "spec", "containers", 0, "readinessProbe", "httpGet", "path")
			require.True(t, path.IsString(), "%s %s", release, name)
			assert.Equal(t, "/db/system/cluster/available", path.StringValue(), "%s %s", release, name)
		}
		// And the probe carries no credentials.
		assert.Regexp(t, `status_auth_enabled=false\n`, conf(t, rec), release)
	}
}

// The calendar releases know one version of discovery, on the cluster's port; 5.26 is told to use that.
func TestDiscoveryIsOnTheClusterPort(t *testing.T) {
	for release, want := range map[string]string{
		"5.26.30":   "dbms.cluster.discovery.v2.endpoints=neo4j-0.neo4j.neo4j.svc.cluster.local:6000,",
		"2025.01.0": "dbms.cluster.endpoints=neo4j-0.neo4j.neo4j.svc.cluster.local:6000,",
		"2026.08.1": "dbms.cluster.endpoints=neo4j-0.neo4j.neo4j.svc.cluster.local:6000,",
	} {
		rec := declare(t, "gke", map[string]any{"release": release})
		assert.Contains(t, conf(t, rec), want)
		assert.NotContains(t, rec.manifests(t), "5000", "%s: the port is gone", release)
	}
	assert.Contains(t, conf(t, declare(t, "gke", map[string]any{"release": "5.26.30"})), "dbms.cluster.discovery.version=V2_ONLY\n")
}

// A list of endpoints or a gate of formation that follows the pool's size would restart every member for a number.
func TestFormationDoesNotFollowThePool(t *testing.T) {
	for _, release := range append([]string{"3.5.35", "4.4.38"}, fiveAndLater...) {
		three := conf(t, declare(t, "gke", map[string]any{"release": release, "primaries": 3}))
		seven := conf(t, declare(t, "gke", map[string]any{"release": release, "primaries": 7, "secondaries": 4}))
		assert.Equal(t, three, seven, release)
		assert.Regexp(t, `(minimum_core_cluster_size_at_formation|minimum_initial_system_primaries_count)=3\n`, three, release)
		assert.NotContains(t, three, "neo4j-3.", release)
	}
}

// Prometheus listens on localhost by default, where no scraper reaches it.
func TestMetricsAreReachable(t *testing.T) {
	for release, want := range map[string]string{
		"3.5.35": "metrics.prometheus.endpoint=0.0.0.0:2004\n", "4.4.38": "metrics.prometheus.endpoint=0.0.0.0:2004\n",
		"5.26.30": "server.metrics.prometheus.endpoint=0.0.0.0:2004\n", "2026.08.1": "server.metrics.prometheus.endpoint=0.0.0.0:2004\n",
	} {
		assert.Contains(t, conf(t, declare(t, "gke", map[string]any{"release": release, "metrics": true})), want, release)
	}
}

// A Service called neo4j with a ClusterIP puts NEO4J_PORT and others into every pod, which the images turn into unknown settings.
func TestNoServicePoisonsTheEnvironment(t *testing.T) {
	for _, stack := range []string{"dev", "minikube", "gke", "eks", "existing"} {
		for _, discovery := range []string{"LIST", "DNS", "SRV", "K8S"} {
			rec := declare(t, stack, map[string]any{"discovery": map[string]any{"type": discovery}, "secondaries": 1})
			for name, set := range statefulSets(rec) {
				links := dig(set["spec"], "template", "spec", "enableServiceLinks")
				assert.True(t, links.IsBool() && !links.BoolValue(), "%s %s", stack, name)
			}
			for _, d := range rec.objects() {
				if d.Token == "kubernetes:core/v1:Service" && d.Name == "neo4j" {
					assert.Equal(t, "None", dig(d.Inputs["spec"], "clusterIP").StringValue(), "%s: headless, so even others' pods get no variables", stack)
				}
			}
		}
	}
}

// A folder mounted at /conf replaces the image's whole one: without the JVM lines the servers start, and fail later.
func TestConfBringsTheJVMLines(t *testing.T) {
	for release, flags := range map[string][]string{
		"3.5.35": {"dbms.jvm.additional=-XX:+UseG1GC"}, "4.4.38": {"dbms.jvm.additional=-Dio.netty.tryReflectionSetAccessible=true"},
		"5.26.30":   {"server.jvm.additional=--add-opens=java.base/java.nio=ALL-UNNAMED", "server.directories.import=import"},
		"2026.08.1": {"server.jvm.additional=--enable-native-access=ALL-UNNAMED", "server.jvm.additional=--add-modules=jdk.incubator.vector"},
	} {
		text := conf(t, declare(t, "gke", map[string]any{"release": release, "logging": nil}))
		for _, flag := range flags {
			assert.Contains(t, text, flag+"\n", release)
		}
	}
	text := conf(t, declare(t, "gke", map[string]any{"jvm": map[string]any{"arguments": []any{"-XX:+UseZGC"}, "mode": "replace"}}))
	assert.Equal(t, 1, strings.Count(text, "jvm.additional="), "replaced only by somebody who says so")
}

// The official entry point lets every procedure of a plugin that it fetches reach around the server's security, unless neo4j.conf
// has the line.
func TestNothingIsUnrestrictedByDefault(t *testing.T) {
	assert.Contains(t, conf(t, declare(t, "gke", map[string]any{"plugins": []any{"apoc"}})), "dbms.security.procedures.unrestricted=\n")
	assert.Contains(t, conf(t, declare(t, "gke", map[string]any{"plugins": []any{"apoc"}, "settings": map[string]any{"dbms.security.procedures.unrestricted": "apoc.load.*"}})),
		"dbms.security.procedures.unrestricted=apoc.load.*\n")
}

// Logs outlive a pod where the stack mounts a volume for them; else they go with it.
func TestLogsOnAVolume(t *testing.T) {
	rec := declare(t, "gke", map[string]any{"volumes": []any{map[string]any{"name": "kept-logs", "mountPath": "/logs", "claim": "logs"}}})
	mounts := map[string]string{}
	for _, m := range dig(statefulSets(rec)["neo4j"]["spec"], "template", "spec", "containers", 0, "volumeMounts").ArrayValue() {
		path := dig(m, "mountPath").StringValue()
		assert.Empty(t, mounts[path], path)
		mounts[path] = dig(m, "name").StringValue()
	}
	assert.Equal(t, "kept-logs", mounts["/logs"])
	assert.Len(t, dig(statefulSets(rec)["neo4j"]["spec"], "template", "spec", "volumes").ArrayValue(), 3, "no empty folder for them beside it")
}

// Where a volume for a use is mounted: a folder of the data volume, a folder of the pod's name on a claim of all, a claim template's.
func TestVolumesByUse(t *testing.T) {
	rec := declare(t, "gke", map[string]any{"storage": map[string]any{"volumes": map[string]any{
		"logs": "share", "metrics": map[string]any{"mode": "claim", "claim": "measured"}, "import": map[string]any{"mode": "claim", "claim": "imports"}, "backups": map[string]any{"size": "2Gi"},
	}}})
	spec := statefulSets(rec)["neo4j"]["spec"]
	mounts := map[string]string{}
	for _, m := range dig(spec, "template", "spec", "containers", 0, "volumeMounts").ArrayValue() {
		mount := dig(m, "name").StringValue()
		for _, below := range []string{"subPath", "subPathExpr"} {
			if at := dig(m, below); at.IsString() {
				mount += " " + at.StringValue()
			}
		}
		mounts[dig(m, "mountPath").StringValue()] = mount
	}
	for path, want := range map[string]string{"/data": "datadir", "/logs": "datadir logs", "/metrics": "metrics $(POD_NAME)", "/import": "import", "/backups": "backups"} {
		assert.Equal(t, want, mounts[path], path)
	}
	templates := dig(spec, "volumeClaimTemplates").ArrayValue()
	require.Len(t, templates, 2)
	assert.Equal(t, "backups", dig(templates[1], "metadata", "name").StringValue())
	assert.Equal(t, "2Gi", dig(templates[1], "spec", "resources", "requests", "storage").StringValue())
}

// settingLiteral is what the name of a setting looks like.
var settingLiteral = regexp.MustCompile(`\b(dbms|server|db|initial|causal_clustering|metrics|browser|cypher)\.[a-z][a-z_0-9]*(\.[a-z][a-zA-Z_0-9]*)+`)

// procedures and files are called with dots, too.
var noSetting = regexp.MustCompile(`^dbms\.(components|cluster\.(overview|role|statusCheck|routing|quarantineDatabase)|quarantineDatabase|unquarantineDatabase|security\.changePassword|listConfig)`)

// The names of settings are data of package neo4j: nowhere else a release's knowledge can hide.
func TestSettingsAreNamedInPackageNeo4jOnly(t *testing.T) {
	looked := 0
	for _, dir := range []string{"..", "../cluster", "../config", "../plan", "../plan/place", "../reach", "../verify", "../operate", "../operate/enable", "../operate/scale", "../summary", "../cmd/neo4jcheck"} {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() && path != dir && (dir == ".." || entry.Name() == "testdata") {
				if entry != nil && entry.IsDir() {
					return fs.SkipDir
				}
				return err
			}
			if entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			looked++
			ast.Inspect(file, func(n ast.Node) bool {
				literal, ok := n.(*ast.BasicLit)
				if !ok || literal.Kind != token.STRING {
					return true
				}
				text, err := strconv.Unquote(literal.Value)
				if err != nil {
					return true
				}
				for _, name := range settingLiteral.FindAllString(text, -1) {
					assert.Regexp(t, noSetting, name, "%s names the setting %s", path, name)
				}
				return true
			})
			return nil
		})
		require.NoError(t, err)
	}
	assert.Greater(t, looked, 40)
}

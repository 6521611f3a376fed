package conformance

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	pairsSeed = flag.Uint64("pairs.seed", 1, "seed of the random changes of configuration")
	pairsMore = flag.Int("pairs.more", 12, "random changes of several keys at once, for each stack")
)

// A stack as it runs before the change.
var (
	common = settings{"verify.enabled": false, "kubernetes.context": "conformance", "acceptLicense": "yes", "timeouts.ready": "2m", "timeouts.verify": "1s", "expose.type": "ClusterIP"}
	before = map[string]settings{
		"gke":       common.with(settings{"platform": "gke", "release": "5.26.30", "createNamespace": true}),
		"eks-pools": common.with(settings{"platform": "eks", "release": "5.26.30", "secondaries": 2, "analytics": 1, "storage.retain": false, "discovery.type": "K8S", "protect": false}),
		"hostpath":  common.with(settings{"platform": "minikube", "release": "4.4.48"}),
		"community": common.with(settings{"platform": "dev", "release": "5.26.30", "edition": "community", "primaries": 1, "acceptLicense": "no"}),
	}
)

// changes are values of every key of the reference that no stack above has.
var changes = map[string][]any{
	"platform":                        {"eks", "gke", "minikube", "dev", "existing"},
	"name":                            {"other"},
	"namespace":                       {"another"},
	"createNamespace":                 {false},
	"clusterDomain":                   {"k8s.example.org"},
	"release":                         {"5.26.28", "2026.08.1", "4.4.40"},
	"edition":                         {"community", "enterprise"},
	"acceptLicense":                   {"eval", "yes"},
	"image.repository":                {"registry.example.org/neo4j"},
	"image.name":                      {"registry.example.org/mine:5.26.30-enterprise"},
	"image.pullSecrets":               {[]any{"registry"}},
	"image.pullPolicy":                {"Always"},
	"primaries":                       {5, 4, 3, 1},
	"secondaries":                     {1, 3, 0},
	"analytics":                       {2, 0},
	"copies.primaries":                {1, 3},
	"copies.secondaries":              {1},
	"copies.placement":                {"reallocate", "keep"},
	"discovery.type":                  {"DNS", "SRV", "K8S", "LIST"},
	"discovery.version":               {"V1_ONLY", "V2_OVER_V1"},
	"metrics":                         {true},
	"storage.size":                    {"200Gi", "5Gi", "102400Mi"},
	"storage.class":                   {"standard", "premium-rwo", ""},
	"storage.hostPath":                {"/data/elsewhere"},
	"storage.existingClaims":          {true},
	"storage.retain":                  {false, true},
	"storage.provisioner":             {"example.org/disks"},
	"storage.parameters":              {map[string]any{"type": "fast"}},
	"storage.selector":                {map[string]any{"disk": "fast"}},
	"storage.volumes":                 {map[string]any{"metrics": "share"}, map[string]any{"backups": map[string]any{"size": "1Gi"}}},
	"resources.cpu":                   {"2"},
	"resources.cpuLimit":              {"4"},
	"resources.memory":                {"8Gi"},
	"resources.memoryLimit":           {"8Gi"},
	"resources.ephemeralStorage":      {"1Gi"},
	"resources.ephemeralStorageLimit": {"2Gi"},
	"memory.allowSmall":               {true},
	"memory.heap":                     {"600m"},
	"memory.pageCache":                {"100m"},
	"settings":                        {map[string]any{"db.tx_log.rotation.retention_policy": "3 days"}, map[string]any{"initial.dbms.default_database": "other"}},
	"jvm.arguments":                   {[]any{"-XX:+UseStringDeduplication"}},
	"jvm.mode":                        {"replace"},
	"plugins":                         {[]any{"apoc"}},
	"procedures.allowlist":            {[]any{"apoc.coll.*"}},
	"procedures.unrestricted":         {[]any{"apoc.load.*"}},
	"apoc":                            {map[string]any{"apoc.export.file.enabled": "true"}},
	"logging.server":                  {"<Configuration/>"},
	"logging.user":                    {"<Configuration/>"},
	"env":                             {map[string]any{"TZ": "UTC"}},
	"envFrom":                         {[]any{"variables"}},
	"volumes":                         {[]any{map[string]any{"name": "import", "mountPath": "/import"}}, []any{map[string]any{"name": "kept", "mountPath": "/logs", "claim": "logs"}}},
	"pod.labels":                      {map[string]any{"team": "graph"}},
	"pod.annotations":                 {map[string]any{"example.org/one": "two"}},
	"pod.initContainers":              {[]any{map[string]any{"name": "fetch", "image": "busybox"}}},
	"pod.sidecars":                    {[]any{map[string]any{"name": "shipper", "image": "fluent-bit:4.0"}}},
	"network.clients":                 {[]any{}, []any{map[string]any{"ipBlock": map[string]any{"cidr": "10.0.0.0/8"}}}},
	"network.metrics":                 {[]any{map[string]any{"namespaceSelector": map[string]any{}}}},
	"network.backup":                  {[]any{map[string]any{"podSelector": map[string]any{}}}},
	"podSecurity.user":                {"none"},
	"podSecurity.readOnlyRoot":        {false},
	"existingSecret":                  {"mine"},
	"serviceAccount.name":             {"graph"},
	"serviceAccount.create":           {true},
	"serviceAccount.annotations":      {map[string]any{"example.org/identity": "graph"}},
	"expose.type":                     {"LoadBalancer", "NodePort"},
	"expose.annotations":              {map[string]any{"example.org/one": "two"}},
	"expose.scope":                    {"external", "internal"},
	"expose.class":                    {"example.org/balancer"},
	"expose.address":                  {"10.0.0.9"},
	"expose.sourceRanges":             {[]any{"203.0.113.0/24"}},
	"expose.trafficPolicy":            {"Local"},
	"expose.healthCheckPort":          {32000},
	"expose.nodePorts.bolt":           {32687},
	"expose.nodePorts.http":           {32474},
	"expose.httpInside":               {true},
	"expose.ingress.host":             {"graph.example.org"},
	"expose.ingress.class":            {"nginx"},
	"expose.ingress.tlsSecret":        {"graph"},
	"expose.ingress.annotations":      {map[string]any{"example.org/one": "two"}},
	"expose.route.gateway":            {"web"},
	"expose.route.namespace":          {"gateways"},
	"expose.route.listener":           {"https"},
	"expose.route.host":               {"graph.example.org"},
	"expose.members.type":             {"LoadBalancer", "NodePort", "ClusterIP"},
	"expose.members.address":          {"{member}.graph.example.org"},
	"expose.members.annotations":      {map[string]any{"example.org/name": "{member}"}},
	"expose.members.nodePort":         {31000},
	"ipFamilyPolicy":                  {"PreferDualStack"},
	"ipFamilies":                      {[]any{"IPv4"}, []any{"IPv6"}},
	"placement.separateNodes":         {false, true},
	"placement.nodeSelector":          {map[string]any{"pool": "neo4j"}},
	"placement.tolerations":           {[]any{map[string]any{"key": "dedicated", "operator": "Exists"}}},
	"placement.nodeAffinity": {map[string]any{"preferredDuringSchedulingIgnoredDuringExecution": []any{
		map[string]any{"weight": 1, "preference": map[string]any{"matchExpressions": []any{map[string]any{"key": "disk", "operator": "Exists"}}}},
	}}},
	"placement.podAffinity": {map[string]any{"preferredDuringSchedulingIgnoredDuringExecution": []any{
		map[string]any{"weight": 1, "podAffinityTerm": map[string]any{"topologyKey": "topology.kubernetes.io/zone", "labelSelector": map[string]any{"matchLabels": map[string]any{"app": "web"}}}},
	}}},
	"placement.podAntiAffinity": {map[string]any{"requiredDuringSchedulingIgnoredDuringExecution": []any{
		map[string]any{"topologyKey": "kubernetes.io/hostname", "labelSelector": map[string]any{"matchLabels": map[string]any{"app": "noisy"}}},
	}}},
	"placement.zones":         {"require", "none"},
	"placement.priorityClass": {"system-cluster-critical"},
	"placement.runtimeClass":  {"gvisor"},
	"timeouts.ready":          {"20m"},
	"timeouts.verify":         {"1m"},
	"timeouts.scaleIn":        {"1m"},
	"timeouts.shutdown":       {"5m"},
	"rolling.waive":           {[]any{"backup"}},
	"verify.enabled":          {true},
	"verify.canary":           {true, false},
	"protect":                 {false, true},
	"network.enforced":        {true, false},
	"tls.source":              {"selfSigned", "certManager"},
	"tls.secret":              {"from-our-pki"},
	"tls.issuer.name":         {"our-ca"},
	"tls.issuer.kind":         {"ClusterIssuer"},
	"tls.issuer.group":        {"cert-manager.io"},
	"tls.names":               {[]any{"graph.example.org"}},
	"tls.days":                {60},
	"tls.renewDays":           {20},
	"tls.bolt.mode":           {"optional", "required", "none"},
	"tls.bolt.clientAuth":     {"OPTIONAL"},
	"tls.bolt.secret":         {"for-clients"},
	"tls.https.mode":          {"optional", "required"},
	"tls.https.clientAuth":    {"NONE"},
	"tls.https.secret":        {"for-clients"},
	"tls.cluster.mode":        {"required"},
	"tls.cluster.clientAuth":  {"REQUIRE"},
	"tls.cluster.secret":      {"for-members"},
	"tls.backup.mode":         {"required"},
	"tls.backup.clientAuth":   {"NONE"},
	"tls.backup.secret":       {"for-backups"},
	"headStart":               {"5s"},
	"restart":                 {"2026-11-25"},
	"kubernetes.kubeconfig":   {"$KUBECONFIG"},
	"kubernetes.context":      {"conformance"},
}

// accepted are changes of the gke stack that a running cluster must be able to take, and by what the property is not an empty one.
var accepted = []string{"createNamespace", "acceptLicense", "storage.volumes", "image.repository", "image.pullSecrets", "image.pullPolicy", "secondaries", "analytics", "copies.primaries", "copies.placement", "metrics", "resources.cpu",
	"resources.cpuLimit", "resources.memory", "resources.memoryLimit", "resources.ephemeralStorage", "settings", "jvm.arguments", "plugins", "env", "volumes", "pod.labels", "pod.annotations", "pod.initContainers", "pod.sidecars", "podSecurity.user", "podSecurity.readOnlyRoot", "serviceAccount.create", "serviceAccount.annotations", "expose.type", "expose.annotations", "expose.ingress.host", "ipFamilyPolicy",
	"placement.separateNodes", "placement.nodeSelector", "placement.tolerations", "placement.podAntiAffinity", "placement.zones", "timeouts.shutdown", "rolling.waive", "verify.canary", "protect", "headStart", "restart", "kubernetes.kubeconfig"}

// shaping are the keys that decide which objects there are, or what in them can never change. Each value of them is tried on every stack
// alone, the others' on one.
var shaping = []string{"platform", "name", "namespace", "createNamespace", "clusterDomain", "release", "edition", "primaries", "secondaries", "analytics",
	"copies.primaries", "discovery.type", "discovery.version", "storage.size", "storage.class", "storage.provisioner", "storage.selector", "storage.hostPath", "storage.existingClaims", "storage.volumes", "storage.retain", "existingSecret", "protect", "volumes",
	"metrics", "expose.type", "settings", "timeouts.shutdown", "restart"}

// guarded are the kinds whose deletion takes data, or the way to it.
var guarded = regexp.MustCompile(`:(StatefulSet|PersistentVolumeClaim|PersistentVolume|Namespace|Secret)::`)

// TestEveryKeyIsAmongTheChanges: a key that the reference gets is a change that a running cluster may get.
func TestEveryKeyIsAmongTheChanges(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	require.NoError(t, err)
	var keys []string
	_, table, found := strings.Cut(string(readme), "| key below `neo4j:cluster` |")
	require.True(t, found)
	for _, line := range strings.Split(table, "\n")[2:] {
		if !strings.HasPrefix(line, "| `") {
			break
		}
		keys = append(keys, strings.Split(line, "`")[1])
	}
	assert.ElementsMatch(t, keys, slices.Collect(maps.Keys(changes)))
}

// TestNoAcceptedChangeTakesData is a property of pairs of configurations, asked of the engine's own plan with the official provider: the
// program refuses a change, in its own words, or nothing that holds data is replaced or deleted by it. Values are tried alone, then some
// at random together.
func TestNoAcceptedChangeTakesData(t *testing.T) {
	t.Parallel()
	for name, running := range before {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, "pairs-"+name)
			running := running.with(settings{"namespace": d.namespace})
			runPods(t, d.namespace)
			storageClass(t, "premium-rwo")
			d.made(running)
			were := d.identities()
			require.Contains(t, were, "secrets neo4j-auth")
			require.Contains(t, were, "persistentvolumeclaims datadir-neo4j-0")

			taken := map[string]bool{}
			var good []settings
			for _, key := range slices.Sorted(maps.Keys(changes)) {
				if name != "gke" && !slices.Contains(shaping, key) {
					continue
				}
				for _, value := range changes[key] {
					change := resolved(key, value)
					if d.keepsData(running, change) {
						taken[key] = true
						good = append(good, change)
					}
				}
			}
			if name == "gke" {
				for _, key := range accepted {
					assert.True(t, taken[key], "%s is a change that a running cluster takes", key)
				}
			}
			t.Logf("%d changes of one key accepted, seed %d", len(good), *pairsSeed)
			random := rand.New(rand.NewPCG(*pairsSeed, uint64(len(name))))
			for range *pairsMore {
				change := settings{}
				for range 2 + random.IntN(4) {
					key := slices.Sorted(maps.Keys(changes))[random.IntN(len(changes))]
					change = change.with(resolved(key, changes[key][random.IntN(len(changes[key]))]))
				}
				d.keepsData(running, change)
			}

			// What previews promise updates keep: one update of many accepted changes of which none takes members away. (A Service of type
			// LoadBalancer would wait for endpoints, which Kubernetes gives to pods on nodes only, and here is none.)
			all := settings{}
			for _, change := range good {
				for key := range change {
					if _, there := all[key]; !there && !slices.Contains([]string{"primaries", "secondaries", "analytics", "release", "verify.enabled", "platform", "edition", "expose.type"}, key) {
						all = all.with(change)
					}
				}
			}
			steps, refusal := d.preview(running.with(all))
			require.Empty(t, refusal)
			require.NotEmpty(t, steps)
			d.made(running.with(all))
			are := d.identities()
			for what, uid := range were {
				assert.Equal(t, uid, are[what], what)
			}
		})
	}
}

// made runs an update that makes every object. Nobody answers over Bolt here, so one of servers that must be enabled, or of members that
// must be replaced, or of 4.x, whose system database is looked at, ends there, as its last step.
func (d *deployment) made(s settings) {
	d.t.Helper()
	if out, err := d.up(s); err != nil {
		require.Regexp(d.t, "join of servers|replacement of|whether the system database is of", out)
		require.Contains(d.t, out, "kubernetes:core/v1:ConfigMap neo4j-plan", out)
	}
}

func resolved(key string, value any) settings {
	if value == "$KUBECONFIG" {
		value = cluster.kubeconfig
	}
	return settings{key: value}
}

// keepsData previews a change, holds the property against it, and says whether the change was accepted.
func (d *deployment) keepsData(running, change settings) bool {
	d.t.Helper()
	what := fmt.Sprint(map[string]any(change))
	steps, refusal := d.preview(running.with(change))
	if refusal != "" {
		own := strings.Contains(refusal, "is refused, nothing was touched") || strings.Contains(refusal, "; nothing was touched")
		assert.True(d.t, own, "%s: refused by somebody else than the program: %s", what, refusal)
		assert.NotContains(d.t, refusal, "pulumi state unprotect", what)
		return false
	}
	after := running.with(change)
	for _, s := range steps {
		if !guarded.MatchString(s.URN) || !strings.Contains(s.Op, "delete") && !strings.Contains(s.Op, "replace") && s.Op != "discard" {
			continue
		}
		if s.Op == "delete" && s.OldState != nil && s.OldState.Retain {
			continue // it leaves the state alone
		}
		if s.Op == "delete" && goesWithItsPool(s.URN, after) {
			continue
		}
		assert.Fail(d.t, "data would be taken", "%s: %s %s", what, s.Op, s.URN)
	}
	return true
}

// goesWithItsPool says whether a StatefulSet is that of a pool that has no members any more, which is what the change asks for.
func goesWithItsPool(urn string, after settings) bool {
	for pool, path := range map[string]string{"neo4j-read": "secondaries", "neo4j-analytics": "analytics"} {
		size := after[path]
		if strings.HasSuffix(urn, ":StatefulSet::"+pool) && (size == nil || size == 0) {
			return true
		}
	}
	return false
}

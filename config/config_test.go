package config

import (
	"encoding/json"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// parse reads a stack written as YAML, as people write it; the platform's recommended release where it names none.
func parse(t *testing.T, text string) (Stack, error) {
	t.Helper()
	values := map[string]any{}
	if yaml.Unmarshal([]byte(text), &values) == nil && values["release"] == nil {
		name, ok := values["platform"].(string)
		if _, known := platforms[name]; !ok || !known {
			name = "minikube"
		}
		text += "\nrelease: " + platforms[name].recommended + "\n"
	}
	raw, err := yaml.YAMLToJSON([]byte(text))
	require.NoError(t, err)
	return Parse(raw)
}

// A default would move with the program, and the database with it.
func TestAStackNamesItsRelease(t *testing.T) {
	for name, p := range platforms {
		if p.explicit {
			continue // it has more to say, see TestAPlatformThatDecidesNothing
		}
		_, err := Parse([]byte(`{"platform": "` + name + `", "acceptLicense": "yes", "kubernetes": {"context": "mine"}}`))
		assert.EqualError(t, err, "the stack's configuration has 1 problem; nothing was touched\n  - "+
			`neo4j:cluster.release: "" is needed: a default would move with the program, and the database with it: write the release, for a new stack such as `+p.recommended)
	}
	_, err := parse(t, licensed+"platform: eks\nkubernetes: {context: mine}\nrelease: 2025.7.1")
	assert.ErrorContains(t, err, `neo4j:cluster.release: "2025.7.1" cannot be deployed: "2025.7.1" is not a Neo4j release: months have two digits, write 2025.07.1`)
}

// Null takes away what a platform sets.
func TestNullTakesAway(t *testing.T) {
	const clients = "sourceRanges: [203.0.113.0/24], "
	for text, want := range map[string]map[string]string{
		"":                              {"networking.gke.io/load-balancer-type": "Internal"},
		"expose: {annotations: {a: b}}": {"networking.gke.io/load-balancer-type": "Internal", "a": "b"},
		"expose: {" + clients + "annotations: {networking.gke.io/load-balancer-type: null, a: b}}": {"a": "b"},
		"expose: {" + clients + "annotations: {networking.gke.io/load-balancer-type: null}}":       {},
		"expose: {" + clients + "annotations: null}":                                               nil,
		"expose: {type: ClusterIP}": nil,
	} {
		stack, err := parse(t, licensed+"platform: gke\nkubernetes: {context: mine}\n"+text)
		require.NoError(t, err, text)
		assert.Equal(t, want, stack.Plan.Expose.Annotations, text)
	}
}

// The keys are listed once, however many are unknown.
func TestUnknownKeysListTheKeysOnce(t *testing.T) {
	_, err := parse(t, "qqqqqqqqqqqqq: 1\nwwwwwwwwwwwww: 2\nzzzzzzzzzzzzz: 3\n"+licensed)
	var problems Problems
	require.ErrorAs(t, err, &problems)
	require.Len(t, problems, 3)
	assert.Contains(t, problems[0].Mend, "leave it out; the keys here are acceptLicense, analytics, apoc, ")
	assert.Equal(t, []string{"leave it out", "leave it out"}, []string{problems[1].Mend, problems[2].Mend})
}

const licensed = "acceptLicense: 'yes'\n"

func TestPlatformsGiveCompleteDefaults(t *testing.T) {
	for name := range platforms {
		text := licensed + "platform: " + name + "\nrelease: " + platforms[name].recommended
		if platforms[name].kubeContext == "" {
			text += "\nkubernetes: {context: mine}"
		}
		if platforms[name].explicit {
			text += "\n" + decidedHere
		}
		stack, err := parse(t, text)
		require.NoError(t, err, name)
		assert.Equal(t, 3, stack.Plan.Primaries)
		assert.Equal(t, "neo4j:"+stack.Plan.Release.String()+"-enterprise", stack.Plan.Image)
		assert.NotEmpty(t, stack.Kubernetes.Context)
		family, err := neo4j.FamilyOf(stack.Plan.Release)
		require.NoError(t, err)
		assert.NoError(t, family.CheckMemory(stack.Plan.Resources.Memory, stack.Plan.Memory))
		assert.Empty(t, stack.Warnings)
	}
}

// decidedHere are all choices that a platform which decides nothing wants.
const decidedHere = "storage: {size: 10Gi, class: ''}\nresources: {cpu: 1, memory: 4Gi}\nexpose: {type: ClusterIP}\nplacement: {separateNodes: true}\n" +
	"timeouts: {shutdown: 1h}\nverify: {canary: false}\nprotect: false\n"

// TestAPlatformThatDecidesNothing: what is missing is said all at once, and every choice that platforms make is among it.
func TestAPlatformThatDecidesNothing(t *testing.T) {
	_, err := parse(t, licensed+"platform: existing")
	var problems Problems
	require.ErrorAs(t, err, &problems)
	var paths []string
	for _, p := range problems {
		paths = append(paths, p.Path)
		assert.Contains(t, p.Reason, "is needed on existing", p.Path)
	}
	assert.Equal(t, []string{
		"neo4j:cluster.storage.size", "neo4j:cluster.storage.class", "neo4j:cluster.resources.cpu", "neo4j:cluster.resources.memory", "neo4j:cluster.expose.type",
		"neo4j:cluster.placement.separateNodes", "neo4j:cluster.timeouts.shutdown", "neo4j:cluster.verify.canary", "neo4j:cluster.protect", "neo4j:cluster.kubernetes.context",
	}, paths)
	// A key whose default names a platform differs between platforms, so it is the stack's to say here.
	for _, k := range Reference {
		if regexp.MustCompile(`\b(gke|eks|minikube)\b`).MatchString(k.Default) && !slices.Contains([]string{"platform", "storage.hostPath", "expose.annotations", "expose.scope"}, k.Path) {
			assert.Contains(t, paths, "neo4j:cluster."+k.Path)
		}
	}
	stack, err := parse(t, licensed+"platform: existing\nkubernetes: {context: mine}\n"+decidedHere)
	require.NoError(t, err)
	assert.Equal(t, plan.Storage{Size: 10 << 30, Retain: true}, stack.Plan.Storage)
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"unknown key": {"primarys: 3", []string{
			`neo4j:cluster.primarys: 3 is not a key this program knows: did you mean primaries?`}},
		"unknown nested key": {"storage: {sise: 1Gi}", []string{
			`neo4j:cluster.storage.sise: "1Gi" is not a key this program knows: did you mean size?`}},
		"no primaries": {"primaries: 0", []string{
			`neo4j:cluster.primaries: 0 is no cluster: write an odd number from 1 to 11, such as 3`}},
		"negative primaries": {"primaries: -1", []string{
			`neo4j:cluster.primaries: -1 is no cluster: write an odd number from 1 to 11, such as 3`}},
		"half a primary": {"primaries: 2.5", []string{
			`neo4j:cluster.primaries: 2.5 is not a whole number: write a number such as 3`}},
		"too many primaries": {"primaries: 13", []string{
			`neo4j:cluster.primaries: 13 is more than the 11 that Neo4j supports: write at most 11, and add cluster.secondaries to scale reads`}},
		"community cluster": {"edition: community", []string{
			`neo4j:cluster.edition: "community" does not cluster, and 3 members are asked for: use edition: enterprise, or primaries: 1 and secondaries: 0`}},
		"malformed release": {"release: '3.5'", []string{
			`neo4j:cluster.release: "3.5" cannot be deployed: "3.5" is not a Neo4j release: write three numbers such as 3.5.35`}},
		"unknown release": {"release: 3.6.1", []string{
			`neo4j:cluster.release: "3.6.1" cannot be deployed: Neo4j 3.6.1 is not a release this program knows: it knows 3.1, 3.2 to 3.3, 3.4, 3.5, ` +
				`4.0 to 4.2, 4.3 to 4.4, 5.0 to 5.22, 5.23 to 5.26, 2025.01 to 2025.12, 2026.01 to 2026.12`}},
		"release beyond the end of its line": {"release: 3.5.36", []string{
			`neo4j:cluster.release: "3.5.36" cannot be deployed: Neo4j 3.5.36 does not exist: the last of its line is 3.5.35`}},
		"licence word of another release": {"acceptLicense: eval\nrelease: 4.4.38", []string{
			`neo4j:cluster.acceptLicense: "eval" does not accept the licence of Neo4j Enterprise 4.4.38: read your licence and write "yes", or choose edition: community with primaries: 1`}},
		"analytics before 5": {"analytics: 1", []string{
			`neo4j:cluster.analytics: 1 is for 5.x and later: use cluster.secondaries, the read replicas of 3.5`}},
		"one core with read replicas": {"primaries: 1\nsecondaries: 2", []string{
			`neo4j:cluster.secondaries: 2 needs a cluster to read from: use at least 3 primaries`}},
		"copies before 5": {"copies: {primaries: 3}", []string{
			`neo4j:cluster.copies: {"primaries":3,"secondaries":0} is for 5.x and later: leave it out: up to 4.4 every core has a copy of every database`}},
		"more copies than primaries": {"release: 5.26.30\ncopies: {primaries: 5}", []string{
			`neo4j:cluster.copies.primaries: 5 cannot be placed on the cluster's primaries: write 1 to as many as cluster.primaries`}},
		"resolver before its time": {"release: 3.1.9\ndiscovery: {type: K8S}", []string{
			`neo4j:cluster.discovery: {"type":"K8S","version":""} is not to be had: Neo4j 3.1 finds members by LIST only`}},
		"version of discovery that is gone": {"release: 2026.08.1\ndiscovery: {version: V1_ONLY}", []string{
			`neo4j:cluster.discovery: {"type":"LIST","version":"V1_ONLY"} is not to be had: Neo4j 2026.01 to 2026.12 knows one version of discovery: leave it out`}},
		"metrics of Community": {"release: 5.26.30\nedition: community\nprimaries: 1\nmetrics: true", []string{
			`neo4j:cluster.metrics: true is not to be had: Prometheus metrics came with Enterprise 3.5: leave it out`}},
		"image of another release": {"release: 5.26.30\nimage: {name: 'neo4j:5.25.1-enterprise'}", []string{
			`neo4j:cluster.image.name: "neo4j:5.25.1-enterprise" is not enterprise 5.26.30: set cluster.release and cluster.edition to what the image is, or take neo4j:5.26.30-enterprise`}},
		"image of another edition": {"release: 5.26.30\nimage: {name: 'registry.example/neo4j:5.26.30'}", []string{
			`neo4j:cluster.image.name: "registry.example/neo4j:5.26.30" is not enterprise 5.26.30: set cluster.release and cluster.edition to what the image is, or take neo4j:5.26.30-enterprise`}},
		"malformed storage": {"storage: {size: 10GiB5}", []string{
			`neo4j:cluster.storage.size: "10GiB5" is not an amount of bytes: write a number and a unit, such as 10Gi or 512Mi`}},
		"memory over the limit": {"memory: {heap: 1g, pageCache: 512m}\nresources: {memory: 1Gi}", []string{
			`neo4j:cluster.memory: "heap 1g, page cache 512m" does not fit: heap 1g + page cache 512m + 224m for the JVM itself are 1760m, over the limit of 1g: raise cluster.resources.memory, or lower cluster.memory.heap or pageCache`}},
		"name": {"name: Neo4j_1", []string{
			`neo4j:cluster.name: "Neo4j_1" is not a DNS label: begin with a letter, then at most 62 lower-case letters, digits and dashes, not ending in a dash`}},
		"namespace": {"namespace: -graph", []string{
			`neo4j:cluster.namespace: "-graph" is not a DNS label: write at most 63 lower-case letters, digits and dashes, not beginning or ending in a dash`}},
		"name too long for a pool": {"name: a2345678901234567890123456789012345678901234567890", []string{
			`neo4j:cluster.name: "a2345678901234567890123456789012345678901234567890" makes the name of a StatefulSet longer than 52 characters: use at most 47 characters`}},
		"full name too long": {"clusterDomain: " + longDomain(), []string{
			`neo4j:cluster.clusterDomain: "` + longDomain()[:79] + `… makes a member's full name 259 characters long, over 253: shorten cluster.name, cluster.namespace or the domain`}},
		"licence": {"acceptLicense: 'no'", []string{
			`neo4j:cluster.acceptLicense: "no" does not accept the licence of Neo4j Enterprise 3.5.0-beta03: read your licence and write "yes", or choose edition: community with primaries: 1`}},
		"setting of the topology": {"settings: {dbms.mode: SINGLE}", []string{
			`neo4j:cluster.settings.dbms.mode: "SINGLE" is decided by the program: leave it out: it follows from primaries, secondaries and the members' names`}},
		"setting that breaks its line": {`settings: {dbms.logs.query.enabled: "true\ndbms.mode=SINGLE"}`, []string{
			`neo4j:cluster.settings.dbms.logs.query.enabled: "true\ndbms.mode=SINGLE" has a line break or another control character, which would break its line: write it on one line`}},
		"platform": {"platform: azure", []string{
			`neo4j:cluster.platform: "azure" is not known: write one of dev, eks, existing, gke, minikube`}},
		"everything at once": {"primaries: 0\nstorage: {size: x}\nnam: abc", []string{
			`neo4j:cluster.storage.size: "x" is not an amount of bytes: write a number and a unit, such as 10Gi or 512Mi`,
			`neo4j:cluster.nam: "abc" is not a key this program knows: did you mean name?`,
			`neo4j:cluster.primaries: 0 is no cluster: write an odd number from 1 to 11, such as 3`}},
		"read replicas of one server": {"primaries: 1\nsecondaries: 2", []string{
			`neo4j:cluster.secondaries: 2 needs a cluster to read from: use at least 3 primaries`}},
		"class and hostPath": {"storage: {class: fast, hostPath: /data}", []string{
			`neo4j:cluster.storage.class: "fast" and hostPath exclude each other: leave one of them out`}},
		"duration": {"timeouts: {ready: soon}", []string{
			`neo4j:cluster.timeouts.ready: "soon" is not a duration of whole seconds, at most a day: write a number and a unit, such as 90s or 10m`}},
		"object for a text": {"name: {a: b}", []string{
			`neo4j:cluster.name: {"a":"b"} is not a text: write one value in quotes`}},
	} {
		t.Run(name, func(t *testing.T) {
			text := "platform: dev\n" + c.text
			if name != "licence" {
				text = licensed + text
			}
			if name == "platform" {
				text = licensed + c.text
			}
			_, err := parse(t, text)
			var got []string
			problems, ok := err.(Problems) //nolint:errorlint // Parse promises this very type
			require.True(t, ok, "%v", err)
			for _, p := range problems {
				got = append(got, p.String())
			}
			assert.Equal(t, c.want, got)
			assert.ErrorContains(t, err, "nothing was touched")
		})
	}
}

// longDomain is a valid DNS name so long that members' names pass 253 characters.
func longDomain() string {
	domain := ""
	for range 23 {
		domain += "a23456789."
	}
	return domain[:len(domain)-1]
}

func TestAnEvenNumberIsAWarning(t *testing.T) {
	stack, err := parse(t, licensed+"platform: dev\nprimaries: 4")
	require.NoError(t, err)
	assert.Equal(t, []string{"neo4j:cluster.primaries: 4 is even: it survives the loss of no more members than 3 would"}, stack.Warnings)
}

func TestPasswordsTheEntrypointChokesOn(t *testing.T) {
	for password, want := range map[string]string{
		"short":      "has 5 characters, under 8",
		"neo4j":      "is the default that Neo4j refuses",
		"with/slash": "has a '/', which ends the password in NEO4J_AUTH",
		"-leading-1": "begins with '-', which the admin command takes for an option",
		"two words1": "has white space, a quote",
		"quote'quot": "has white space, a quote",
		"dollar$one": "has white space, a quote",
	} {
		problems := checkPassword(password, plan.Plan{})
		require.NotEmpty(t, problems, password)
		assert.ErrorContains(t, problems, "neo4j:password: [secret] ")
		assert.ErrorContains(t, problems, want)
		assert.NotContains(t, problems.Error(), "[secret] "+password)
	}
	assert.Empty(t, checkPassword("correct-horse-battery", plan.Plan{}))
}

func TestQuotedNumbersAreNumbers(t *testing.T) {
	stack, err := parse(t, licensed+"platform: dev\nprimaries: '5'\nprotect: 'true'\nmemory: {heap: 300m, pageCache: 64Mi}")
	require.NoError(t, err)
	assert.Equal(t, 5, stack.Plan.Primaries)
	assert.True(t, stack.Plan.Protect)
	assert.Equal(t, neo4j.Memory{Heap: 300 << 20, PageCache: 64 << 20}, stack.Plan.Memory)
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "null", "[]", "{}", `{"primaries":5,"acceptLicense":"yes"}`, `{"storage":{"size":"10GiB5"}}`, `{"memory":{"heap":-1}}`, `{"platform":"gke"}`,
		`{"acceptLicense":"yes","platform":"dev","plugins":["apoc",{"name":"bloom","licenseSecret":"a"}],"apoc":{"apoc.a":"b\\\\c"},"env":{"A":{"secret":"b","key":"c"}}}`,
		`{"acceptLicense":"yes","platform":"dev","jvm":{"mode":"replace","arguments":"-Da,-Db"},"volumes":[{"name":"a","mountPath":"/plugins","secret":"b"}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		stack, err := Parse(raw)
		if err != nil {
			if _, ok := err.(Problems); !ok { //nolint:errorlint // Parse promises this very type
				t.Fatalf("an error that is no list of problems: %v", err)
			}
			return
		}
		var again Problems
		validate(&stack, &again)
		require.Empty(t, again, "what was accepted is valid")
		for _, role := range []neo4j.Role{neo4j.Primary, neo4j.Secondary} {
			_, err := neo4j.Conf(stack.Plan.Neo4j(), role)
			require.NoError(t, err, "what was accepted renders")
		}
		_, err = json.Marshal(stack.Plan.Topology())
		require.NoError(t, err)
	})
}

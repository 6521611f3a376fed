package cluster

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/summary"
)

func small(primaries, secondaries int) plan.Plan {
	return plan.Plan{
		Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local", Image: "neo4j:3.5.35-enterprise", AcceptLicense: "yes",
		Spec: neo4j.Spec{Release: neo4j.MustRelease("3.5.35"), Edition: neo4j.Enterprise, Primaries: primaries, Secondaries: secondaries},
	}
}

// edits give each fact of a plan another text.
var edits = map[string]func(*plan.Plan){
	"image.name":              func(p *plan.Plan) { p.Image = "other:1" },
	"image.pullPolicy":        func(p *plan.Plan) { p.ImagePullPolicy = "Always" },
	"acceptLicense":           func(p *plan.Plan) { p.AcceptLicense = "eval" },
	"resources.cpu":           func(p *plan.Plan) { p.Resources.CPURequest = 1500 },
	"resources.cpuLimit":      func(p *plan.Plan) { p.Resources.CPULimit = 2000 },
	"resources.memory":        func(p *plan.Plan) { p.Resources.Memory = 8 << 30 },
	"metrics":                 func(p *plan.Plan) { p.Metrics = true },
	"plugins":                 func(p *plan.Plan) { p.Extras.Plugins = []neo4j.Plugin{{Name: "apoc"}} },
	"apoc":                    func(p *plan.Plan) { p.Extras.Apoc = map[string]string{"apoc.import.file.enabled": "true"} },
	"logging.server":          func(p *plan.Plan) { p.Extras.Logging.Server = "<Configuration/>" },
	"logging.user":            func(p *plan.Plan) { p.Extras.Logging.User = "<Configuration/>" },
	"settings":                func(p *plan.Plan) { p.SettingSecrets = map[string]plan.SecretKey{"dbms.x": {Secret: "mine", Key: "x"}} },
	"env":                     func(p *plan.Plan) { p.Env = map[string]string{"TZ": "UTC"} },
	"envFrom":                 func(p *plan.Plan) { p.EnvFrom = []string{"tracing"} },
	"volumes":                 func(p *plan.Plan) { p.Volumes = []plan.Volume{{Name: "import", MountPath: "/import"}} },
	"placement.separateNodes": func(p *plan.Plan) { p.Placement.RequireSeparateNodes = true },
	"placement.nodeSelector":  func(p *plan.Plan) { p.Placement.NodeSelector = map[string]string{"disk": "fast"} },
	"timeouts.shutdown":       func(p *plan.Plan) { p.Timeouts.Shutdown = 3600 },
	"headStart":               func(p *plan.Plan) { p.HeadStart = 5 },
	"restart":                 func(p *plan.Plan) { p.Restart = "now" },
	"storage.provisioner": func(p *plan.Plan) {
		p.Storage.OwnClass, p.Storage.CreateClass, p.Storage.Class, p.Storage.Provisioner = true, true, "own", "a.b"
	},
	"storage.selector":           func(p *plan.Plan) { p.Storage.Selector = map[string]string{"disk": "fast"} },
	"expose.type":                func(p *plan.Plan) { p.Expose.Type = "NodePort" },
	"expose.annotations":         func(p *plan.Plan) { p.Expose.Annotations = map[string]string{"a": "b"} },
	"expose.class":               func(p *plan.Plan) { p.Expose.Balancer.Class = "service.k8s.aws/nlb" },
	"expose.address":             func(p *plan.Plan) { p.Expose.Balancer.Address = "10.0.0.9" },
	"expose.sourceRanges":        func(p *plan.Plan) { p.Expose.Balancer.SourceRanges = []string{"10.0.0.0/8"} },
	"expose.trafficPolicy":       func(p *plan.Plan) { p.Expose.Balancer.TrafficPolicy = "Local" },
	"expose.healthCheckPort":     func(p *plan.Plan) { p.Expose.Balancer.HealthCheckPort = 32000 },
	"expose.nodePorts.bolt":      func(p *plan.Plan) { p.Expose.NodePorts.Bolt = 32687 },
	"expose.nodePorts.http":      func(p *plan.Plan) { p.Expose.NodePorts.HTTP = 32474 },
	"expose.httpInside":          func(p *plan.Plan) { p.Expose.HTTPInside = true },
	"expose.ingress.host":        func(p *plan.Plan) { p.Expose.Ingress.Host = "graph.example.org" },
	"expose.ingress.class":       func(p *plan.Plan) { p.Expose.Ingress.Class = "nginx" },
	"expose.ingress.tlsSecret":   func(p *plan.Plan) { p.Expose.Ingress.TLSSecret = "graph" },
	"expose.ingress.annotations": func(p *plan.Plan) { p.Expose.Ingress.Annotations = map[string]string{"a": "b"} },
	"expose.route.gateway":       func(p *plan.Plan) { p.Expose.Route.Gateway = "web" },
	"expose.route.namespace":     func(p *plan.Plan) { p.Expose.Route.Namespace = "gateways" },
	"expose.route.listener":      func(p *plan.Plan) { p.Expose.Route.Listener = "https" },
	"expose.route.host":          func(p *plan.Plan) { p.Expose.Route.Host = "graph.example.org" },
	"expose.members.type":        func(p *plan.Plan) { p.Expose.Members.Type = "LoadBalancer" },
	"expose.members.address": func(p *plan.Plan) {
		p.Expose.Members = plan.MemberExposure{Type: "LoadBalancer", Address: "{member}.graph.example.org"}
	},
	"expose.members.nodePort": func(p *plan.Plan) {
		p.Expose.Members = plan.MemberExposure{Type: plan.ByNodePort, Address: "graph.example.org", NodePort: 31000}
	},
	"expose.members.annotations": func(p *plan.Plan) { p.Expose.Members.Annotations = map[string]string{"a": "{member}"} },
	"protect":                    func(p *plan.Plan) { p.Protect = true },
	"copies.placement":           func(p *plan.Plan) { p.Reallocate = true },
	"rolling.waive":              func(p *plan.Plan) { p.Rolling.Waive = []string{plan.GateBackup} },
	"verify.enabled":             func(p *plan.Plan) { p.Verify.Enabled = true },
	"verify.canary":              func(p *plan.Plan) { p.Verify.Canary = true },
	"timeouts.ready":             func(p *plan.Plan) { p.Timeouts.Ready = 60 },
	"timeouts.verify":            func(p *plan.Plan) { p.Timeouts.Verify = 60 },
	"timeouts.scaleIn":           func(p *plan.Plan) { p.Timeouts.ScaleIn = 60 },

	"image.pullSecrets":               func(p *plan.Plan) { p.PullSecrets = []string{"registry"} },
	"resources.memoryLimit":           func(p *plan.Plan) { p.Resources.MemoryLimit = 16 << 30 },
	"resources.ephemeralStorage":      func(p *plan.Plan) { p.Resources.Ephemeral = 1 << 30 },
	"resources.ephemeralStorageLimit": func(p *plan.Plan) { p.Resources.EphemeralLimit = 1 << 30 },
	"storage.volumes": func(p *plan.Plan) {
		p.UseVolumes = map[string]plan.UseVolume{"logs": {Mode: plan.Shared, Folder: "logs"}}
	},
	"serviceAccount.name":        func(p *plan.Plan) { p.ServiceAccount.Name = "graph" },
	"serviceAccount.annotations": func(p *plan.Plan) { p.ServiceAccount.Annotations = map[string]string{"a": "b"} },
	"tls.bolt":                   encrypts(neo4j.BoltScope),
	"tls.https":                  encrypts(neo4j.HTTPSScope),
	"tls.cluster":                encrypts(neo4j.ClusterScope),
	"tls.backup":                 encrypts(neo4j.BackupScope),
	"tls.source": func(p *plan.Plan) {
		p.Certificates = plan.Certificates{Source: plan.SelfSigned, Days: 90, RenewDays: 30}
	},
	"tls.names": func(p *plan.Plan) { p.Certificates.Names = []string{"graph.example.org"} },

	"network.clients": func(p *plan.Plan) { p.Network.Clients = []networkingv1.NetworkPolicyPeer{} },
	"network.metrics": func(p *plan.Plan) { p.Network.Metrics = []networkingv1.NetworkPolicyPeer{} },
	"network.backup": func(p *plan.Plan) {
		p.Network.Backup = []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}}
	},
	"podSecurity.user":          func(p *plan.Plan) { p.PodSecurity.NoUser = true },
	"podSecurity.readOnlyRoot":  func(p *plan.Plan) { p.PodSecurity.ReadOnlyRoot = true },
	"placement.tolerations":     func(p *plan.Plan) { p.Placement.Tolerations = []corev1.Toleration{{Key: "dedicated"}} },
	"placement.nodeAffinity":    func(p *plan.Plan) { p.Placement.NodeAffinity = &corev1.NodeAffinity{} },
	"placement.podAffinity":     func(p *plan.Plan) { p.Placement.PodAffinity = &corev1.PodAffinity{} },
	"placement.podAntiAffinity": func(p *plan.Plan) { p.Placement.PodAntiAffinity = &corev1.PodAntiAffinity{} },
	"placement.zones":           func(p *plan.Plan) { p.Placement.Zones = plan.RequireSpread },
	"placement.priorityClass":   func(p *plan.Plan) { p.Placement.PriorityClass = "critical" },
	"placement.runtimeClass":    func(p *plan.Plan) { p.Placement.RuntimeClass = "gvisor" },
	"pod.labels":                func(p *plan.Plan) { p.PodLabels = map[string]string{"team": "graph"} },
	"pod.annotations":           func(p *plan.Plan) { p.PodAnnotations = map[string]string{"team": "graph"} },
	"pod.initContainers":        func(p *plan.Plan) { p.InitContainers = []corev1.Container{{Name: "fetch", Image: "busybox:1.37"}} },
	"pod.sidecars":              func(p *plan.Plan) { p.Sidecars = []corev1.Container{{Name: "shipper", Image: "fluent-bit:4.0"}} },
	"ipFamilyPolicy":            func(p *plan.Plan) { p.Addresses.Policy = "PreferDualStack" },
	"ipFamilies":                func(p *plan.Plan) { p.Addresses.Families = []string{"IPv4"} },
}

func encrypts(scope neo4j.Scope) func(*plan.Plan) {
	return func(p *plan.Plan) {
		p.TLS = map[neo4j.Scope]neo4j.Encrypted{scope: {Demand: neo4j.TLSOptional, ClientAuth: neo4j.AuthNone}}
	}
}

// A fact says of itself whether another text replaces members; the pods themselves know.
func TestFactsDoWhatTheySay(t *testing.T) {
	before, err := Pods(small(3, 2))
	require.NoError(t, err)
	for _, fact := range plan.Facts {
		edit := edits[fact.Path]
		require.NotNil(t, edit, "%s: an edit", fact.Path)
		after := small(3, 2)
		edit(&after)
		assert.NotEqual(t, small(3, 2).Record().Facts[fact.Path], after.Record().Facts[fact.Path], fact.Path)
		digests, err := Pods(after)
		require.NoError(t, err, fact.Path)
		assert.Equal(t, fact.Does == plan.ByReplacement, !maps.Equal(before, digests), fact.Path)
	}
	assert.Len(t, edits, len(plan.Facts))
}

// says is what a preview says of the change from one plan, as a state has it, to the next.
func says(t *testing.T, before plan.Plan, after plan.Plan, forget ...resource.PropertyKey) summary.Summary {
	t.Helper()
	state := stateOf(t, before)
	for _, key := range forget {
		delete(state, key)
	}
	record, err := recordOf(state)
	require.NoError(t, err)
	digests, err := Pods(after)
	require.NoError(t, err)
	return summary.Of(summary.Change{
		Change: plan.Change{Before: &record, After: after}, Conf: confBefore(state), PodsBefore: podsBefore(state), PodsAfter: digests,
	})
}

// stateOf are the inputs of the component Plan as the guard registers them, which the state keeps.
func stateOf(t *testing.T, p plan.Plan) resource.PropertyMap {
	t.Helper()
	kept := &keeper{}
	require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
		inputs, err := (&guard{GuardArgs: &GuardArgs{Plan: p}}).inputs()
		if err != nil {
			return err
		}
		return ctx.RegisterComponentResourceV2(PlanToken, "plan", inputs, &Plan{})
	}, pulumi.WithMocks("neo4j", "dev", kept)))
	require.NotEmpty(t, kept.inputs)
	return kept.inputs
}

// keeper is an engine that keeps the inputs of the one resource.
type keeper struct{ inputs resource.PropertyMap }

func (k *keeper) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	if args.TypeToken == PlanToken {
		k.inputs = args.Inputs
	}
	return args.Name, args.Inputs, nil
}

func (*keeper) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }

// A state of any time before has less: what it does not have is not compared.
func TestAnOlderStateInventsNothing(t *testing.T) {
	for _, primaries := range []int{1, 3} {
		p := small(primaries, 0)
		p.Storage.Size, p.Timeouts.Shutdown, p.HeadStart, p.Image = 1<<30, 120, 2, "neo4j:5.26.30-enterprise"
		p.Release, p.Copies = neo4j.MustRelease("5.26.30"), neo4j.Copies{Primaries: primaries}
		p.Discovery = neo4j.Discovery{Type: "LIST", Version: neo4j.OnlyV2}
		for _, forget := range [][]resource.PropertyKey{
			nil, {"facts"}, {"facts", "conf"}, {"facts", "conf", "members"}, {"facts", "primaryCopies", "secondaryCopies"},
			{"facts", "discoveryType"}, {"facts", "discoveryVersion"}, {"facts", "clusterDomain"},
		} {
			assert.Equal(t, summary.Nothing, says(t, p, p, forget...).Kind, "%v of %d: %s", forget, primaries, says(t, p, p, forget...).Text())
		}
		after := p
		after.Restart, after.Timeouts.Ready = "now", 5
		assert.Len(t, says(t, p, after).Changes, 2)
		old := says(t, p, after, "facts")
		assert.Empty(t, old.Changes)
		assert.Len(t, old.Members.Replaced, primaries, "the pods say so, in any state")
		assert.Len(t, old.Notes, 1, "and that it is not shown why")
	}
}

func TestAPreviewSaysHowManyMembersAreReplaced(t *testing.T) {
	all := "replaces 5 of 5 members, one at a time, the one that leads most databases last"
	for name, test := range map[string]struct {
		change func(*plan.Plan)
		want   string
	}{
		"nothing":   {func(*plan.Plan) {}, "nothing changes for the running cluster"},
		"a restart": {func(p *plan.Plan) { p.Restart = "now" }, all},
		"a setting": {func(p *plan.Plan) { p.Settings = map[string]string{"causal_clustering.pull_interval": "9s"} }, all},
		"one that running members take": {func(p *plan.Plan) { p.Settings = map[string]string{"dbms.transaction.timeout": "9s"} },
			"applied live, nobody restarts: dbms.transaction.timeout its default -> 9s (cluster.settings)"},
		"growing":    {func(p *plan.Plan) { p.Primaries, p.Secondaries = 5, 3 }, "adds neo4j-3, neo4j-4, neo4j-read-2: no running member restarts for it"},
		"both":       {func(p *plan.Plan) { p.Secondaries, p.Restart = 1, "now" }, "replaces 4 of 4 members, one at a time, the one that leads most databases last"},
		"a check":    {func(p *plan.Plan) { p.Verify.Enabled = true }, "concerns updates alone: neo4j:cluster.verify.enabled: false -> true"},
		"head start": {func(p *plan.Plan) { p.HeadStart = 5 }, "replaces 3 of 5 members, one at a time, the one that leads most databases last"},
	} {
		after := small(3, 2)
		test.change(&after)
		lines := slices.Collect(linesOf(says(t, small(3, 2), after)))
		assert.Contains(t, lines, test.want, name)
	}
	one := small(1, 0)
	one.Restart = "now"
	assert.Contains(t, slices.Collect(linesOf(says(t, small(1, 0), one))), "replaces the server: nobody is served until it has started again")
}

func linesOf(s summary.Summary) func(yield func(string) bool) {
	return strings.SplitSeq(s.Text(), "\n")
}

// A value that no variable of the image carries stays in the file that is part of the pods, though running members would take it.
func TestAValueThatNoVariableCarriesReplacesMembers(t *testing.T) {
	before := small(3, 0)
	before.Release, before.Copies = neo4j.MustRelease("5.26.30"), neo4j.Copies{Primaries: 3}
	before.Discovery = neo4j.Discovery{Type: "LIST", Version: neo4j.OnlyV2}
	const name = "dbms.routing.client_side.enforce_for_domains"
	for value, want := range map[string]plan.Effect{"*.example.org": plan.ByReplacement, "example.org": plan.ByReplacement} {
		after := before
		after.Settings = map[string]string{name: value}
		s := says(t, before, after)
		require.Len(t, s.Settings, 1)
		assert.Equal(t, want, s.Settings[0].Effect, "%s, from *.cluster.local,*.svc", value)
		assert.Len(t, s.Members.Replaced, 3)
	}
	before.Settings = map[string]string{name: "example.org"}
	after := before
	after.Settings = map[string]string{name: "example.net"}
	s := says(t, before, after)
	require.Len(t, s.Settings, 1)
	assert.Equal(t, plan.TakenLive, s.Settings[0].Effect)
	assert.Empty(t, s.Members.Replaced)
}

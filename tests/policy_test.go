package tests

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"neo4j-kubernetes/policy"
	"neo4j-kubernetes/render"
)

// analyzer is the policy pack behind its gRPC interface, as the engine asks it.
func analyzer(t *testing.T) plugin.Analyzer {
	t.Helper()
	pack, err := policy.Pack()
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	pulumirpc.RegisterAnalyzerServer(server, plugin.NewAnalyzerServer(policy.NewAnalyzer(pack)))
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	connection, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	ctx, err := plugin.NewContext(t.Context(), nil, nil, nil, nil, t.TempDir(), nil, false, nil, nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = ctx.Close() })
	return plugin.NewAnalyzerWithClient(ctx, policy.Name, pulumirpc.NewAnalyzerClient(connection))
}

// violations are what the pack says of a stack's resources, each one by one and all together, sorted: level, policy, object and the
// message without the description.
func violations(t *testing.T, a plugin.Analyzer, rec *recorder) []string {
	t.Helper()
	var said []string
	add := func(response plugin.AnalyzeResponse, err error) {
		require.NoError(t, err)
		for _, d := range response.Diagnostics {
			_, message, _ := strings.Cut(d.Message, "\n")
			said = append(said, fmt.Sprintf("%s %s: %s: %s", d.EnforcementLevel, d.PolicyName, d.URN.Name(), message))
		}
	}
	var all []plugin.AnalyzerStackResource
	for _, d := range rec.resources {
		r := plugin.AnalyzerResource{
			URN: resource.NewURN("test", "neo4j", "", tokens.Type(d.Token), d.Name), Type: tokens.Type(d.Token), Name: d.Name,
			Properties: d.Inputs, Options: plugin.AnalyzerResourceOptions{Protect: d.Protect},
		}
		all = append(all, plugin.AnalyzerStackResource{AnalyzerResource: r})
		response, err := a.Analyze(r)
		add(response, err)
	}
	response, err := a.AnalyzeStack(all)
	add(response, err)
	slices.Sort(said)
	return said
}

// TestGoldenStacksKeepThePolicies: nothing mandatory is broken; what is advised against is known by name.
func TestGoldenStacksKeepThePolicies(t *testing.T) {
	a := analyzer(t)
	const clear = ", and neo4j.conf has no level of Bolt's encryption: passwords and data cross the network in the clear"
	advised := map[string]string{
		"minikube": "advisory tls-outside: neo4j-client: clients come by a NodePort" + clear,
		"gke":      "advisory tls-outside: neo4j-client: clients come by a LoadBalancer" + clear,
		"eks":      "advisory tls-outside: neo4j-client: clients come by a LoadBalancer" + clear,
	}
	exposed := map[string]int{"members-balanced": 4, "members-ports": 5, "members-blog-post": 3} // Services of the members' own
	for name, c := range goldenStacks() {
		var want []string
		if line := advised[c.stack]; line != "" && name != "certificates" && !strings.HasPrefix(name, "tls-") {
			want = []string{line}
		}
		if name == "members-ports" {
			want = []string{advised["minikube"]}
		}
		if name == "http-inside" {
			want = append(want, "advisory tls-outside: neo4j-http: clients come by an Ingress that has no spec.tls, nor a certificate by its cloud's annotation: "+
				"passwords and data cross the network in the clear")
		}
		found := violations(t, a, declare(t, c.stack, c.edits))
		others := slices.DeleteFunc(slices.Clone(found), func(line string) bool {
			return strings.HasPrefix(line, "advisory tls-outside: ") && strings.Contains(line, "-outside: clients come by a ")
		})
		assert.Equal(t, want, others, name)
		assert.Len(t, found, len(want)+exposed[name], name)
	}
}

// TestPoliciesAreBroken: a stack that breaks a rule is told so in the rule's words, and of nothing else.
func TestPoliciesAreBroken(t *testing.T) {
	a := analyzer(t)
	for _, c := range []struct {
		name, stack string
		edits       map[string]any
		spoil       func(rec *recorder)
		want        []string
	}{
		{"a privileged container", "dev", nil, func(rec *recorder) {
			container(rec)["securityContext"].ObjectValue()["privileged"] = resource.NewProperty(true)
		}, []string{"mandatory no-privileged-pod: neo4j: container neo4j has securityContext.privileged: set it to false"}},
		{"the node's network", "dev", nil, func(rec *recorder) {
			dig(statefulSets(rec)["neo4j"]["spec"], "template", "spec").ObjectValue()["hostNetwork"] = resource.NewProperty(true)
		}, []string{"mandatory no-privileged-pod: neo4j: the pod has hostNetwork: take it away"}},
		{"no tag", "dev", nil, func(rec *recorder) { container(rec)["image"] = resource.NewProperty("registry:5000/neo4j") },
			[]string{"mandatory pinned-image: neo4j: container neo4j runs registry:5000/neo4j, which has no tag: name the release"}},
		{"latest", "dev", nil, func(rec *recorder) { container(rec)["image"] = resource.NewProperty("neo4j:latest") },
			[]string{"mandatory pinned-image: neo4j: container neo4j runs neo4j:latest, which is another image tomorrow: name the release"}},
		{"a digest", "dev", nil, func(rec *recorder) { container(rec)["image"] = resource.NewProperty("neo4j@sha256:00") }, nil},
		{"no licence", "dev", nil, func(rec *recorder) {
			container(rec)["env"] = resource.NewProperty([]resource.PropertyValue{})
			container(rec)["image"] = resource.NewProperty("neo4j:5.26.30-enterprise")
		}, []string{`mandatory license-accepted: neo4j: container neo4j runs neo4j:5.26.30-enterprise and NEO4J_ACCEPT_LICENSE_AGREEMENT is "": ` +
			`read the licence, then set cluster.acceptLicense to yes or eval`}},
		{"no budget", "dev", nil, func(rec *recorder) {
			rec.resources = slices.DeleteFunc(rec.resources, func(d render.Resource) bool { return strings.HasSuffix(d.Token, ":PodDisruptionBudget") })
		}, []string{"mandatory disruption-budget: neo4j: 3 voting members have no PodDisruptionBudget: declare one with minAvailable 2"}},
		{"a budget of one", "dev", nil, func(rec *recorder) {
			for _, o := range rec.objects() {
				if o.Name == "neo4j" && strings.HasSuffix(o.Token, ":PodDisruptionBudget") {
					o.Inputs["spec"].ObjectValue()["minAvailable"] = resource.NewProperty(1.0)
				}
			}
		}, []string{"mandatory disruption-budget: neo4j: leaves 1 of 3 voting members, and the quorum is 2: set minAvailable to 2"}},
		{"even primaries", "dev", map[string]any{"primaries": 4}, nil,
			[]string{"advisory odd-primaries: neo4j: 4 voting members bear the loss of 1, as many as 3 do: set cluster.primaries to 3 or 5"}},
		{"data that goes, protected", "dev", map[string]any{"storage": map[string]any{"retain": false}}, func(rec *recorder) {
			for i, d := range rec.resources {
				rec.resources[i].Protect = d.Name == "neo4j" && strings.HasSuffix(d.Token, ":StatefulSet")
			}
		}, []string{
			"mandatory data-retained: neo4j: claims are deleted when it shrinks, and the members are protected: set cluster.storage.retain to true",
			"mandatory data-retained: neo4j: claims are deleted with the StatefulSet, and the members are protected: set cluster.storage.retain to true",
		}},
		{"data that goes, not protected", "dev", map[string]any{"storage": map[string]any{"retain": false}}, nil, nil},
		{"an open load balancer", "dev", map[string]any{"expose": map[string]any{"type": "LoadBalancer"}}, nil, []string{
			"advisory tls-outside: neo4j-client: clients come by a LoadBalancer, and neo4j.conf has no level of Bolt's encryption: passwords and data cross the network in the clear",
			"mandatory source-ranges: neo4j-client: the load balancer is external and serves everybody: give it source ranges, or keep it internal by its cloud's annotation",
		}},
		{"members in the open", "dev", map[string]any{"primaries": 3, "expose": map[string]any{"type": "ClusterIP", "members": map[string]any{"type": "LoadBalancer", "address": "{member}.example.org"}}},
			func(rec *recorder) {
				rec.resources = slices.DeleteFunc(rec.resources, func(d render.Resource) bool {
					return strings.HasSuffix(d.Name, "-outside") && d.Name != "neo4j-1-outside"
				})
			}, []string{
				"advisory tls-outside: neo4j-1-outside: clients come by a LoadBalancer, and neo4j.conf has no level of Bolt's encryption: passwords and data cross the network in the clear",
				"mandatory source-ranges: neo4j-1-outside: the load balancer is external and serves everybody: give it source ranges, or keep it internal by its cloud's annotation",
			}},
		{"a class that is inside", "dev", map[string]any{"expose": map[string]any{"type": "LoadBalancer", "class": "networking.gke.io/l4-regional-internal"}}, nil, []string{
			"advisory tls-outside: neo4j-client: clients come by a LoadBalancer, and neo4j.conf has no level of Bolt's encryption: passwords and data cross the network in the clear",
		}},
		{"everybody", "dev", map[string]any{
			"expose": map[string]any{"type": "LoadBalancer", "annotations": map[string]any{"service.beta.kubernetes.io/load-balancer-source-ranges": "10.0.0.0/8, 0.0.0.0/0"}},
		}, nil, []string{
			"advisory tls-outside: neo4j-client: clients come by a LoadBalancer, and neo4j.conf has no level of Bolt's encryption: passwords and data cross the network in the clear",
			"mandatory source-ranges: neo4j-client: the load balancer is external and its source range 0.0.0.0/0 is everybody: name the networks of its clients",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := declare(t, c.stack, c.edits)
			if c.spoil != nil {
				c.spoil(rec)
			}
			assert.Equal(t, c.want, violations(t, a, rec))
		})
	}
}

// container is the members' own container, of the primaries.
func container(rec *recorder) resource.PropertyMap {
	return dig(statefulSets(rec)["neo4j"]["spec"], "template", "spec", "containers", 0).ObjectValue()
}

// TestPolicyLevels: every rule has a level and a sentence, and a pack's configuration may set another level.
func TestPolicyLevels(t *testing.T) {
	a := analyzer(t)
	info, err := a.GetAnalyzerInfo()
	require.NoError(t, err)
	levels := map[string]apitype.EnforcementLevel{}
	for _, p := range info.Policies {
		levels[p.Name] = p.EnforcementLevel
		assert.NotEmpty(t, p.Description, p.Name)
	}
	assert.Equal(t, map[string]apitype.EnforcementLevel{
		"no-privileged-pod": apitype.Mandatory, "pinned-image": apitype.Mandatory, "license-accepted": apitype.Mandatory, "disruption-budget": apitype.Mandatory,
		"data-retained": apitype.Mandatory, "source-ranges": apitype.Mandatory, "odd-primaries": apitype.Advisory, "tls-outside": apitype.Advisory,
	}, levels)

	require.NoError(t, a.Configure(map[string]plugin.AnalyzerPolicyConfig{
		"tls-outside": {EnforcementLevel: apitype.Disabled}, "odd-primaries": {EnforcementLevel: apitype.Mandatory},
	}))
	assert.Equal(t, []string{"mandatory odd-primaries: neo4j: 2 voting members bear the loss of 0, as many as 1 do: set cluster.primaries to 1 or 3"},
		violations(t, a, declare(t, "minikube", map[string]any{"primaries": 2, "storage": map[string]any{"class": "standard"}})))
}

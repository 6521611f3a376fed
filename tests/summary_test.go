package tests

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"neo4j-kubernetes/cluster"
	"neo4j-kubernetes/config"
	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
	"neo4j-kubernetes/summary"
)

// values are edits of a stack's keys.
type values map[string]any

// TestGoldenSummaries shows in a diff what reviewers are told of a change, as lines, as a pull request's comment and as JSON.
func TestGoldenSummaries(t *testing.T) {
	five := values{"primaries": 5}
	restarted := values{"restart": "now"}
	live := values{"settings": values{"dbms.transaction.timeout": "30s"}}
	fixed := values{"secondaries": 1, "settings": values{"dbms.transaction.bookmark_ready_timeout": "90s"}}
	for name, c := range map[string]struct {
		stack string
		// before and after are edits of it as it is committed; before is nil where there was no cluster.
		before, after values
		found         *plan.Found
		// inPlace are the edits of the plan that the members' objects were last made of, where an update did not end.
		inPlace values
	}{
		"first-dev": {"dev", nil, nil, nil, nil}, "first-minikube": {"minikube", nil, nil, nil, nil}, "first-gke": {"gke", nil, nil, nil, nil}, "first-eks": {"eks", nil, nil, nil, nil}, "first-existing": {"existing", nil, nil, nil, nil},
		"first-community": {"dev", nil, values{"release": "5.26.30", "edition": "community", "primaries": 1, "storage": values{"retain": false}}, nil, nil},
		"first-taken-up":  {"dev", nil, nil, &plan.Found{Claims: map[string]plan.Claimed{"datadir-neo4j-0": {}, "datadir-neo4j-1": {}, "datadir-neo4j-2": {}}}, nil},
		"nothing":         {"dev", values{}, nil, nil, nil},
		"updates-alone":   {"gke", values{}, values{"timeouts": values{"ready": "20m"}, "verify": values{"canary": true}, "protect": false}, nil, nil},

		"scale-out":           {"dev", values{}, values{"primaries": 5, "secondaries": 2}, nil, nil},
		"scale-in":            {"dev", values{"primaries": 5, "secondaries": 2}, nil, nil, nil},
		"scale-in-drains":     {"gke", five, nil, nil, nil},
		"scale-in-deletes":    {"minikube", values{"primaries": 5, "storage": values{"retain": false}}, values{"storage": values{"retain": false}}, nil, nil},
		"scale-in-goes-on":    {"dev", five, nil, &plan.Found{Sizes: map[string]int{"neo4j": 4, "neo4j-read": 0}}, nil},
		"hundred-read":        {"dev", values{"secondaries": 98}, values{"secondaries": 100, "restart": "now"}, nil, nil},
		"setting-live":        {"dev", values{"settings": values{"dbms.transaction.timeout": "20s", "dbms.logs.query.threshold": "2s"}}, live, nil, nil},
		"setting-fixed":       {"dev", values{"secondaries": 1}, fixed, nil, nil},
		"setting-both":        {"dev", values{}, values{"settings": values{"dbms.transaction.timeout": "30s", "dbms.transaction.bookmark_ready_timeout": "90s"}}, nil, nil},
		"setting-first-start": {"gke", values{}, values{"copies": values{"primaries": 2}}, nil, nil},
		"setting-new-initial": {"gke", values{}, values{"settings": values{"initial.dbms.default_database": "movies"}}, nil, nil},
		"setting-of-a-secret": {"gke", values{"settings": values{"db.transaction.timeout": values{"secret": "mine", "key": "timeout"}}}, values{"settings": values{"db.transaction.timeout": "9s"}}, nil, nil},
		"setting-in-a-secret": {"gke", values{"settings": values{"db.transaction.timeout": "9s"}}, values{"settings": values{"db.transaction.timeout": values{"secret": "mine", "key": "timeout"}}}, nil, nil},
		"hostile-values":      {"gke", values{}, values{"restart": "`|*<b>\n- [x](http://e.org)"}, nil, nil},
		"memory":              {"gke", values{}, values{"resources": values{"memory": "8Gi", "cpu": "2"}}, nil, nil},
		"jvm":                 {"gke", values{}, values{"jvm": values{"arguments": []any{"-XX:+UseZGC"}}}, nil, nil},
		"a-value-not-shown":   {"gke", values{"env": values{"TOKEN": "one"}}, values{"env": values{"TOKEN": "two"}}, nil, nil},
		"disk":                {"gke", values{}, values{"storage": values{"size": "200Gi"}}, nil, nil},
		"disk-goes-on":        {"dev", values{}, nil, &plan.Found{Claims: map[string]plan.Claimed{"datadir-neo4j-0": {Capacity: 1 << 29}, "datadir-neo4j-1": {Capacity: 1 << 30}}}, nil},
		"release":             {"dev", values{"release": "3.5.0-beta02"}, nil, nil, nil},
		"release-4.4":         {"gke", values{"release": "4.3.24"}, values{"release": "4.4.38"}, nil, nil},
		"expose":              {"dev", values{}, values{"expose": values{"type": "LoadBalancer", "annotations": values{"networking.gke.io/load-balancer-type": "Internal"}}}, nil, nil},
		"expose-members": {"gke", values{}, values{"expose": values{"sourceRanges": []any{"10.0.0.0/8"},
			"members": values{"type": "LoadBalancer", "address": "{member}.graph.example.org"}}}, nil, nil},
		"expose-class":         {"gke", values{}, values{"expose": values{"class": "example.org/balancer"}}, nil, nil},
		"retain":               {"dev", values{}, values{"storage": values{"retain": false}}, nil, nil},
		"standalone-restarted": {"dev", values{"primaries": 1}, restarted, nil, nil},
		"unfinished":           {"dev", values{}, nil, &plan.Found{Sizes: map[string]int{"neo4j": 4}, Outdated: []string{"neo4j-0", "neo4j-2"}}, nil},
		"halfway":              {"dev", restarted, restarted, nil, values{}},
		"halfway-live":         {"dev", live, live, nil, values{}},
		"halfway-done":         {"dev", restarted, restarted, nil, restarted},
		"setting-3.1":          {"minikube", values{"release": "3.1.9"}, values{"release": "3.1.9", "settings": values{"dbms.tx_log.rotation.retention_policy": "2 days"}}, nil, nil},
		"setting-3.4":          {"minikube", values{"release": "3.4.18"}, values{"release": "3.4.18", "settings": values{"dbms.tx_log.rotation.retention_policy": "2 days"}}, nil, nil},
		"refused":              {"dev", values{}, values{"primaries": 1, "storage": values{"size": "512Mi"}}, nil, nil},
		// What is encrypted, and changes by which the certificate is made anew: members of 5.26 read it when they start, those of 2026 are told.
		"first-tls": {"gke", nil, with(managed("required"), values{"expose": values{"sourceRanges": []any{"10.0.0.0/8"}, "ingress": values{"host": "graph.example.org", "class": "nginx"},
			"route": values{"gateway": "web", "host": "graph.example.org"}}}), nil, nil},
		"tls-optional":    {"gke", values{}, managed("optional"), nil, nil},
		"tls-required":    {"gke", managed("optional"), managed("required"), nil, nil},
		"tls-names":       {"gke", managed("required"), managed("required", "graph.example.org"), nil, nil},
		"tls-names-told":  {"eks", managed("required"), managed("required", "graph.example.org"), nil, nil},
		"tls-http-inside": {"gke", managed("required"), with(managed("required"), values{"expose": values{"httpInside": true}}), nil, nil},
		"tls-members":     {"gke", with(managed("required"), outside), with(managed("required"), outside, five), nil, nil},
		"tls-source":      {"dev", values{"tls": values{"source": "selfSigned", "bolt": values{"mode": "required"}}}, managed("required"), nil, nil},
		"tls-days":        {"dev", values{"tls": values{"source": "selfSigned", "bolt": values{"mode": "required"}}}, values{"tls": values{"source": "selfSigned", "days": 30, "renewDays": 10, "bolt": values{"mode": "required"}}}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			change := changeOf(t, c.stack, c.before, c.after)
			change.Found = c.found
			if c.inPlace != nil {
				p := parsed(t, c.stack, c.inPlace)
				record := p.Record()
				settings, pods := made(t, p)
				record.Pods, record.Settings = pods, summary.Digest(settings)
				change.Found = &plan.Found{Record: &record}
			}
			change.Refused = plan.Refusals(change.Change)
			s := summary.Of(change)
			text, err := s.JSON()
			require.NoError(t, err)
			var back summary.Summary
			require.NoError(t, json.Unmarshal(text, &back))
			assert.Equal(t, s, back, "nothing is lost in JSON")
			requireMermaid(t, s.Mermaid())
			golden(t, filepath.Join("summaries", name+".txt"), s.Text()+"\n")
			golden(t, filepath.Join("summaries", name+".md"), s.Markdown())
			golden(t, filepath.Join("summaries", name+".json"), string(text))
		})
	}
}

// TestGoldenProblems shows what reviewers are told of a configuration that is wrong: nothing in it is Markdown, calls anybody or leads anywhere.
func TestGoldenProblems(t *testing.T) {
	_, err := config.Parse(stackConfig(t, "gke", values{
		"platform": "@octocat", "release": "https://evil.example", "edition": "`|*<b>\n- [x](http://e.org) #1", "<img src=x>@team/all": "www.evil.example",
	}))
	var problems config.Problems
	require.ErrorAs(t, err, &problems)
	var refusals []summary.Refusal
	for _, p := range problems {
		refusals = append(refusals, summary.Refusal{Path: p.Path, Value: p.Value, Reason: p.Reason, Mend: p.Mend, Text: p.String()})
	}
	golden(t, filepath.Join("summaries", "hostile-problems.md"), summary.OfProblems("organization/neo4j/gke", refusals).Markdown())
}

// changeOf is the change of a stack from edits to others, before and after which its members are made as the program makes them; before is nil where
// there was no cluster.
func changeOf(t *testing.T, stack string, before, after values) summary.Change {
	t.Helper()
	change := summary.Change{Change: plan.Change{Stack: "organization/neo4j/" + stack, After: parsed(t, stack, after)}}
	if before != nil {
		p := parsed(t, stack, before)
		record := p.Record()
		change.Before = &record
		change.Conf, change.PodsBefore = made(t, p)
	}
	_, change.PodsAfter = made(t, change.After)
	return change
}

// managed has Bolt encrypted by a certificate of cert-manager's.
func managed(mode string, names ...any) values {
	tls := values{"source": "certManager", "issuer": values{"name": "our-ca"}, "bolt": values{"mode": mode}}
	if len(names) > 0 {
		tls["names"] = names
	}
	return values{"tls": tls}
}

// outside are names of members outside that no wildcard covers.
var outside = values{"expose": values{"members": values{"type": "LoadBalancer", "address": "graph-{member}.example.org"}}}

func with(all ...values) values {
	one := values{}
	for _, v := range all {
		maps.Copy(one, v)
	}
	return one
}

func parsed(t *testing.T, stack string, edits values) plan.Plan {
	t.Helper()
	s, err := config.Parse(stackConfig(t, stack, edits))
	require.NoError(t, err)
	return s.Plan
}

func made(t *testing.T, p plan.Plan) (settings map[neo4j.Role]map[string][]string, pods map[neo4j.Role]string) {
	t.Helper()
	settings, err := cluster.Conf(p)
	require.NoError(t, err)
	pods, err = cluster.Pods(p)
	require.NoError(t, err)
	return settings, pods
}

// golden compares a text with a file, or writes it there.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("golden", name)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "a wanted change? then: make golden")
}

// A plan that stays says that nothing changes, whatever it is.
func TestASummaryOfNoChange(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		stack := rapid.SampledFrom([]string{"dev", "minikube", "gke", "eks", "existing"}).Draw(rt, "stack")
		edits := values{
			"primaries": rapid.IntRange(1, 7).Draw(rt, "primaries"), "secondaries": rapid.IntRange(0, 3).Draw(rt, "secondaries"),
			"settings": map[string]any{"dbms.transaction.timeout": rapid.SampledFrom([]string{"1s", "20s"}).Draw(rt, "timeout")},
			"env":      map[string]any{"A": rapid.StringMatching(`[ -~]{0,20}`).Draw(rt, "env")},
			"restart":  rapid.StringMatching(`[a-z]{0,3}`).Draw(rt, "restart"), "metrics": rapid.Bool().Draw(rt, "metrics"),
		}
		if stack == "gke" || stack == "eks" {
			delete(edits, "settings")
		}
		stackPlan, err := config.Parse(stackConfig(t, stack, edits))
		if err != nil {
			rt.Skip(err)
		}
		p := stackPlan.Plan
		record := p.Record()
		settings, pods := made(t, p)
		s := summary.Of(summary.Change{Change: plan.Change{Before: &record, After: p}, Conf: settings, PodsBefore: pods, PodsAfter: pods})
		require.Equal(rt, summary.Nothing, s.Kind)
		require.Equal(rt, "nothing changes for the running cluster", s.Text())
		require.NotContains(rt, s.Mermaid(), "before")
	})
}

var (
	subgraph = regexp.MustCompile(`^ *subgraph ([a-z][A-Za-z0-9_]*)\["[^"]+"\]$`)
	drawn    = regexp.MustCompile(`^ *([a-z][A-Za-z0-9_]*)\["[^"]+"\](:::(new|leaves))?$`)
	link     = regexp.MustCompile(`^ *([a-z]+) --> ([a-z]+)$`)
	class    = regexp.MustCompile(`^  classDef (new|leaves) [a-z0-9#:,-]+$`)
)

// requireMermaid holds a drawing against the little of Mermaid's grammar that it uses: every line is known, every box is closed, no name is
// used twice, and links are between boxes.
func requireMermaid(t *testing.T, drawing string) {
	t.Helper()
	if drawing == "" {
		return
	}
	lines := strings.Split(strings.TrimSuffix(drawing, "\n"), "\n")
	require.Equal(t, "flowchart LR", lines[0])
	open, ids := 0, map[string]bool{}
	name := func(id string) {
		require.False(t, ids[id], "%s twice", id)
		ids[id] = true
	}
	for _, line := range lines[1:] {
		switch {
		case subgraph.MatchString(line):
			name(subgraph.FindStringSubmatch(line)[1])
			open++
		case strings.TrimSpace(line) == "end":
			open--
			require.GreaterOrEqual(t, open, 0)
		case drawn.MatchString(line):
			name(drawn.FindStringSubmatch(line)[1])
			require.Positive(t, open, line)
		case link.MatchString(line):
			require.Zero(t, open)
			for _, id := range link.FindStringSubmatch(line)[1:] {
				require.True(t, ids[id], line)
			}
		default:
			require.Regexp(t, class, line)
		}
	}
	require.Zero(t, open, drawing)
}

package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
)

func TestUsageErrorsExitTwo(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.json")
	require.NoError(t, os.WriteFile(empty, []byte("{}"), 0o600))
	for name, args := range map[string][]string{
		"nothing said":         {},
		"unknown flag":         {"--bogus"},
		"two sources":          {"--stack", "dev", "--release", "3.5.35"},
		"no such release":      {"--release", "3.5"},
		"unknown release":      {"--release", "9.9.9"},
		"no members":           {"--expectation", empty},
		"no such file":         {"--expectation", empty + ".not"},
		"no primaries":         {"--release", "3.5.35", "--primaries", "0"},
		"an unknown edition":   {"--release", "5.26.30", "--edition", "business"},
		"a Community cluster":  {"--release", "5.26.30", "--edition", "community"},
		"unknown discovery":    {"--release", "5.26.30", "--discovery", "MDNS"},
		"fewer than none":      {"--release", "5.26.30", "--analytics", "-1"},
		"an argument too many": {"--release", "3.5.35", "extra"},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, usage, run(t.Context(), args)) })
	}
	assert.Zero(t, run(t.Context(), []string{"--help"}))
}

func TestOutOfReachExitsOne(t *testing.T) {
	assert.Equal(t, unproven, run(t.Context(), []string{"--release", "3.5.35", "--kubeconfig", filepath.Join(t.TempDir(), "none")}))
}

func TestInterruptExits130(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	began := time.Now()
	assert.Equal(t, interrupted, run(ctx, []string{"--release", "3.5.35", "--kubeconfig", kubeconfigOfNobody(t)}))
	assert.Less(t, time.Since(began), time.Second)
}

// kubeconfigOfNobody names an API server that does not answer.
func kubeconfigOfNobody(t *testing.T) string {
	file := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, os.WriteFile(file, []byte(`apiVersion: v1
kind: Config
clusters: [{name: none, cluster: {server: "http://127.0.0.1:1"}}]
contexts: [{name: none, context: {cluster: none, user: none}}]
users: [{name: none, user: {}}]
current-context: none
`), 0o600))
	return file
}

func TestExpectationRoundTrip(t *testing.T) {
	f := flags{name: "neo4j", namespace: "graph", release: "3.5.0-beta03", domain: "cluster.local", edition: "enterprise", primaries: 3, secondaries: 1}
	topology, _, err := f.expectation(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "3 cores, 1 read replica", topology.String())
	assert.Equal(t, "neo4j-auth", topology.AuthSecret)
	text, err := json.Marshal(topology)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "expectation.json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	again, _, err := (&flags{file: file}).expectation(t.Context())
	require.NoError(t, err)
	assert.Equal(t, topology, again)
	f.secret, again.AuthSecret = "neo4j-check", "neo4j-check"
	for _, other := range []*flags{&f, {file: file, secret: "neo4j-check"}} {
		topology, _, err = other.expectation(t.Context())
		require.NoError(t, err)
		assert.Equal(t, again, topology, "another user is asked as, nothing else is expected")
	}
}

// A cluster without a stack is described by flags alone.
func TestEveryKindOfClusterCanBeDescribed(t *testing.T) {
	described := func(args ...string) neo4j.Topology {
		var f flags
		cmd := &cobra.Command{}
		f.register(cmd)
		require.NoError(t, cmd.ParseFlags(args))
		topology, _, err := f.expectation(t.Context())
		require.NoError(t, err)
		assert.False(t, f.canary, "nothing is written unless told")
		return topology
	}
	alone := described("--release", "5.26.30", "--edition", "community", "--primaries", "1")
	assert.Equal(t, "1 standalone server", alone.String())
	assert.Equal(t, neo4j.Community, alone.Edition)
	all := described("--release", "5.26.30", "--secondaries", "1", "--analytics", "2", "--discovery", "K8S", "--tls")
	assert.Equal(t, "3 primaries, 1 secondary, 2 analytics servers", all.String())
	assert.Equal(t, "neo4j-0.neo4j.svc.cluster.local", all.Members[0].Host)
	assert.True(t, all.TLS)
}

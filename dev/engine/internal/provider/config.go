package provider

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sort"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// CheckConfig refuses settings that do not exist and those that cannot go together.
func (p *Provider) CheckConfig(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	news, err := decode(req.GetNews())
	if err != nil {
		return nil, fmt.Errorf("provider configuration: %w", err)
	}
	var failures []*pulumirpc.CheckFailure
	for _, key := range sortedKeys(news) {
		if !knownSetting(key) {
			failures = append(failures, &pulumirpc.CheckFailure{
				Property: string(key), Reason: fmt.Sprintf("unknown provider setting %q", key),
			})
		}
	}
	failures = append(failures, renderConflicts(news)...)
	return &pulumirpc.CheckResponse{Inputs: req.GetNews(), Failures: failures}, nil
}

// renderConflicts: writing YAML and talking to a chosen cluster exclude each other. The kubeconfig that
// the SDK itself fills in from the environment was nobody's choice and does not count.
func renderConflicts(news resource.PropertyMap) []*pulumirpc.CheckFailure {
	rendering := set(news["renderYamlToDirectory"])
	var failures []*pulumirpc.CheckFailure
	if rendering {
		for _, key := range []resource.PropertyKey{"cluster", "context", "kubeconfig"} {
			if !set(news[key]) || (key == "kubeconfig" && fromEnvironment(news[key])) {
				continue
			}
			failures = append(failures, &pulumirpc.CheckFailure{
				Property: string(key),
				Reason:   fmt.Sprintf("%q arg is not compatible with \"renderYamlToDirectory\" arg", key),
			})
		}
	}
	if always := plain(news["alwaysRender"]); !rendering && (always == true || always == "true") {
		failures = append(failures, &pulumirpc.CheckFailure{
			Property: "alwaysRender", Reason: `"alwaysRender" requires "renderYamlToDirectory" to be set`,
		})
	}
	return failures
}

func set(v resource.PropertyValue) bool {
	switch value := plain(v).(type) {
	case string:
		return value != ""
	case bool:
		return value
	}
	return false
}

func fromEnvironment(v resource.PropertyValue) bool {
	env := os.Getenv("KUBECONFIG")
	return env != "" && plain(v) == env
}

func sortedKeys(m resource.PropertyMap) []resource.PropertyKey {
	keys := make([]resource.PropertyKey, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	return keys
}

// DiffConfig decides whether a changed configuration still means the same cluster. A cluster has no
// identity of its own, so the active cluster entry of the kubeconfig stands for it: another server
// there replaces every object. An unchanged clusterIdentifier overrules that; a changed one forces it.
func (p *Provider) DiffConfig(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := decode(req.GetOlds())
	if err != nil {
		return nil, fmt.Errorf("provider configuration: %w", err)
	}
	news, err := decode(req.GetNews())
	if err != nil {
		return nil, fmt.Errorf("provider configuration: %w", err)
	}
	changed := changedKeys(olds, news)
	if len(changed) == 0 {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	return &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_SOME, Diffs: changed, Replaces: replacedConfig(olds, news, changed),
	}, nil
}

func changedKeys(olds, news resource.PropertyMap) []string {
	var changed []string
	for _, key := range sortedKeys(news) {
		if !olds[key].DeepEquals(news[key]) {
			changed = append(changed, string(key))
		}
	}
	for _, key := range sortedKeys(olds) {
		if _, ok := news[key]; !ok {
			changed = append(changed, string(key))
		}
	}
	return changed
}

func replacedConfig(olds, news resource.PropertyMap, changed []string) []string {
	const identifier = "clusterIdentifier"
	if before, after := plain(olds[identifier]), plain(news[identifier]); before != nil && after != nil {
		if before == after {
			return nil
		}
		return []string{identifier}
	}
	var replaces []string
	if slices.Contains(changed, "renderYamlToDirectory") {
		replaces = append(replaces, "renderYamlToDirectory")
	}
	if !sameCluster(olds, news) {
		for _, key := range []string{"kubeconfig", "context", "cluster"} {
			if slices.Contains(changed, key) {
				replaces = append(replaces, key)
			}
		}
	}
	return replaces
}

package cluster

import (
	"fmt"
	"slices"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// Live are the settings of a role that its running members take, by full name.
func Live(p plan.Plan, role neo4j.Role) (map[string]string, error) {
	lines, err := neo4j.Conf(p.Neo4j(), role)
	if err != nil {
		return nil, err
	}
	live, _ := neo4j.SplitLive(p.Neo4j(), lines)
	values := map[string]string{}
	for _, line := range live {
		values[line.Key] = line.Value
	}
	return values, nil
}

// live declares that ConfigMap, empty too: that it is there is part of the pods, its content is not. Before it changes, the running members
// take what it will say; what one of them refuses is written nowhere.
func (d *declaration) live(role neo4j.Role, lines []neo4j.Line, args *Args) (pulumi.Resource, error) {
	data := pulumi.StringMap{}
	for _, line := range lines {
		data[neo4j.EnvName(line.Key)] = pulumi.String(line.Value)
	}
	hook, err := liveHook(d.ctx, d.plan, role, args)
	if err != nil {
		return nil, err
	}
	name := d.plan.Live(role)
	return corev1.NewConfigMap(d.ctx, name, &corev1.ConfigMapArgs{
		Metadata: d.meta(name, role, pulumi.StringMap{plan.ForRelease: pulumi.String(d.plan.Release.String())}), Data: data,
	}, d.options(hook)...)
}

// liveHook has running members take the settings of a role before they are written where the next start finds them. Where the release
// changes, every member is replaced and reads them: a name of the new one is no name of those that run.
func liveHook(ctx *pulumi.Context, p plan.Plan, role neo4j.Role, args *Args) (pulumi.ResourceOption, error) {
	if args.TakeLive == nil {
		return pulumi.ResourceHooks(&pulumi.ResourceHookBinding{}), nil
	}
	hook, err := ctx.RegisterResourceHook(p.Live(role), func(h *pulumi.ResourceHookArgs) error {
		if text(h.OldInputs, "metadata", "annotations", plan.ForRelease) != p.Release.String() {
			return nil
		}
		gone, err := given(p, role, h.OldInputs, h.NewInputs)
		if err != nil {
			return err
		}
		args.scaling.Lock()
		defer args.scaling.Unlock()
		return args.TakeLive(ctx.Context(), role, gone)
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("live settings' hook: %w", err)
	}
	return pulumi.ResourceHooks(&pulumi.ResourceHookBinding{BeforeUpdate: []*pulumi.ResourceHook{hook}}), nil
}

// given are the settings that a ConfigMap had and has no more, which go back to the server's default: not those that the plan still has,
// in neo4j.conf or in a Secret, for a restart brings them.
func given(p plan.Plan, role neo4j.Role, before, after resource.PropertyMap) ([]string, error) {
	lines, err := neo4j.Conf(p.Neo4j(), role)
	if err != nil {
		return nil, err
	}
	still := map[string]bool{}
	for _, line := range lines {
		still[neo4j.EnvName(line.Key)] = true
	}
	var gone []string
	for variable := range keys(before) {
		name := settingOf(variable)
		if !still[variable] && !keys(after)[variable] && !p.Elsewhere(name) && p.Neo4j().Live(name) {
			gone = append(gone, name)
		}
	}
	slices.Sort(gone)
	return gone, nil
}

// keys are the keys of a ConfigMap's data.
func keys(properties resource.PropertyMap) map[string]bool {
	found := map[string]bool{}
	if data := at(properties, "data"); data.IsObject() {
		for key := range data.ObjectValue() {
			found[string(key)] = true
		}
	}
	return found
}

// settingOf is the setting of a variable, see neo4j.EnvName.
func settingOf(variable string) string {
	name := strings.ReplaceAll(strings.TrimPrefix(variable, "NEO4J_"), "__", "\x00")
	return strings.ReplaceAll(strings.ReplaceAll(name, "_", "."), "\x00", "_")
}

// liveFrom are the variables of a member from that ConfigMap.
func liveFrom(s plan.Plan, role neo4j.Role) corev1.EnvFromSourceArray {
	if !s.HasLive() {
		return nil
	}
	return corev1.EnvFromSourceArray{&corev1.EnvFromSourceArgs{ConfigMapRef: &corev1.ConfigMapEnvSourceArgs{Name: pulumi.String(s.Live(role))}}}
}

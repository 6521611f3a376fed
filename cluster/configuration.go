package cluster

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// configuration declares the pool's neo4j.conf and the files beside it, and gives the name of its ConfigMap. The name is of the content
// and the object never changes: a member that restarts reads what it was started with, whatever an update that was refused or did not
// end has prepared meanwhile; another content is another name, which replaces the pods. The old one goes at the end of the update that
// no longer needs it.
//
// What counts at a first start only is in a ConfigMap of its own, whose content may change: it restarts nobody.
// So is what running members take, see Live.
func (d *declaration) configuration(role neo4j.Role, args *Args) (objects []pulumi.Resource, name string, err error) {
	c, err := configFiles(d.plan, role)
	if err != nil {
		return nil, "", err
	}
	if d.plan.HasLive() {
		live, err := d.live(role, c.live, args)
		if err != nil {
			return nil, "", err
		}
		objects = append(objects, live)
	}
	conf, err := corev1.NewConfigMap(d.ctx, c.name, &corev1.ConfigMapArgs{
		Metadata: d.meta(c.name, role, nil), Data: pulumi.ToStringMap(c.files), Immutable: pulumi.Bool(true),
	}, d.options()...)
	if err != nil || len(c.first) == 0 {
		return append(objects, conf), c.name, err
	}
	data := pulumi.StringMap{}
	for _, line := range c.first {
		data[line.Key] = pulumi.String(line.Value)
	}
	initial, err := corev1.NewConfigMap(d.ctx, d.plan.Initial(role), &corev1.ConfigMapArgs{
		Metadata: d.meta(d.plan.Initial(role), role, nil), Data: data,
	}, d.options()...)
	return append(objects, conf, initial), c.name, err
}

// config is a pool's configuration: its files and the name of their ConfigMap, and the lines that count at a first start only or that
// running members take.
type config struct {
	files       map[string]string
	name        string
	first, live []neo4j.Line
}

func configFiles(p plan.Plan, role neo4j.Role) (config, error) {
	lines, err := neo4j.Conf(p.Neo4j(), role)
	if err != nil {
		return config{}, err
	}
	var c config
	c.live, lines = p.SplitLive(lines)
	lines, c.first = neo4j.SplitFirst(lines)
	c.files = p.ConfigFiles(lines)
	c.name = p.Pool(role) + "-conf-" + digest(c.files)
	return c, nil
}

// digest is a short name of some files' content.
func digest(files map[string]string) string {
	var all strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&all, "%s %d\n%s", name, len(files[name]), files[name])
	}
	return plan.Digest(all.String())
}

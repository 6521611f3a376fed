package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

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
	lines, err := neo4j.Conf(d.plan.Neo4j(), role)
	if err != nil {
		return nil, "", err
	}
	files, name, first, err := configFiles(d.plan, role)
	if err != nil {
		return nil, "", err
	}
	if hasLive(d.plan) {
		taken, _ := splitLive(d.plan, lines)
		live, err := d.live(role, taken, args)
		if err != nil {
			return nil, "", err
		}
		objects = append(objects, live)
	}
	conf, err := corev1.NewConfigMap(d.ctx, name, &corev1.ConfigMapArgs{
		Metadata: d.meta(name, role, nil), Data: pulumi.ToStringMap(files), Immutable: pulumi.Bool(true),
	}, d.options()...)
	if err != nil || len(first) == 0 {
		return append(objects, conf), name, err
	}
	data := pulumi.StringMap{}
	for _, line := range first {
		data[line.Key] = pulumi.String(line.Value)
	}
	initial, err := corev1.NewConfigMap(d.ctx, d.plan.Initial(role), &corev1.ConfigMapArgs{
		Metadata: d.meta(d.plan.Initial(role), role, nil), Data: data,
	}, d.options()...)
	return append(objects, conf, initial), name, err
}

// configFiles are the files of a pool's configuration, the name of their ConfigMap, and the lines that count at a first start only.
func configFiles(p plan.Plan, role neo4j.Role) (files map[string]string, name string, first []neo4j.Line, err error) {
	lines, err := neo4j.Conf(p.Neo4j(), role)
	if err != nil {
		return nil, "", nil, err
	}
	_, lines = splitLive(p, lines)
	always, first := neo4j.SplitFirst(lines)
	files = p.ConfigFiles(always)
	return files, p.Pool(role) + "-conf-" + digest(files), first, nil
}

// digest is a short name of some files' content.
func digest(files map[string]string) string {
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		_, _ = fmt.Fprintf(hash, "%s %d\n%s", name, len(files[name]), files[name])
	}
	return hex.EncodeToString(hash.Sum(nil))[:10]
}

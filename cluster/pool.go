package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
)

// PoolToken is the type token of the Pool component; see Token.
const PoolToken = "neo4j:kubernetes:Pool"

// Pool is the members of one role: their configuration, volumes, StatefulSet and disruption budget.
type Pool struct {
	pulumi.ResourceState

	statefulSet *appsv1.StatefulSet
}

func newPool(d *declaration, role neo4j.Role, args *Args, needs []pulumi.Resource) (*Pool, error) {
	name := d.spec.Pool(role)
	p := &Pool{}
	inputs := pulumi.Map{"role": pulumi.String(role), "members": pulumi.Int(d.spec.Size(role))}
	if err := d.ctx.RegisterComponentResourceV2(PoolToken, name, inputs, p, pulumi.Parent(d.parent)); err != nil {
		return nil, err
	}
	below := d.below(p)
	conf, checksum, err := below.configMap(role)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	volumes, err := below.volumes(role)
	if err != nil {
		return nil, fmt.Errorf("volumes: %w", err)
	}
	if err := below.disruption(role); err != nil {
		return nil, fmt.Errorf("disruption budget: %w", err)
	}
	before := append(append(needs[:len(needs):len(needs)], conf), volumes...)
	if p.statefulSet, err = below.statefulSet(role, args, checksum, before); err != nil {
		return nil, fmt.Errorf("stateful set: %w", err)
	}
	return p, d.ctx.RegisterResourceOutputs(p, pulumi.Map{})
}

// configMap declares the pool's neo4j.conf and gives its checksum, which rolls the pods when the text changes.
func (d *declaration) configMap(role neo4j.Role) (conf *corev1.ConfigMap, checksum string, err error) {
	lines, err := neo4j.Conf(d.spec, role)
	if err != nil {
		return nil, "", err
	}
	files := d.spec.ConfigFiles(lines)
	sum := sha256.Sum256([]byte(files["neo4j.conf"]))
	if len(files) > 1 {
		hash := sha256.New()
		for _, name := range slices.Sorted(maps.Keys(files)) {
			_, _ = fmt.Fprintf(hash, "%s %d\n%s", name, len(files[name]), files[name])
		}
		hash.Sum(sum[:0])
	}
	name := configName(d.spec, role)
	conf, err = corev1.NewConfigMap(d.ctx, name, &corev1.ConfigMapArgs{
		Metadata: meta(d.spec, name, role, nil),
		Data:     pulumi.ToStringMap(files),
	}, d.options()...)
	return conf, hex.EncodeToString(sum[:]), err
}

func configName(s neo4j.Spec, role neo4j.Role) string { return s.Pool(role) + "-conf" }

func (d *declaration) statefulSet(role neo4j.Role, args *Args, checksum string, before []pulumi.Resource) (*appsv1.StatefulSet, error) {
	resize, err := resizeHook(d.ctx, role, args)
	if err != nil {
		return nil, err
	}
	template, err := podTemplate(d.spec, role, checksum)
	if err != nil {
		return nil, err
	}
	name, keep := d.spec.Pool(role), "Retain"
	if !d.spec.Storage.Retain {
		keep = "Delete"
	}
	patience := fmt.Sprintf("%ds", d.spec.Timeouts.Ready)
	options := d.options(pulumi.DependsOn(before), resize,
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: patience, Update: patience, Delete: patience}))
	if d.spec.Protect {
		options = append(options, pulumi.Protect(true))
	}
	return appsv1.NewStatefulSet(d.ctx, name, &appsv1.StatefulSetArgs{
		Metadata: meta(d.spec, name, role, pulumi.StringMap{
			// The resize hook writes spec.replicas through the scale subresource; without force the provider's next write of the
			// field would be a conflict of field managers.
			"pulumi.com/patchForce": pulumi.String("true"),
			neo4j.OwnedBy:           pulumi.String(stackOf(d.ctx)),
		}),
		Spec: &appsv1.StatefulSetSpecArgs{
			ServiceName: pulumi.String(d.spec.Headless()),
			Replicas:    pulumi.Int(d.spec.Size(role)),
			// Ordered starts would deadlock: a core is not ready before its cluster has formed.
			PodManagementPolicy: pulumi.String("Parallel"),
			UpdateStrategy:      &appsv1.StatefulSetUpdateStrategyArgs{Type: pulumi.String("RollingUpdate")},
			Selector:            &metav1.LabelSelectorArgs{MatchLabels: selector(d.spec, role)},
			PersistentVolumeClaimRetentionPolicy: &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicyArgs{
				WhenDeleted: pulumi.String(keep), WhenScaled: pulumi.String(keep),
			},
			VolumeClaimTemplates: corev1.PersistentVolumeClaimTypeArray{&corev1.PersistentVolumeClaimTypeArgs{
				ApiVersion: pulumi.String("v1"), Kind: pulumi.String("PersistentVolumeClaim"),
				Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(neo4j.Claim), Labels: selector(d.spec, role)},
				Spec:     claimSpec(d.spec),
			}},
			Template: template,
		},
	}, options...)
}

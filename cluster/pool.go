package cluster

import (
	"fmt"
	"slices"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// PoolToken is the type token of the Pool component; see Token.
const PoolToken = "neo4j:kubernetes:Pool"

// Pool is the members of one role: their configuration, volumes, StatefulSet and disruption budget.
type Pool struct {
	pulumi.ResourceState

	name        string
	statefulSet *appsv1.StatefulSet
}

func newPool(d *declaration, role neo4j.Role, args *Args, needs []pulumi.Resource) (*Pool, error) {
	name := d.plan.Pool(role)
	p := &Pool{name: name}
	inputs := pulumi.Map{"role": pulumi.String(role), "members": pulumi.Int(d.plan.Size(role))}
	if err := d.ctx.RegisterComponentResourceV2(PoolToken, name, inputs, p, pulumi.Parent(d.parent)); err != nil {
		return nil, err
	}
	below := d.below(p)
	conf, name, err := below.configuration(role, args)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	volumes, err := below.volumes(role)
	if err != nil {
		return nil, fmt.Errorf("volumes: %w", err)
	}
	budget, err := below.disruption(role)
	if err != nil {
		return nil, fmt.Errorf("disruption budget: %w", err)
	}
	// What guards the members is there before them, and is deleted after them: a deletion that a protected StatefulSet stops has then
	// taken nothing of it.
	before := slices.Concat(needs, conf, volumes, budget)
	if p.statefulSet, err = below.statefulSet(role, args, name, before); err != nil {
		return nil, fmt.Errorf("stateful set: %w", err)
	}
	return p, d.ctx.RegisterResourceOutputs(p, pulumi.Map{})
}

func (d *declaration) statefulSet(role neo4j.Role, args *Args, conf string, before []pulumi.Resource) (*appsv1.StatefulSet, error) {
	scaleIn, err := scaleInHook(d.ctx, role, args)
	if err != nil {
		return nil, err
	}
	template, err := podTemplate(d.plan, role, conf)
	if err != nil {
		return nil, err
	}
	name, keep := d.plan.Pool(role), "Retain"
	if !d.plan.Storage.Retain {
		keep = "Delete"
	}
	return appsv1.NewStatefulSet(d.ctx, name, &appsv1.StatefulSetArgs{
		Metadata: d.meta(name, role, pulumi.StringMap{
			// A scale-in writes spec.replicas through the scale subresource; without force the provider's next write of the
			// field would be a conflict of field managers.
			"pulumi.com/patchForce": pulumi.String("true"),
			// Made is enough: the provider would wait for pods that are of an earlier, broken plan and are replaced only afterwards, by
			// operate/roll, which waits for all of them, and says sooner why one does not come up.
			"pulumi.com/waitFor": pulumi.String("jsonpath={.metadata.uid}"),
			plan.OwnedBy:         pulumi.String(stackOf(d.ctx)),
		}),
		Spec: &appsv1.StatefulSetSpecArgs{
			ServiceName: pulumi.String(d.plan.Headless()),
			Replicas:    pulumi.Int(d.plan.Size(role)),
			// Ordered starts would deadlock: a core is not ready before its cluster has formed.
			PodManagementPolicy: pulumi.String("Parallel"),
			// Who is replaced when is the program's to say: the controller knows ordinals, and not who leads.
			UpdateStrategy: &appsv1.StatefulSetUpdateStrategyArgs{Type: pulumi.String("OnDelete")},
			Selector:       &metav1.LabelSelectorArgs{MatchLabels: selector(d.plan, role)},
			PersistentVolumeClaimRetentionPolicy: &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicyArgs{
				WhenDeleted: pulumi.String(keep), WhenScaled: pulumi.String(keep),
			},
			VolumeClaimTemplates: claimTemplates(d.plan, role),
			Template:             template,
		},
	}, d.setOptions(before, scaleIn)...)
}

// setOptions are the engine's options of a StatefulSet, which comes after some objects.
func (d *declaration) setOptions(before []pulumi.Resource, scaleIn pulumi.ResourceOption) []pulumi.ResourceOption {
	seconds := func(n int) string { return fmt.Sprintf("%ds", n) }
	patience := seconds(d.plan.Timeouts.Ready)
	options := d.options(pulumi.DependsOn(before), scaleIn,
		// Claim templates can never change in place. The set keeps the size that it began with; claims that are smaller than planned, those
		// of new members among them, are operate/grow's. What else could differ in them is refused by the guard.
		pulumi.IgnoreChanges([]string{"spec.volumeClaimTemplates"}), pulumi.Timeouts(&pulumi.CustomTimeouts{
			// It is gone when its pods are, which end in their own time, and a minute later at the latest by force.
			Create: patience, Update: patience, Delete: seconds(max(d.plan.Timeouts.Ready, d.plan.Timeouts.Shutdown+60)),
		}))
	if d.plan.Protect {
		options = append(options, pulumi.Protect(true))
	}
	return options
}

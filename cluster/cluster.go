// Package cluster declares a Neo4j cluster as Pulumi components: one file a component or object kind. What it declares follows
// from a neo4j.Spec alone; it talks to no cluster.
package cluster

import (
	"context"
	"fmt"
	"sync"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
)

// Token is the type token of the Cluster component. It is part of every child's URN in every state: renaming it replaces all.
const Token = "neo4j:kubernetes:Cluster"

// Args are what a Cluster is made of.
type Args struct {
	Spec neo4j.Spec
	// Password is the first password; not read where Spec.ExistingSecret is set.
	Password pulumi.StringInput
	// KeepPassword keeps the password of the first update whatever Password says later: a random one is another at each run.
	KeepPassword bool
	// Vacant refuses a place where members of another stack are, before the first object is made there, in previews too. Objects that
	// are found are taken over otherwise; see NewProvider.
	Vacant func(ctx context.Context, stack string) error
	// Allowed refuses a change of shape before anything is touched, in previews too.
	Allowed func(from, to neo4j.Topology) error
	// ScaleIn takes members out of the running cluster, of all pools that shrink, one at a time, before their StatefulSets shrink.
	// ScaleOut may refuse, before a StatefulSet is made or grows. Neither is called twice at once.
	ScaleIn, ScaleOut func(ctx context.Context, to neo4j.Spec) error

	// scaling keeps the pools' hooks, which run at the same time, from doing the same work.
	scaling sync.Mutex
}

// Cluster is a Neo4j cluster: its pools of members, their configuration, Services and budgets.
type Cluster struct {
	pulumi.ResourceState

	// AuthSecret is the name of the Secret with the password.
	AuthSecret pulumi.StringOutput `pulumi:"authSecret"`
	// BoltURI is the address for clients inside the Kubernetes cluster.
	BoltURI pulumi.StringOutput `pulumi:"boltURI"`

	topology neo4j.Topology
	pools    []*Pool
}

// NewProvider makes the explicit provider of a stack. Default providers are disabled in every stack, so that nothing is ever
// deployed to whatever kubectl points at.
func NewProvider(ctx *pulumi.Context, kubeconfig, kubeContext string) (*kubernetes.Provider, error) {
	args := &kubernetes.ProviderArgs{
		Context: pulumi.String(kubeContext),
		// Without these two the provider replaces a ConfigMap or Secret whose data changed; the members mount them by name.
		EnableConfigMapMutable: pulumi.Bool(true),
		EnableSecretMutable:    pulumi.Bool(true),
		// An update that was killed half way, and a destroy that kept the data, leave objects that the next update adopts.
		UpsertExistingObjects: pulumi.Bool(true),
		// And the fields of such objects may be another manager's by name, an earlier self.
		EnablePatchForce: pulumi.Bool(true),
	}
	if kubeconfig != "" {
		args.Kubeconfig = pulumi.String(kubeconfig)
	}
	return kubernetes.NewProvider(ctx, "kubernetes", args)
}

// New declares a cluster. The name is the logical name of the component.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Cluster, error) {
	if args == nil {
		return nil, fmt.Errorf("cluster %s: no arguments", name)
	}
	c := &Cluster{topology: args.Spec.Topology()}
	guard, err := guards(ctx, name, args)
	if err != nil {
		return nil, err
	}
	// The inputs are facts of the plan's size, shown in previews and compared by the guard.
	inputs := pulumi.Map{
		"release":     pulumi.String(args.Spec.Release.String()),
		"primaries":   pulumi.Int(args.Spec.Primaries),
		"secondaries": pulumi.Int(args.Spec.Secondaries),
	}
	if args.Spec.Analytics > 0 {
		inputs["analytics"] = pulumi.Int(args.Spec.Analytics)
	}
	if args.Spec.Discovery.Version != "" {
		inputs["discovery"] = pulumi.String(args.Spec.Discovery.Version)
	}
	if err := ctx.RegisterComponentResourceV2(Token, name, inputs, c, append(opts, guard)...); err != nil {
		return nil, err
	}
	d := &declaration{ctx: ctx, spec: args.Spec, parent: c}
	if err := c.declare(d, args); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"authSecret": c.AuthSecret, "boltURI": c.BoltURI})
}

// declaration is what every object of a cluster is declared with.
type declaration struct {
	ctx    *pulumi.Context
	spec   neo4j.Spec
	parent pulumi.Resource
	// base are the objects that must be there before any other: namespace, storage class.
	base []pulumi.Resource
}

func (d *declaration) options(more ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append([]pulumi.ResourceOption{pulumi.Parent(d.parent), pulumi.DependsOn(d.base)}, more...)
}

// below gives the declaration of a child component's own children.
func (d *declaration) below(parent pulumi.Resource) *declaration {
	child := *d
	child.parent = parent
	return &child
}

// declare lists the objects in the order in which they need each other. What does not need each other is made in parallel.
func (c *Cluster) declare(d *declaration, args *Args) error {
	if err := d.namespace(); err != nil {
		return fmt.Errorf("namespace: %w", err)
	}
	if err := d.storageClass(); err != nil {
		return fmt.Errorf("storage class: %w", err)
	}
	secret, err := d.auth(args)
	if err != nil {
		return fmt.Errorf("auth secret: %w", err)
	}
	headless, err := d.headless()
	if err != nil {
		return fmt.Errorf("headless service: %w", err)
	}
	needs := append(secret, headless)
	family, err := neo4j.FamilyOf(d.spec.Release)
	if err != nil {
		return err
	}
	account, err := d.discovery(family)
	if err != nil {
		return fmt.Errorf("discovery: %w", err)
	}
	needs = append(needs, account...)
	for _, role := range roles(d.spec, family) {
		pool, err := newPool(d, role, args, needs)
		if err != nil {
			return fmt.Errorf("pool of %s members: %w", role, err)
		}
		c.pools = append(c.pools, pool)
	}
	if err := d.client(c.pools[0]); err != nil {
		return fmt.Errorf("client service: %w", err)
	}
	if err := d.network(); err != nil {
		return fmt.Errorf("network policy: %w", err)
	}
	c.AuthSecret = pulumi.String(d.spec.AuthSecret()).ToStringOutput()
	c.BoltURI = pulumi.String(boltURI(d.spec, family)).ToStringOutput()
	return nil
}

// roles are the pools of a cluster. A cluster has its other pools even when they are empty: the check at the end of an update must
// see their last member gone, and the engine deletes objects only after the program has ended.
func roles(s neo4j.Spec, f neo4j.Family) []neo4j.Role {
	switch {
	case !s.Clustered():
		return []neo4j.Role{neo4j.Primary}
	case f.Analytics:
		return neo4j.Roles
	default:
		return []neo4j.Role{neo4j.Primary, neo4j.Secondary}
	}
}

func boltURI(s neo4j.Spec, f neo4j.Family) string {
	scheme := "bolt"
	if s.Clustered() {
		scheme = f.RoutingScheme
	}
	return fmt.Sprintf("%s://%s.%s.svc.%s:%d", scheme, s.ClientService(), s.Namespace, s.ClusterDomain, f.Ports.Bolt)
}

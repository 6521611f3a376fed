// Package cluster declares a Neo4j cluster as Pulumi components: one file a component or object kind. What it declares follows
// from a plan.Plan alone; it talks to no cluster.
package cluster

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// Token is the type token of the Cluster component. It is part of every child's URN in every state: renaming it replaces all.
const Token = "neo4j:kubernetes:Cluster"

// Args are what a Cluster is made of.
type Args struct {
	Plan plan.Plan
	// Password is the first password; not read where Plan.ExistingSecret is set.
	Password pulumi.StringInput
	// KeepPassword keeps the password of the first update whatever Password says later: a random one is another at each run.
	KeepPassword bool
	// ScaleIn takes members out of the running cluster, of all pools that shrink, one at a time, before their StatefulSets shrink. It
	// is not called twice at once.
	ScaleIn func(ctx context.Context, to plan.Plan) error
	// TakeLive has the running members of a role take what Live says, and go back to the server's default for the settings that are gone,
	// before either is written for the next start. It is not called twice at once.
	TakeLive func(ctx context.Context, role neo4j.Role, gone []string) error

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
	// outside is the address for clients outside the Kubernetes cluster; nil where there is no way in.
	outside pulumi.StringInput
	// addressOf is where a member has clients outside dial; empty where it has no address of its own there.
	addressOf func(m neo4j.Member) string
	// web is where clients outside speak HTTP; empty where there is no way in of its own.
	web string
}

// NewProvider makes the explicit provider of a stack, after its plan was found good. Default providers are disabled in every stack, so
// that nothing is ever deployed to whatever kubectl points at.
func NewProvider(ctx *pulumi.Context, good *Plan, kubeconfig, kubeContext string) (*kubernetes.Provider, error) {
	return kubernetes.NewProvider(ctx, "kubernetes", &kubernetes.ProviderArgs{
		// Given even when it is empty, which the provider takes for the usual places: left out, the SDK would write $KUBECONFIG into the
		// state, one machine's path would be compared with the next one's, and a copy of it left in the temporary folder at each run.
		Kubeconfig: pulumi.String(kubeconfig),
		Context:    pulumi.String(kubeContext),
		// Another name or path for the same Kubernetes cluster replaces nothing. Whether it is the same is the guard's to say.
		ClusterIdentifier: pulumi.String("neo4j"),
		// Without these two the provider replaces a ConfigMap or Secret whose data changed.
		EnableConfigMapMutable: pulumi.Bool(true),
		EnableSecretMutable:    pulumi.Bool(true),
	}, pulumi.DependsOnInputs(good.told))
}

// New declares a cluster. The name is the logical name of the component.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Cluster, error) {
	if args == nil {
		return nil, fmt.Errorf("cluster %s: no arguments", name)
	}
	c := &Cluster{topology: args.Plan.Topology(), addressOf: args.Plan.OutsideAddress, web: args.Plan.WebURI()}
	// The inputs are facts of the plan's size, shown in previews.
	inputs := pulumi.Map{
		"release":     pulumi.String(args.Plan.Release.String()),
		"primaries":   pulumi.Int(args.Plan.Primaries),
		"secondaries": pulumi.Int(args.Plan.Secondaries),
	}
	if args.Plan.Analytics > 0 {
		inputs["analytics"] = pulumi.Int(args.Plan.Analytics)
	}
	if err := ctx.RegisterComponentResourceV2(Token, name, inputs, c, opts...); err != nil {
		return nil, err
	}
	d := &declaration{ctx: ctx, plan: args.Plan, parent: c}
	if err := c.declare(d, args); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"authSecret": c.AuthSecret, "boltURI": c.BoltURI})
}

// declaration is what every object of a cluster is declared with.
type declaration struct {
	ctx    *pulumi.Context
	plan   plan.Plan
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
	family, err := neo4j.FamilyOf(d.plan.Release)
	if err != nil {
		return err
	}
	account, err := d.account()
	if err != nil {
		return fmt.Errorf("service account: %w", err)
	}
	peers, err := d.discovery(family, account)
	if err != nil {
		return fmt.Errorf("discovery: %w", err)
	}
	needs = slices.Concat(needs, account, peers)
	ways, err := d.ways(family)
	if err != nil {
		return err
	}
	needs = append(needs, ways...)
	certificate, err := d.certificates()
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	needs = append(needs, certificate...)
	for _, role := range roles(d.plan, family) {
		pool, err := newPool(d, role, args, needs)
		if err != nil {
			return fmt.Errorf("pool of %s members: %w", role, err)
		}
		c.pools = append(c.pools, pool)
	}
	client, err := d.client(c.pools[0])
	if err != nil {
		return fmt.Errorf("client service: %w", err)
	}
	c.outside = d.outsideURI(family, client)
	if err := d.record(c.pools); err != nil {
		return fmt.Errorf("plan record: %w", err)
	}
	c.AuthSecret = pulumi.String(d.plan.AuthSecret()).ToStringOutput()
	c.BoltURI = pulumi.String(d.plan.BoltURI(family)).ToStringOutput()
	return nil
}

// ways declares how clients come in, and who may.
func (d *declaration) ways(family neo4j.Family) ([]pulumi.Resource, error) {
	outside, err := d.outside(family)
	if err != nil {
		return nil, fmt.Errorf("way in from outside: %w", err)
	}
	web, err := d.web(family)
	if err != nil {
		return nil, err
	}
	policy, err := d.network()
	if err != nil {
		return nil, fmt.Errorf("network policy: %w", err)
	}
	return append(slices.Concat(outside, web), policy), nil
}

// roles are the pools of a cluster. A cluster has its other pools even when they are empty: the check at the end of an update must
// see their last member gone, and the engine deletes objects only after the program has ended.
func roles(s plan.Plan, f neo4j.Family) []neo4j.Role {
	switch {
	case !s.Clustered():
		return []neo4j.Role{neo4j.Primary}
	case f.Analytics:
		return neo4j.Roles
	default:
		return []neo4j.Role{neo4j.Primary, neo4j.Secondary}
	}
}

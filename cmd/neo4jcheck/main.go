// Command neo4jcheck proves the roles of a running cluster, the same check that ends `pulumi up`.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// Exit codes: 0 proven, 1 unproven or out of reach, 2 wrong usage, 130 interrupted.
const (
	unproven, usage, interrupted = 1, 2, 130
)

const examples = `  neo4jcheck --stack dev
  neo4jcheck --expectation expectation.json --context gke_prod --json
  neo4jcheck --name neo4j --namespace graph --release 3.5.35 --primaries 3 --context minikube`

// flags are what the command line says.
type flags struct {
	stack, dir, file         string
	name, namespace, release string
	domain, secret           string
	edition, discovery       string
	primaries, secondaries   int
	analytics                int
	kubeconfig, context      string
	timeout                  time.Duration
	asJSON, canary           bool
	tls, https               bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process as if nobody listened.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:]))
}

func run(ctx context.Context, args []string) int {
	var f flags
	code := usage
	cmd := &cobra.Command{
		Use:   "neo4jcheck",
		Short: "Prove the roles of a running Neo4j cluster over Bolt",
		Long: "neo4jcheck reaches every member by a port-forward through the Kubernetes API and passes only when all agree: every expected\n" +
			"member, one leader, the voting members and the release. It changes nothing; with --canary it writes a node that every\n" +
			"member must read, and removes it.",
		Example: examples, Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			topology, access, err := f.expectation(cmd.Context())
			if err != nil {
				return err
			}
			code = unproven
			return f.check(cmd, topology, access)
		},
	}
	f.register(cmd)
	cmd.SetArgs(args)
	if err := cmd.ExecuteContext(ctx); err != nil {
		if errors.Is(ctx.Err(), context.Canceled) {
			return interrupted
		}
		fmt.Fprintln(os.Stderr, "neo4jcheck:", err)
		return code
	}
	return 0
}

func (f *flags) register(cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVar(&f.stack, "stack", "", "read the expectation from the outputs of this Pulumi stack")
	set.StringVar(&f.dir, "dir", ".", "the Pulumi project's folder, with --stack")
	set.StringVar(&f.file, "expectation", "", "read the expectation (stack output `expectation`) from a file; - for standard input")
	set.StringVar(&f.name, "name", "neo4j", "the cluster's name")
	set.StringVar(&f.namespace, "namespace", "neo4j", "its Kubernetes namespace")
	set.StringVar(&f.release, "release", "", "its Neo4j release, such as 3.5.35")
	set.StringVar(&f.edition, "edition", string(neo4j.Enterprise), "its edition, enterprise or community")
	set.StringVar(&f.discovery, "discovery", "", "how its members find each other: K8S has them advertise names of Services of their own")
	set.BoolVar(&f.tls, "tls", false, "its members take Bolt encrypted only")
	set.BoolVar(&f.https, "https", false, "its members serve HTTP encrypted only")
	set.StringVar(&f.domain, "cluster-domain", "cluster.local", "DNS domain of the Kubernetes cluster")
	set.StringVar(&f.secret, "secret", "", "Secret whose key NEO4J_AUTH, <user>/<password>, says whom to ask as (default the cluster's own; see docs/check-user.md)")
	set.IntVar(&f.primaries, "primaries", 3, "how many primaries")
	set.IntVar(&f.secondaries, "secondaries", 0, "how many secondaries")
	set.IntVar(&f.analytics, "analytics", 0, "how many analytics servers (5.x and later)")
	set.StringVar(&f.kubeconfig, "kubeconfig", "", "kubeconfig file (default KUBECONFIG or the user's own)")
	set.StringVar(&f.context, "context", "", "context in the kubeconfig (default the stack's, else the current one)")
	set.DurationVar(&f.timeout, "timeout", 5*time.Minute, "how long to wait for the roles")
	set.BoolVar(&f.canary, "canary", false, "write a node through the leader, read it from every other member and remove it; without it nothing is written")
	set.BoolVar(&f.asJSON, "json", false, "print the report as JSON")
	cmd.MarkFlagsMutuallyExclusive("stack", "expectation", "release")
	cmd.MarkFlagsOneRequired("stack", "expectation", "release")
}

func (f *flags) check(cmd *cobra.Command, t neo4j.Topology, a reach.Access) error {
	report, err := verify.Cluster(cmd.Context(), a, t, verify.Options{Timeout: f.timeout, Canary: f.canary, Progress: cmd.ErrOrStderr()})
	if err != nil {
		return err
	}
	text := []byte(report.Table())
	if f.asJSON {
		if text, err = report.JSON(); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), string(text))
	return err
}

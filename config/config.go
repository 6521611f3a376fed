// Package config is the only reader of a stack's configuration: strict decode, defaults by platform, validation of everything
// at once. Its result is a plan.Plan, which every other package reads.
package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumiconfig "github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// Stack is a stack's configuration, complete and valid.
type Stack struct {
	Plan       plan.Plan
	Kubernetes Kubernetes
	// Warnings are what is allowed and still worth a second look, one line each.
	Warnings []string
	// Notes are what a reviewer should see of the plan: the stack's own settings that take the place of the program's.
	Notes []string
}

// Kubernetes says which cluster the stack is deployed to. Nothing is ever deployed to whatever kubectl happens to point at.
type Kubernetes struct {
	// Kubeconfig is a file; empty takes KUBECONFIG, or the user's own file.
	Kubeconfig string
	// Context is the context in it.
	Context string
}

// Load reads the stack's configuration, neo4j:cluster and the secret neo4j:password. The password output is nil when none is
// set. The error is of type Problems for everything a user can mend.
func Load(ctx *pulumi.Context) (Stack, pulumi.StringPtrInput, error) {
	c := pulumiconfig.New(ctx, "neo4j")
	raw, err := c.Try("cluster")
	if err != nil {
		return Stack{}, nil, Problems{{"neo4j:cluster", "(missing)", "is needed", "set it with: pulumi config set --path cluster.platform minikube"}}
	}
	if ctx.IsConfigSecret("neo4j:cluster") {
		// Read as a structured value it would stand in the clear in plans, previews and the state.
		return Stack{}, nil, Problems{{"neo4j:cluster", "[secret]", "has a secret below it, and a structured value does not stay one",
			"take it out (pulumi config rm --path 'cluster.…') and put it into a Secret of the namespace: settings and env take {secret: <name>, key: <key>}; the password is neo4j:password"}}
	}
	// Try reads a secret in the clear, which only the checks below see; the Output stays encrypted in the state.
	password, err := c.Try("password")
	given := err == nil
	stack, err := Parse([]byte(raw))
	var problems Problems
	if err != nil {
		p, ok := err.(Problems) //nolint:errorlint // Parse gives this very type
		if !ok {
			return Stack{}, nil, err
		}
		problems = p
	}
	if given && !ctx.IsConfigSecret("neo4j:password") {
		problems = append(problems, Problem{"neo4j:password", "[not shown]", "is in plain text in the stack's file", "take another, for this one is known: pulumi config set --secret password"})
	}
	if given {
		problems = append(problems, checkPassword(password, stack.Plan)...)
	}
	if len(problems) > 0 {
		return Stack{}, nil, problems
	}
	if !given {
		return stack, nil, nil
	}
	return stack, c.RequireSecret("password").ToStringPtrOutput(), nil
}

// Parse reads the JSON of neo4j:cluster, fills in the platform's defaults and validates. On an error (type Problems) the Stack
// holds what could be read, so that further checks can add to the list.
func Parse(raw []byte) (Stack, error) {
	var values map[string]any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&values); err != nil {
		return Stack{}, Problems{{"neo4j:cluster", shorten(string(raw)), "is not an object", "write its keys below it, see Pulumi.yaml"}}
	}
	var problems Problems
	f := newFile("cluster", values, &problems)
	stack := read(f)
	f.end()
	validate(&stack, &problems)
	if len(problems) > 0 {
		return stack, problems
	}
	stack.Notes = collisions(stack.Plan)
	return stack, nil
}

// collisions are the settings of neo4j.conf that two layers set, each once.
func collisions(s plan.Plan) []string {
	var notes []string
	for _, role := range neo4j.Roles {
		lines, err := neo4j.Conf(s.Neo4j(), role)
		if err != nil || s.Size(role) == 0 {
			continue
		}
		for _, l := range lines {
			if l.Over == nil || l.Over.Value == l.Value {
				continue
			}
			note := fmt.Sprintf("neo4j.conf: %s=%s (%s) takes the place of %s (%s)", l.Key, l.Value, l.Layer, l.Over.Value, l.Over.Layer)
			if !slices.Contains(notes, note) {
				notes = append(notes, note)
			}
		}
	}
	return notes
}

// read turns the keys into a Stack, defaults first. The order is the reference's.
func read(f *file) Stack {
	name := f.oneOf("platform", "minikube", slices.Sorted(maps.Keys(platforms))...)
	decided(f, name)
	p := platforms[name]
	s := plan.Plan{
		Name:            f.text("name", "neo4j"),
		Namespace:       f.text("namespace", "neo4j"),
		CreateNamespace: f.boolean("createNamespace", true),
		ClusterDomain:   f.text("clusterDomain", "cluster.local"),
		AcceptLicense:   f.text("acceptLicense", ""),
		ExistingSecret:  f.text("existingSecret", ""),
		Protect:         f.boolean("protect", p.protect),
		HeadStart:       f.seconds("headStart", "2s"),
		Restart:         f.text("restart", ""),
		OneNode:         p.oneNode,
		Spec: neo4j.Spec{
			Release:       readRelease(f, p.recommended),
			Edition:       neo4j.Edition(f.oneOf("edition", string(neo4j.Enterprise), string(neo4j.Enterprise), string(neo4j.Community))),
			Primaries:     f.integer("primaries", 3),
			Secondaries:   f.integer("secondaries", 0),
			Analytics:     f.integer("analytics", 0),
			Metrics:       f.boolean("metrics", false),
			FastElections: p.fastElections,
		},
	}
	s.Settings, s.SettingSecrets = f.textsOrSecrets("settings")
	s.Discovery = readDiscovery(f.sub("discovery"), s)
	s.ServiceAccount = readAccount(f.sub("serviceAccount"), s)
	readCopies(f.sub("copies"), &s)
	storage := f.sub("storage")
	s.UseVolumes = readUseVolumes(storage)
	s.Storage = readStorage(storage, p)
	s.Extras = readExtras(f)
	readPod(f, &s)
	readOwnPod(f.sub("pod"), &s)
	security, warnings := readSecurity(f.sub("podSecurity"), s)
	s.PodSecurity = security
	resources := f.sub("resources")
	s.Resources = readResources(resources, p)
	s.Memory = readMemory(f.sub("memory"), &s, resources.has("memory"))
	readImage(f.sub("image"), &s)

	exposure, open := readExposure(f.sub("expose"), name, p)
	s.Expose, warnings = exposure, append(warnings, open...)
	s.Addresses = readAddresses(f)
	s.Network = readNetwork(f.sub("network"), p)
	s.TLS, s.Certificates = readTLS(f.sub("tls"), p)
	s.Placement = readPlacement(f.sub("placement"), p)
	timeouts := f.sub("timeouts")
	s.Timeouts = plan.Timeouts{
		Ready: timeouts.wait("ready", "15m"), Verify: timeouts.wait("verify", "5m"),
		ScaleIn: timeouts.wait("scaleIn", "5m"), Shutdown: timeouts.wait("shutdown", p.shutdown),
	}
	timeouts.end()
	s.Rolling = readRolling(f.sub("rolling"))
	check := f.sub("verify")
	s.Verify = plan.Verify{Enabled: check.boolean("enabled", true), Canary: check.boolean("canary", p.canary)}
	check.end()
	kubernetes := f.sub("kubernetes")
	k := Kubernetes{Kubeconfig: kubernetes.text("kubeconfig", ""), Context: kubernetes.text("context", p.kubeContext)}
	if k.Context == "" {
		f.problems.add("cluster.kubernetes.context", "", "is needed on "+name, "write the context of your kubeconfig to deploy to, see: kubectl config get-contexts")
	}
	kubernetes.end()
	return Stack{Plan: s, Kubernetes: k, Warnings: warnings}
}

// readRelease takes the release, which a stack must name: a default would move with the program, and the database with it.
func readRelease(f *file, recommended string) neo4j.Release {
	text := f.text("release", "")
	if text == "" {
		f.refuse("release", text, "is needed: a default would move with the program, and the database with it", "write the release, for a new stack such as "+recommended)
		return neo4j.Release{}
	}
	r, err := neo4j.ParseRelease(text)
	if err == nil {
		_, err = neo4j.FamilyOf(r)
	}
	if err != nil {
		f.refuse("release", text, "cannot be deployed", err.Error())
		return neo4j.Release{}
	}
	return r
}

func readStorage(f *file, p platform) plan.Storage {
	s := p.storage
	s.Size = f.kubernetesBytes("size", p.size)
	s.Class = f.text("class", s.Class)
	if f.has("class") {
		s.CreateClass, s.Provisioner, s.Parameters = false, "", nil // a class of the user's own is there already
	}
	driver, parameters := f.text("provisioner", ""), f.texts("parameters", nil)
	switch {
	case f.has("provisioner"):
		s.CreateClass, s.OwnClass, s.Provisioner, s.Parameters = true, true, driver, parameters
	case f.has("parameters"):
		f.refuse("parameters", f.values["parameters"], "are those of a storage class that the program declares by storage.provisioner", "write that, or leave them out: a class that is there has its own")
	}
	s.Selector, s.ExistingClaims = f.texts("selector", nil), f.boolean("existingClaims", false)
	if (len(s.Selector) > 0 || s.ExistingClaims) && !f.has("class") {
		s.Class, s.CreateClass, s.Provisioner, s.Parameters = "", false, "", nil // the platform's is for volumes that are made
	}
	if f.has("class") || f.has("provisioner") || f.has("selector") || s.ExistingClaims {
		s.HostPath = "" // the platform's, in whose place they are
	}
	s.HostPath = f.text("hostPath", s.HostPath)
	s.Retain = f.boolean("retain", s.Retain)
	f.end()
	return s
}

// readMemory plans heap and page cache within the limit, keeping what the stack gives. Where it gives both of them and no limit, the
// limit follows from them.
func readMemory(f *file, s *plan.Plan, limited bool) neo4j.Memory {
	given := neo4j.Memory{Heap: f.neo4jBytes("heap"), PageCache: f.neo4jBytes("pageCache"), AllowSmall: f.boolean("allowSmall", false)}
	shown := strings.TrimPrefix(fmt.Sprintf(", heap %s, page cache %s", orPlanned(f.text("heap", "")), orPlanned(f.text("pageCache", ""))), ", ")
	f.end()
	family, err := neo4j.FamilyOf(s.Release)
	if err != nil {
		return given // the release is refused already
	}
	if given.Heap > 0 && given.PageCache > 0 && !limited {
		s.Resources.Memory = family.Limit(given)
	}
	plan, err := family.PlanMemory(s.Resources.Memory, given)
	if err != nil && s.Resources.Memory > 0 {
		mend := "raise cluster.resources.memory, or lower cluster.memory.heap or pageCache"
		if small := given; !small.AllowSmall {
			small.AllowSmall = true
			if _, err := family.PlanMemory(s.Resources.Memory, small); err == nil {
				mend += ", or set cluster.memory.allowSmall: true"
			}
		}
		f.problems.add(f.path, shown, "does not fit: "+err.Error(), mend)
	}
	return plan
}

func orPlanned(text string) string {
	if text == "" {
		return "planned"
	}
	return text
}

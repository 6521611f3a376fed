package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

var (
	// dnsLabel is what Kubernetes takes for the names of Services (RFC 1035), label for those of namespaces, volumes and containers (RFC 1123).
	dnsLabel = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)
	label    = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	// objectName is what Kubernetes takes for the names of Secrets, ConfigMaps and claims.
	objectName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
)

func isLabel(name string) bool { return len(name) <= 63 && label.MatchString(name) }

func isObjectName(name string) bool { return len(name) <= 253 && objectName.MatchString(name) }

const (
	// A StatefulSet's pods carry its name and an eleven-character hash as one label value of at most 63 characters.
	maxPoolName = 63 - 11
	maxHostName = 253
)

// validate adds everything that is wrong with a decoded stack to problems, and what is merely odd to its warnings.
func validate(stack *Stack, problems *Problems) {
	s := stack.Plan
	validateNames(s, problems)
	validateSize(stack, problems)
	validateStorage(s, problems)
	validateResources(stack, problems)
	validateNetwork(stack, problems)
	validateExposure(stack, problems)
	validatePlacement(s, problems)
	validateOwnPod(stack, problems)
	warnRolling(stack)
	if s.Discovery.Type != "LIST" && s.Discovery.Type != "" && !s.Clustered() {
		stack.Warnings = append(stack.Warnings, "neo4j:cluster.discovery.type: "+s.Discovery.Type+" says nothing to a server that stands alone")
	}
	if s.Release.IsZero() {
		return // refused already, and nothing more can be said of it
	}
	family, err := neo4j.FamilyOf(s.Release)
	if err != nil {
		return
	}
	if family.NeedsLicense() && s.Edition == neo4j.Enterprise && !slices.Contains(family.Licenses, s.AcceptLicense) {
		problems.add("cluster.acceptLicense", s.AcceptLicense, "does not accept the licence of Neo4j Enterprise "+s.Release.String(),
			fmt.Sprintf(`read your licence and write "%s", or choose edition: community with primaries: 1`, strings.Join(family.Licenses, `" or "`)))
	}
	validateFamily(s, family, problems)
	validateTLS(s, family, problems)
	validateImage(s, problems)
	for _, p := range neo4j.CheckSettings(family, s.Settings) {
		problems.add("cluster.settings."+p.Key, p.Value, p.Reason, p.Mend)
	}
	validateSettingSecrets(s, family, problems)
	for _, p := range slices.Concat(neo4j.CheckEdition(family, s.Edition, s.Settings), neo4j.CheckTLS(family, s.Spec)) {
		problems.add("cluster.settings."+p.Key, p.Value, p.Reason, p.Mend)
	}
	for _, warning := range neo4j.WarnSettings(family, s.Settings) {
		stack.Warnings = append(stack.Warnings, "neo4j:cluster.settings: "+warning)
	}
	validateExtras(stack, family, problems)
}

// validateSettingSecrets refuses settings that may not come from a Secret, by the rules of those that are written out.
func validateSettingSecrets(s plan.Plan, family neo4j.Family, problems *Problems) {
	for _, name := range slices.Sorted(maps.Keys(s.SettingSecrets)) {
		at, from := "cluster.settings."+name, s.SettingSecrets[name]
		checkSecretKey(at, from, problems)
		unread := map[string]string{name: neo4j.Unread}
		for _, p := range slices.Concat(neo4j.CheckSettings(family, unread), neo4j.CheckEdition(family, s.Edition, unread)) {
			problems.add(at, from, p.Reason, p.Mend)
		}
		switch {
		case name == family.Keys.JVM:
			problems.add(at, from, "is a list of flags", "write them as cluster.jvm.arguments")
		case s.Release.RootsImage():
			problems.add(at, from, "cannot reach a server of "+s.Release.String()+", whose image takes no variables of this user", "write the value out, or take a later patch")
		}
	}
}

// checkSecretKey refuses what names no key of a Secret.
func checkSecretKey(at string, from plan.SecretKey, problems *Problems) {
	if !isObjectName(from.Secret) {
		problems.add(at+".secret", from.Secret, "is not the name of a Secret", "write the name of a Secret in the namespace")
	}
	if !secretKey.MatchString(from.Key) {
		problems.add(at+".key", from.Key, "is no key of a Secret", "use letters, digits, dashes, underscores and dots")
	}
}

// validateFamily refuses shapes that the release does not know.
func validateFamily(s plan.Plan, family neo4j.Family, problems *Problems) {
	if s.Analytics > 0 && !family.Analytics {
		problems.add("cluster.analytics", s.Analytics, "is for 5.x and later", "use cluster.secondaries, the read replicas of "+family.Range())
	}
	if s.Secondaries > 0 && s.Primaries == 1 && !family.LoneReaders {
		problems.add("cluster.secondaries", s.Secondaries, "needs a cluster to read from", "use at least 3 primaries")
	}
	if s.Metrics && (family.Keys.PrometheusEnabled == "" || s.Edition == neo4j.Community) {
		problems.add("cluster.metrics", true, "is not to be had: Prometheus metrics came with Enterprise 3.5", "leave it out")
	}
}

func validateNames(s plan.Plan, problems *Problems) {
	if !dnsLabel.MatchString(s.Name) || len(s.Name) > 63 {
		problems.add("cluster.name", s.Name, "is not a DNS label", "begin with a letter, then at most 62 lower-case letters, digits and dashes, not ending in a dash")
	}
	if !isLabel(s.Namespace) {
		problems.add("cluster.namespace", s.Namespace, "is not a DNS label", "write at most 63 lower-case letters, digits and dashes, not beginning or ending in a dash")
	}
	if strings.HasPrefix(s.Namespace, "kube-") || s.Namespace == "default" && s.CreateNamespace {
		problems.add("cluster.namespace", s.Namespace, "is the Kubernetes cluster's own", "write a namespace for the database, such as neo4j")
	}
	if len(longestPool(s)) > maxPoolName {
		problems.add("cluster.name", s.Name, fmt.Sprintf("makes the name of a StatefulSet longer than %d characters", maxPoolName),
			fmt.Sprintf("use at most %d characters", maxPoolName-len(longestPool(s))+len(s.Name)))
	}
	for _, part := range strings.Split(s.ClusterDomain, ".") {
		if !isLabel(part) {
			problems.add("cluster.clusterDomain", s.ClusterDomain, "is not a DNS name", "write the domain of your Kubernetes cluster, usually cluster.local")
			break
		}
	}
	longest := s.Host(fmt.Sprintf("%s-%d", longestPool(s), neo4j.MaxPrimaries))
	if len(longest) > maxHostName {
		problems.add("cluster.clusterDomain", s.ClusterDomain, fmt.Sprintf("makes a member's full name %d characters long, over %d", len(longest), maxHostName),
			"shorten cluster.name, cluster.namespace or the domain")
	}
	if s.ExistingSecret != "" && !isObjectName(s.ExistingSecret) {
		problems.add("cluster.existingSecret", s.ExistingSecret, "is not the name of a Secret", "write the name of a Secret in the namespace")
	}
}

// longestPool is the longest name of a StatefulSet that the cluster may ever have.
func longestPool(s plan.Plan) string {
	if family, err := neo4j.FamilyOf(s.Release); err == nil && family.Analytics {
		return s.Pool(neo4j.Analytics)
	}
	return s.Pool(neo4j.Secondary)
}

func validateSize(stack *Stack, problems *Problems) {
	s := stack.Plan
	switch {
	case s.Primaries < 1:
		problems.add("cluster.primaries", s.Primaries, "is no cluster", "write an odd number from 1 to 11, such as 3")
	case s.Primaries > neo4j.MaxPrimaries:
		problems.add("cluster.primaries", s.Primaries, fmt.Sprintf("is more than the %d that Neo4j supports", neo4j.MaxPrimaries),
			"write at most 11, and add cluster.secondaries to scale reads")
	case s.Primaries%2 == 0:
		stack.Warnings = append(stack.Warnings, fmt.Sprintf(
			"neo4j:cluster.primaries: %d is even: it survives the loss of no more members than %d would", s.Primaries, s.Primaries-1))
	}
	switch {
	case s.Secondaries < 0:
		problems.add("cluster.secondaries", s.Secondaries, "is less than none", "write 0 or more")
	case s.Secondaries > 100:
		problems.add("cluster.secondaries", s.Secondaries, "is more than 100", "write 100 or fewer")
	}
	if s.Analytics < 0 || s.Analytics > 100 {
		problems.add("cluster.analytics", s.Analytics, "is not a number of servers", "write 0 to 100")
	}
	if s.Edition == neo4j.Community && s.Clustered() {
		problems.add("cluster.edition", s.Edition, fmt.Sprintf("does not cluster, and %d members are asked for", s.Primaries+s.Secondaries+s.Analytics),
			"use edition: enterprise, or primaries: 1 and secondaries: 0")
	}
}

func validateStorage(s plan.Plan, problems *Problems) {
	const least = 64 << 20
	if s.Storage.Size > 0 && s.Storage.Size < least {
		problems.add("cluster.storage.size", plan.Quantity(s.Storage.Size), "is too small for a store", "write at least 64Mi")
	}
	if s.Protect && !s.Storage.Retain {
		problems.add("cluster.storage.retain", false, "and protect exclude each other: a protected stack's data is not deleted with it, nor when it shrinks", "write protect: false if the data may go")
	}
	if s.Storage.Class != "" && !isObjectName(s.Storage.Class) {
		problems.add("cluster.storage.class", s.Storage.Class, "is not the name of a storage class", "write one of: kubectl get storageclass")
	}
	validateVolumesOf(s.Storage, problems)
	if s.Storage.ExistingClaims && s.Storage.Class+s.Storage.HostPath != "" {
		problems.add("cluster.storage.existingClaims", true, "and class or hostPath exclude each other: the claims have what they were made with", "leave one of them out")
		return
	}
	if s.Storage.ExistingClaims && s.CreateNamespace {
		problems.add("cluster.storage.existingClaims", true, "needs a namespace that is there before, for the claims are in it", "make it with your claims, and write createNamespace: false")
	}
	if s.Storage.HostPath == "" {
		return
	}
	if !s.OneNode {
		problems.add("cluster.storage.hostPath", s.Storage.HostPath, "is a folder of one node, and a member that starts on another would find it empty", "write storage.class, or leave both out for the cluster's default class")
	}
	if s.Storage.Class != "" {
		problems.add("cluster.storage.class", s.Storage.Class, "and hostPath exclude each other", "leave one of them out")
	}
	if !strings.HasPrefix(s.Storage.HostPath, "/") || strings.Contains(s.Storage.HostPath, "..") || s.Storage.HostPath == "/" {
		problems.add("cluster.storage.hostPath", s.Storage.HostPath, "is not a folder of the node", "write an absolute path such as /data/neo4j")
	}
}

// checkPassword refuses a password that the images would not take as it is, and one beside a Secret of the stack's own.
func checkPassword(password string, p plan.Plan) Problems {
	var problems Problems
	refuse := func(reason, mend string) {
		problems = append(problems, Problem{"neo4j:password", "[secret]", reason, mend})
	}
	for _, problem := range neo4j.CheckPassword(password) {
		refuse(problem.Reason, problem.Mend)
	}
	if p.ExistingSecret != "" {
		refuse("and cluster.existingSecret exclude each other", "leave one of them out")
	}
	return problems
}

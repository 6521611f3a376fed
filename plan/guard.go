package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Change is what the guard looks at.
type Change struct {
	// Before is the stack's last plan, nil for a stack that has none; After is the next one.
	Before *Record
	After  Plan
	// Cluster is the identity of the Kubernetes cluster of the last plan, empty where it is not known.
	Cluster string
	// Found is what is in the place, nil where no cluster was asked: a preview without one.
	Found *Found
	// Stack is whose plan it is: organization/project/stack.
	Stack string
	// PasswordBefore and PasswordAfter are the stack's own passwords, empty for none.
	PasswordBefore, PasswordAfter string
}

// Refusal is why a change is refused: where, from what to what, the reason and the way to go.
type Refusal struct{ Path, Value, Reason, Mend string }

func (r Refusal) Error() string {
	return fmt.Sprintf("neo4j:cluster.%s: %s is refused, nothing was touched: %s; %s", r.Path, r.Value, r.Reason, r.Mend)
}

// rule says what is wrong with a change, nothing where it is fine.
type rule func(Change) []Refusal

// rules are all that the guard knows, in the order in which people read them. One that finds the plan in another place ends the
// list: everything else would be about something that is not there.
var rules = []rule{moves, owners, needs, password, takesUp, unfinished, release, sideBySide, shape, storage, givenClaims, claimTemplates, families, balancers, encryption, discovery, names, dropped}

// Refusals are all reasons why a change is refused at once: what would lose data, the quorum, a password, or somebody else's objects. It
// touches nothing and asks nobody; what it needs to know is in the change.
func Refusals(c Change) []Refusal {
	var refusals []Refusal
	for i, rule := range rules {
		refusals = append(refusals, rule(c)...)
		if i == 0 && len(refusals) > 0 {
			break
		}
	}
	return refusals
}

// StillRefused are the reasons that can stand against a plan which is the last update's: that what it leads to has become another's, as when
// it reaches another Kubernetes cluster by now.
func StillRefused(c Change) []Refusal { return owners(c) }

// Check is Refusals as an error.
func Check(c Change) error { return Refused(Refusals(c)) }

// Refused is the error of refusals, nil for none.
func Refused(refusals []Refusal) error {
	errs := make([]error, len(refusals))
	for i, refusal := range refusals {
		errs[i] = refusal
	}
	return errors.Join(errs...)
}

func arrow(before, after any) string { return fmt.Sprintf("%v -> %v", before, after) }

// moves refuses another name, namespace or Kubernetes cluster: all objects would be made anew there, empty, and the old ones deleted.
func moves(c Change) []Refusal {
	const reason = "a cluster does not move: the members would start empty there, and those here would be deleted"
	var refusals []Refusal
	mend := "make a new stack for it (pulumi stack init) and load a backup, then destroy this one"
	if c.Cluster != "" && c.Found != nil && c.Found.Cluster != "" && c.Found.Cluster != c.Cluster {
		refusals = append(refusals, Refusal{"kubernetes", "another Kubernetes cluster (kube-system " + arrow(c.Cluster, c.Found.Cluster) + ")", reason, mend +
			"; to reach the same cluster by another name, point cluster.kubernetes at it"})
	}
	if c.Before == nil {
		return refusals
	}
	if c.Before.Namespace != c.After.Namespace {
		refusals = append(refusals, Refusal{"namespace", arrow(c.Before.Namespace, c.After.Namespace), reason, mend})
	}
	if c.Before.Name != c.After.Name {
		refusals = append(refusals, Refusal{"name", arrow(c.Before.Name, c.After.Name), reason, mend})
	}
	return refusals
}

// owners refuses to take over what is there already and is not this stack's.
func owners(c Change) []Refusal {
	if c.Found == nil {
		return nil
	}
	var refusals []Refusal
	for _, o := range c.Found.Objects {
		if o.Owner == c.Stack || o.Owner == "" && c.beforeStamps() {
			continue
		}
		whose := "the stack " + o.Owner
		if o.Owner == "" {
			whose = "no stack of this program"
		}
		at, flag := o.Name, ""
		if o.Namespace != "" {
			at, flag = o.Namespace+"/"+o.Name, " --namespace "+o.Namespace
		}
		mend := fmt.Sprintf("choose another neo4j:cluster.namespace or neo4j:cluster.name. Where it is rightly %s's, hand it over: kubectl annotate %s%s %s --overwrite %s=%s",
			c.Stack, o.Kind, flag, o.Name, OwnedBy, c.Stack)
		path := "name"
		switch o.Kind {
		case "namespace":
			path, mend = "createNamespace", "write createNamespace: false to live in it beside others. "+mend[strings.Index(mend, "Where"):]
		case "storageclass":
			path, mend = "storage.class", "write storage.class: "+o.Name+" to use it as it is. "+mend[strings.Index(mend, "Where"):]
		}
		refusals = append(refusals, Refusal{path, fmt.Sprintf("%s %s", o.Kind, at), "it is there already and belongs to " + whose, mend})
	}
	return refusals
}

// needs refuses a plan that would wait for ever for what the Kubernetes cluster does not have.
func needs(c Change) []Refusal {
	if c.Found == nil {
		return nil
	}
	var refusals []Refusal
	for _, missing := range c.Found.Missing {
		refusals = append(refusals, Refusal(missing))
	}
	return refusals
}

// beforeStamps says whether the place was made by a time of this program that stamped the StatefulSets only: they are this stack's, and
// there is no record.
func (c Change) beforeStamps() bool {
	return c.Found.Record == nil && slices.ContainsFunc(c.Found.Objects, func(o Object) bool {
		return o.Kind == "statefulset" && o.Name == c.After.Name && o.Owner == c.Stack
	})
}

// dropped refuses to let a pool grow onto claims of members that left a cluster of 5.x or later for good: their data carries a server
// id that was dropped, and the new member would be turned away for ever. What becomes of a member whose pod is still there, for it was told
// to leave by an update that was changed back, is operate/back's.
func dropped(c Change) []Refusal {
	if c.Found == nil {
		return nil
	}
	var left, names []string
	for _, m := range c.After.Topology().Members {
		if id := c.Found.Claims[ClaimOf(m)].LeftAs; id != "" && m.Ordinal >= c.Found.Sizes[m.Pool] {
			left = append(left, fmt.Sprintf("%s (server %s)", ClaimOf(m), id))
			names = append(names, ClaimOf(m))
		}
	}
	if len(left) == 0 {
		return nil
	}
	mend := fmt.Sprintf("delete them: kubectl delete pvc --namespace %s %s", c.After.Namespace, strings.Join(names, " "))
	if c.After.Storage.HostPath != "" {
		mend += ", and the folders of these names below " + c.After.HostFolder() + " of the nodes"
	}
	return []Refusal{{"primaries", "growing onto " + strings.Join(left, ", "), "they hold what members that were dropped from the cluster left behind, and a dropped server " +
		"can never come back; the other members have all its databases", mend}}
}

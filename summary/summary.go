// Package summary says in Neo4j's terms what an update does to a running cluster: who joins, leaves and is replaced in which order, which
// settings change and how, what becomes of the data, and what is refused. It is a pure function of two plans and of what was found; lines
// of a terminal, the Markdown of a pull request and JSON are three ways to write the one result.
package summary

import (
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// Change is what a summary is of: what the guard looks at, and what members are made of before and after.
type Change struct {
	plan.Change
	// Conf are the settings of each role's neo4j.conf before the change, all values of a key. A role that is missing is not compared.
	Conf map[neo4j.Role]map[string][]string
	// PodsBefore and PodsAfter are digests of each role's pod template: members whose digest differs are replaced. A role that is missing
	// before is not compared.
	PodsBefore, PodsAfter map[neo4j.Role]string
	// Refused are the guard's refusals, none for a change that may be made.
	Refused []plan.Refusal
}

// Kind says what a summary is of.
type Kind string

// The kinds.
const (
	// First is the stack's first update, or the first after its end.
	First Kind = "first"
	// Changes is a change of a running cluster.
	Changes Kind = "change"
	// Nothing changes for the running cluster.
	Nothing Kind = "nothing"
	// Refused touches nothing.
	Refused Kind = "refused"
)

// Version is that of the shape in JSON: a field may come, and none of a version changes its meaning or goes.
const Version = 1

// Summary is what an update does. As JSON its shape is documented in docs/previews.md.
type Summary struct {
	Version int    `json:"version"`
	Stack   string `json:"stack"`
	Kind    Kind   `json:"kind"`
	// Before and After are the clusters; there is none before a first update, and none after a configuration that is wrong.
	Before *Shape `json:"before,omitempty"`
	After  *Shape `json:"after,omitempty"`

	Members  Members   `json:"members"`
	Settings []Setting `json:"settings"`
	Changes  []Field   `json:"changes"`
	Volumes  Volumes   `json:"volumes"`
	// Data, Notes and Unfinished are sentences: what becomes of the data; what a reviewer would not see, such as what cannot be taken back;
	// what an earlier update left undone.
	Data       []string `json:"data"`
	Notes      []string `json:"notes"`
	Unfinished []string `json:"unfinished"`

	Refused []Refusal `json:"refused"`
}

// Shape is a cluster: its release, its size in the release's words, and its members.
type Shape struct {
	Release  string        `json:"release"`
	Edition  neo4j.Edition `json:"edition"`
	Topology string        `json:"topology"`
	Pools    []Pool        `json:"pools"`
}

// Pool is the members of one role by name.
type Pool struct {
	Name    string     `json:"name"`
	Role    neo4j.Role `json:"role"`
	Members []string   `json:"members"`
}

// Field is a part of the plan with another text: Before and Effect are missing where there was no cluster.
type Field struct {
	// Path is the full key, neo4j:cluster.image.name.
	Path   string      `json:"path"`
	Before *string     `json:"before,omitempty"`
	After  string      `json:"after"`
	Effect plan.Effect `json:"effect,omitempty"`
}

// Refusal is one thing that is refused, and Text all of it as the program says it.
type Refusal struct {
	Path   string `json:"path"`
	Value  string `json:"value"`
	Reason string `json:"reason"`
	Mend   string `json:"mend"`
	Text   string `json:"text"`
}

// Of is the summary of a change. A change that is refused has its refusals and the two clusters, and nothing that would be done.
func Of(c Change) Summary {
	s := empty(c.Stack)
	if c.Before != nil {
		s.Before = shapeOf(c.Before.Topology())
	}
	s.After = shapeOf(c.After.Topology())
	for _, r := range c.Refused {
		s.Refused = append(s.Refused, Refusal{"neo4j:cluster." + r.Path, r.Value, r.Reason, r.Mend, r.Error()})
	}
	if len(s.Refused) > 0 {
		s.Kind = Refused
		return s
	}
	s.Members, s.Volumes = members(c), volumes(c)
	s.Settings, s.Changes = settings(c), fields(c)
	s.attribute(c)
	s.Data, s.Unfinished = data(c, s.Members), unfinished(c)
	s.Notes = append(append(s.Notes, firstNotes(s.Settings)...), notes(c)...)
	switch {
	case c.Before == nil:
		s.Kind = First
	case s.nothing():
		s.Kind = Nothing
	default:
		s.Kind = Changes
	}
	return s
}

// OfProblems is the summary of a configuration that is wrong.
func OfProblems(stack string, problems []Refusal) Summary {
	s := empty(stack)
	s.Kind, s.Refused = Refused, append(s.Refused, problems...)
	return s
}

// empty has empty lists where JSON would have null.
func empty(stack string) Summary {
	return Summary{
		Version: Version, Stack: stack[strings.LastIndex(stack, "/")+1:], Members: noMembers(), Settings: []Setting{}, Changes: []Field{},
		Volumes: Volumes{Grow: []string{}}, Data: []string{}, Notes: []string{}, Unfinished: []string{}, Refused: []Refusal{},
	}
}

// nothing says whether the running cluster notices nothing of the change.
func (s Summary) nothing() bool {
	for _, f := range s.Changes {
		if f.Effect != plan.ByUpdates {
			return false
		}
	}
	m := s.Members
	return len(m.Added)+len(m.Removed)+len(m.Replaced)+len(s.Settings)+len(s.Volumes.Grow)+len(s.Unfinished)+len(s.Notes) == 0
}

func shapeOf(t neo4j.Topology) *Shape {
	shape := &Shape{Release: t.Release.String(), Edition: t.Edition, Topology: t.String(), Pools: []Pool{}}
	for _, role := range neo4j.Roles {
		of := t.Of(role)
		if len(of) > 0 {
			shape.Pools = append(shape.Pools, Pool{Name: of[0].Pool, Role: role, Members: names(of)})
		}
	}
	return shape
}

func names(members []neo4j.Member) []string {
	all := make([]string, len(members))
	for i, m := range members {
		all[i] = m.Name
	}
	return all
}

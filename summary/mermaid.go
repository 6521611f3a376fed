package summary

import (
	"fmt"
	"slices"
	"strings"
)

// Mermaid draws the members before and after, a box a pool; empty where there is no cluster to draw. Where nothing of it changes there is one
// drawing. (Mermaid's "Flowcharts - Basic Syntax": subgraphs, classDef.)
func (s Summary) Mermaid() string {
	if s.After == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	m := s.Members
	touched := len(m.Added)+len(m.Removed)+len(m.Replaced) > 0 || s.Kind == Refused
	if s.Before != nil && touched {
		after := "after"
		if s.Kind == Refused {
			after = "refused"
		}
		draw(&b, "before", s.Before, m.Removed, "leaves")
		draw(&b, after, s.After, slices.Concat(m.Added, m.Replaced), "new")
		fmt.Fprintf(&b, "  before --> %s\n", after)
	} else {
		draw(&b, "now", s.After, nil, "")
	}
	b.WriteString("  classDef new stroke:#2da44e,stroke-width:3px\n  classDef leaves stroke:#cf222e,stroke-dasharray:4\n")
	return b.String()
}

// draw draws one cluster; those who are marked are of a class.
func draw(b *strings.Builder, id string, shape *Shape, marked []string, class string) {
	fmt.Fprintf(b, "  subgraph %s[\"%s: %s, Neo4j %s %s\"]\n", id, id, shape.Topology, shape.Release, shape.Edition)
	for _, pool := range shape.Pools {
		at := id + "_" + nodeID(pool.Name)
		fmt.Fprintf(b, "    subgraph %s[\"%s, %s\"]\n", at, pool.Name, asked(pool.Role))
		for _, node := range nodes(pool.Members, marked) {
			mark := ""
			if node.marked {
				mark = ":::" + class
			}
			fmt.Fprintf(b, "      %s_%s[\"%s\"]%s\n", at, nodeID(node.id), node.text, mark)
		}
		b.WriteString("    end\n")
	}
	b.WriteString("  end\n")
}

type node struct {
	id, text string
	marked   bool
}

// nodes are a member each, and of many that are marked alike one for all of a row.
func nodes(members, marked []string) []node {
	const most = 11
	if len(members) <= most {
		var all []node
		for _, m := range members {
			all = append(all, node{m, m, slices.Contains(marked, m)})
		}
		return all
	}
	var all []node
	for from := 0; from < len(members); {
		to := from
		for to < len(members) && slices.Contains(marked, members[to]) == slices.Contains(marked, members[from]) {
			to++
		}
		all = append(all, node{members[from], some(members[from:to]), slices.Contains(marked, members[from])})
		from = to
	}
	return all
}

// nodeID is a name as Mermaid takes it for a node.
func nodeID(name string) string { return strings.ReplaceAll(name, "-", "_") }

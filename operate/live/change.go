package live

import (
	"fmt"
	"maps"
	"slices"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
)

// change is a setting that a member has not as planned.
type change struct {
	name, value string
	// reset says that it goes back to its default.
	reset bool
}

func (c change) String() string {
	if c.reset {
		return c.name + " at its default"
	}
	return c.name + "=" + c.value
}

// changes are what a member that shows some settings has still to take, by name. The error is of settings that it cannot take: then it is
// told none.
func (a *applying) changes(m neo4j.Member, shown map[string]Setting) ([]change, error) {
	w := a.wanted[m.Role]
	var changes []change
	for _, name := range slices.Sorted(maps.Keys(w.values)) {
		if is, value := shown[name], w.values[name]; !neo4j.SameValue(a.topology.Release, name, value, is.Value) {
			if value == "" && is.Default != "" {
				return nil, cannot(m, fmt.Sprintf("takes no empty %s at run time: it would go back to its default, %s", name, is.Default))
			}
			changes = append(changes, change{name: name, value: value})
		}
	}
	for _, name := range slices.Sorted(slices.Values(w.reset)) {
		is := shown[name]
		if is.TellsDefault && is.Value != is.Default || !is.TellsDefault && !a.reset[m.Name+" "+name] {
			changes = append(changes, change{name: name, reset: true})
		}
	}
	for _, c := range changes {
		switch is, known := shown[c.name]; {
		case !known:
			return nil, cannot(m, "does not know "+c.name)
		case !is.Dynamic:
			return nil, cannot(m, "says that "+c.name+" is not dynamic")
		}
	}
	return changes, nil
}

// cannot refuses a change that the catalogue takes for one of a running server, and the server does not.
func cannot(m neo4j.Member, why string) error {
	return operate.Refused{Reason: fmt.Sprintf("%s %s; set restart to a new value, and the members read it when they start", m.Name, why)}
}

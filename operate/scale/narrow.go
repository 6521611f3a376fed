package scale

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/operate"
	"neo4j-kubernetes/verify"
)

// blocked refuses, before anything is touched, what would make the cluster refuse half way: a primary that stays and is not well, a
// database on the leaving server that does not run, or has its only primary there. All reasons at once. A copy that is on its way is
// waited for, and one that is deallocating has been ordered to leave already and is still online (operations manual 5, "database states").
func (l *leaving) blocked(view verify.Observation) error {
	reasons := l.unwell(view)
	var underWay []string
	for _, c := range view.Databases {
		if !strings.EqualFold(c.Host, l.member.Host) || c.Name == "system" || c.Composite() {
			continue
		}
		switch c.Status {
		case "online", "deallocating":
			if c.Role == "primary" && c.WantedPrimaries == 1 {
				reasons = append(reasons, fmt.Sprintf("database %s has its only primary on it: ALTER DATABASE %s SET TOPOLOGY 3 PRIMARIES first", c.Name, quoted(c.Name)))
			}
		case "offline", "dirty", "quarantined":
			reasons = append(reasons, fmt.Sprintf("database %s is %s on it: %s first", c.Name, c.Status, mends[c.Status]))
		default:
			underWay = append(underWay, fmt.Sprintf("database %s is %s on it", c.Name, c.Status))
		}
	}
	switch {
	case len(reasons) > 0:
		return operate.Refused{Reason: fmt.Sprintf("%s cannot leave: %s", l.member.Name, strings.Join(reasons, "; ")), Untouched: true}
	case len(underWay) > 0:
		return errors.New(strings.Join(underWay, "; "))
	}
	return nil
}

// mends say what brings a copy out of a state in which its server cannot be deallocated.
var mends = map[string]string{
	"offline": "START DATABASE, or DROP DATABASE,", "dirty": "mend what its statusMessage and the logs name, or DROP DATABASE,", "quarantined": "lift its quarantine",
}

// unwell are the primaries that stay and are not well.
func (l *leaving) unwell(view verify.Observation) (reasons []string) {
	for _, m := range l.to.Topology().Of(neo4j.Primary) {
		i := slices.IndexFunc(view.Servers, func(v verify.Server) bool { return strings.EqualFold(v.Host, m.Host) && v.State != verify.Dropped })
		switch {
		case i < 0:
			reasons = append(reasons, fmt.Sprintf("%s, which stays, is not among the servers: bring it back first", m.Name))
		case view.Servers[i].State != verify.Enabled || view.Servers[i].Health != "Available":
			reasons = append(reasons, fmt.Sprintf("%s, which stays, is %s and %s: bring it back first", m.Name, view.Servers[i].State, view.Servers[i].Health))
		}
	}
	return reasons
}

// narrow gives databases that want more copies than the plan has servers for a topology that fits, with a warning each.
func (l *leaving) narrow(view verify.Observation, order func(statement string) error) error {
	done := map[string]bool{}
	for _, c := range view.Databases {
		if done[c.Name] || c.Name == "system" || c.WantedPrimaries == 0 {
			continue
		}
		done[c.Name] = true
		primaries := min(int(c.WantedPrimaries), l.to.Primaries)
		// A server that is kept to no mode can hold a secondary of a database of which it has no primary.
		room := l.to.Secondaries + l.to.Analytics
		if l.family.Constraints[neo4j.Primary] == "NONE" {
			room += l.to.Primaries - primaries
		}
		secondaries := min(int(c.WantedSecondaries), room)
		if primaries == int(c.WantedPrimaries) && secondaries == int(c.WantedSecondaries) {
			continue
		}
		if primaries == 1 {
			return operate.Refused{Reason: fmt.Sprintf("refused, %s was not taken out: database %s has %d primaries and cannot be altered to one (51N41)", l.member.Name, c.Name, c.WantedPrimaries)}
		}
		statement := fmt.Sprintf("ALTER DATABASE %s SET TOPOLOGY %s", quoted(c.Name), copies(primaries, "PRIMARY", "PRIMARIES"))
		if secondaries > 0 {
			statement += " " + copies(secondaries, "SECONDARY", "SECONDARIES")
		}
		_, _ = fmt.Fprintf(l.o.Warnings, "database %s gets fewer copies, for there are fewer servers: %s\n", c.Name, change(c, primaries, secondaries))
		if err := order(statement); err != nil {
			if operate.Passing(err) {
				return err
			}
			return operate.Refused{Reason: fmt.Sprintf("refused by the cluster, %s was not taken out: %s: %s", l.member.Name, statement, err)}
		}
	}
	return nil
}

func change(c verify.Copy, primaries, secondaries int) string {
	var parts []string
	if primaries != int(c.WantedPrimaries) {
		parts = append(parts, fmt.Sprintf("%d -> %d primaries", c.WantedPrimaries, primaries))
	}
	if secondaries != int(c.WantedSecondaries) {
		parts = append(parts, fmt.Sprintf("%d -> %d secondaries", c.WantedSecondaries, secondaries))
	}
	return strings.Join(parts, ", ")
}

func copies(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// quoted writes a database's name as Cypher takes any.
func quoted(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

package live

import (
	"context"
	"errors"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
)

// Setting is a setting as a running member shows it.
type Setting struct {
	// Value is in the server's own writing, see neo4j.SameValue.
	Value string
	// Default is what an empty value sets; TellsDefault says whether the release shows it, from 5.0 on.
	Default      string
	TellsDefault bool
	// Dynamic says whether the member takes another one at run time; where the release does not say so, its refusal will.
	Dynamic bool
}

// tellsDynamicFrom is the first release whose dbms.listConfig says whether a setting is dynamic: 3.4.10 and 3.5.0-beta02 have no such column
// ("Unknown procedure output: `dynamic`", seen on the box).
var tellsDynamicFrom = neo4j.MustRelease("3.5.0-beta03")

// system is the database that a member is asked about its settings in: every member from 4.0 on hosts it.
func system(r neo4j.Release) string {
	if r.Major < 4 {
		return ""
	}
	return "system"
}

// Ask gives the settings of one member whose names contain a text, by name. They are that member's alone. dbms.listConfig is there in all
// releases (operations manuals 3.5 to 2026.08, "Procedures"); SHOW SETTINGS, which says the same, from 5.6 on.
func Ask(ctx context.Context, members reach.Asker, r neo4j.Release, m neo4j.Member, text string) (map[string]Setting, error) {
	columns := "name, value"
	tellsDynamic := r.Compare(tellsDynamicFrom) >= 0
	if tellsDynamic {
		columns += ", dynamic"
	}
	if r.Major >= 5 {
		columns += ", defaultValue"
	}
	answer, err := members.Run(ctx, m, reach.Question{
		Database: system(r), Statement: "CALL dbms.listConfig($text) YIELD " + columns, Parameters: map[string]any{"text": text},
	})
	if err != nil {
		return nil, err
	}
	shown := map[string]Setting{}
	for _, row := range answer.Table() {
		_, tells := row["defaultValue"]
		shown[row.Text("name")] = Setting{Value: row.Text("value"), Default: row.Text("defaultValue"), TellsDefault: tells, Dynamic: !tellsDynamic || row.Is("dynamic")}
	}
	return shown, nil
}

// Set has one member take another value of a setting until it restarts; empty takes it back to the server's default, whatever neo4j.conf
// had at the start (operations manuals 3.5 to 2026.08, dbms.setConfigValue: it "affects only the cluster member it is run against").
func Set(ctx context.Context, members reach.Asker, r neo4j.Release, m neo4j.Member, name, value string) error {
	_, err := members.Run(ctx, m, reach.Question{
		Database: system(r), Statement: "CALL dbms.setConfigValue($name, $value)", Parameters: map[string]any{"name": name, "value": value},
	})
	return err
}

// unanswered says whether an error is the connection's and not the server's word.
func unanswered(err error) bool {
	var said *reach.ServerError
	return !reach.Lasting(err) && !errors.As(err, &said)
}

// refusal is a member's, in words of its own.
type refusal struct {
	text  string
	cause error
}

func (r refusal) Error() string { return r.text }

func (r refusal) Unwrap() error { return r.cause }

func refused(m neo4j.Member, c change, err error) error {
	if unanswered(err) || reach.Lasting(err) {
		return err
	}
	return refusal{m.Name + " refuses " + c.String() + ": " + sentence(err), err}
}

// sentence is what the server said, without the names of its classes: "Failed to invoke procedure `dbms.setConfigValue`: Caused by:
// org.neo4j.graphdb.config.InvalidSettingException: Bad value …" (seen on 3.5.0-beta03).
func sentence(err error) string {
	var said *reach.ServerError
	if !errors.As(err, &said) {
		return err.Error()
	}
	if _, cause, ok := strings.Cut(said.Message, "Caused by: "); ok {
		if class, text, ok := strings.Cut(cause, ": "); ok && !strings.Contains(class, " ") {
			return text
		}
		return cause
	}
	return said.Error()
}

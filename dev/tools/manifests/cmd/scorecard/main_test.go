package main

import (
	"strings"
	"testing"
)

const answer = `[{"type_meta": {"kind": "StatefulSet"}, "object_meta": {"name": "neo4j"}, "checks": [
	{"check": {"id": "a"}, "grade": 1, "skipped": false, "comments": [{"summary": "is bad", "path": "neo4j"}]},
	{"check": {"id": "b"}, "grade": 5, "comments": [{"summary": "a warning"}]},
	{"check": {"id": "c"}, "grade": 1, "skipped": true, "comments": [{"summary": "not asked"}]}]}]`

// What is critical needs a line, and a line needs a finding.
func TestJudge(t *testing.T) {
	found := map[finding][]string{}
	if err := findings([]byte(answer), "dev.yaml", found); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ list, want string }{
		{"a | StatefulSet | is bad | because", ""},
		{"# nothing", "a | StatefulSet | is bad: critical, and no line of the list has a reason for it; 1 times, first in dev.yaml: neo4j neo4j"},
		{"a | StatefulSet | is bad | because\nb | StatefulSet | a warning | old", "b | StatefulSet | a warning: in the list, and found nowhere: take the line away"},
	} {
		list, err := parseList(c.list)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(judge(list, found), "\n"); got != c.want {
			t.Errorf("%q: got %q, want %q", c.list, got, c.want)
		}
	}
	if _, err := parseList("a | StatefulSet | is bad"); err == nil {
		t.Error("an excuse without a reason is taken")
	}
	if err := findings([]byte("[]"), "empty.yaml", found); err == nil {
		t.Error("no object at all is taken for a good score")
	}
}

package home

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	tests := []struct {
		name, own, state, want string
	}{
		{"a box of its own", "/srv/box", "/srv/state", "/srv/box"},
		{"below the state folder", "", "/srv/state", "/srv/state/neo4j-kubernetes"},
		{"below the user's home", "", "", "/srv/user/.local/state/neo4j-kubernetes"},
		{"cleaned, so that one folder has one name", "/srv/a/../box/", "", "/srv/box"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("HOME", "/srv/user")
			t.Setenv("XDG_STATE_HOME", test.state)
			t.Setenv("NEO4J_BOX_HOME", test.own)
			b, err := Open()
			if err != nil || b.Dir != test.want {
				t.Fatalf("got %q, %v; want %q", b.Dir, err, test.want)
			}
		})
	}
}

func TestSocketFitsTheKernelsLimit(t *testing.T) {
	t.Setenv("NEO4J_BOX_HOME", "/"+strings.Repeat("a", 89))
	b, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, socket := range []string{b.Socket(), b.Path("control.sock")} {
		if len(socket) > 107 {
			t.Errorf("%d characters: %s", len(socket), socket)
		}
	}
	t.Setenv("NEO4J_BOX_HOME", "/"+strings.Repeat("a", 90))
	if _, err := Open(); err == nil || !strings.Contains(err.Error(), "NEO4J_BOX_HOME") {
		t.Fatalf("a longer home: %v", err)
	}
}

func TestBoxesHaveNamesOfTheirOwn(t *testing.T) {
	a, b := Box{"/srv/a"}, Box{"/srv/b"}
	if a.Name() == b.Name() || a.Name() != (Box{"/srv/a"}).Name() {
		t.Errorf("%s and %s", a.Name(), b.Name())
	}
	if filepath.Base(a.Name()) != a.Name() {
		t.Errorf("%s is no folder's name", a.Name())
	}
}

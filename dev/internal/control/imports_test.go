package control

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/node"
	"neo4j-kubernetes/dev/internal/supervisor"
)

func writeJSON(t *testing.T, value any, file string) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	write(t, string(text), file)
}

func TestMissingImages(t *testing.T) {
	b, dir := home.Box{Dir: t.TempDir()}, t.TempDir()
	write(t, "image", dir, "a.tar")
	state := supervisor.State{Nodes: map[int]supervisor.Node{1: {PID: 1}, 2: {PID: 2}}}
	expect := func(when string, want ...string) {
		t.Helper()
		left, err := missing(b, state, dir)
		var names []string
		for _, m := range left {
			names = append(names, m.String())
		}
		slices.Sort(names)
		if err != nil || !slices.Equal(names, want) {
			t.Errorf("%s: %q, %v; want %q", when, names, err, want)
		}
	}
	expect("nothing imported", "dev1: a.tar", "dev2: a.tar")
	archives, err := node.Archives(dir)
	if err != nil {
		t.Fatal(err)
	}
	one, two := node.Spec{Home: b.Dir, Number: 1}, node.Spec{Home: b.Dir, Number: 2}
	writeJSON(t, archives, node.Imported(one))
	writeJSON(t, map[string]string{"a.tar": "an earlier version"}, node.Imported(two))
	expect("one imported", "dev2: a.tar")
	writeJSON(t, map[string]node.Refusal{"a.tar": {Version: "an earlier version", Reason: "torn"}}, node.Refused(two))
	expect("an earlier version was refused", "dev2: a.tar")
	writeJSON(t, map[string]node.Refusal{"a.tar": {Version: archives["a.tar"], Reason: "torn"}}, node.Refused(two))
	expect("this version was refused", "dev2: a.tar (torn)")
}

// up is an `up` that waits for the images of one node.
func up(t *testing.T, archive string, r node.Refusal) (u *upping, look func() supervisor.State, said *bytes.Buffer) {
	t.Helper()
	said = new(bytes.Buffer)
	u = &upping{box: home.Box{Dir: t.TempDir()}, images: t.TempDir(), out: said, began: time.Now()}
	write(t, "image", u.images, archive)
	archives, err := node.Archives(u.images)
	if err != nil {
		t.Fatal(err)
	}
	r.Version = archives[archive]
	writeJSON(t, map[string]node.Refusal{archive: r}, node.Refused(node.Spec{Home: u.box.Dir, Number: 1}))
	return u, func() supervisor.State { return supervisor.State{Nodes: map[int]supervisor.Node{1: {PID: 1}}} }, said
}

func TestABrokenArchiveEndsTheWaitWithItsMend(t *testing.T) {
	for archive, mend := range map[string]string{
		"neo4j-3.5.0-beta03.tar": "box images build 3.5.0-beta03", "pause.tar": "next `box up`", "mine.tar": "write it again",
	} {
		u, look, _ := up(t, archive, node.Refusal{Reason: "it ends in the middle", Broken: true})
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		err := u.imported(ctx, look)
		cancel()
		if err == nil {
			t.Fatalf("%s: no error", archive)
		}
		for _, want := range []string{u.images + "/" + archive, "it ends in the middle", mend} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q lacks %q", archive, err, want)
			}
		}
	}
}

func TestWhatMayMendItselfIsSaidAndWaitedFor(t *testing.T) {
	u, look, said := up(t, "a.tar", node.Refusal{Reason: "no space left on device"})
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if err := u.imported(ctx, look); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("got %v", err)
	}
	if strings.Count(said.String(), "no space left") != 1 {
		t.Errorf("said %q", said.String())
	}
}

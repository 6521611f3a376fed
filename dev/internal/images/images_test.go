package images

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// builtBefore makes a cache that holds the archive of a release and, if stamped, the sign of the present recipe.
func builtBefore(t *testing.T, r release, stamped bool) string {
	t.Helper()
	cache := t.TempDir()
	key, err := recipeKey(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"images", filepath.Join("build", r.version)} {
		if err := os.MkdirAll(filepath.Join(cache, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(r.archive(filepath.Join(cache, "images")), []byte("archive"), 0o644); err != nil {
		t.Fatal(err)
	}
	if stamped {
		if err := os.WriteFile(filepath.Join(cache, "build", r.version, key), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return cache
}

func TestBuildLeavesWhatIsBuilt(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // any tool it called would be missing
	for _, r := range releases {
		var said bytes.Buffer
		if err := Build(context.Background(), builtBefore(t, r, true), &said, r.version); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(said.String(), "[1/1 ") || !strings.Contains(said.String(), r.name()+" is built already") {
			t.Errorf("it said %q", said.String())
		}
	}
}

func TestBuildBeginsAgain(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	r := releases[0]
	tests := map[string]func(t *testing.T) string{
		"nothing built":     func(t *testing.T) string { return t.TempDir() },
		"of another recipe": func(t *testing.T) string { return builtBefore(t, r, false) },
		"the archive is gone": func(t *testing.T) string {
			cache := builtBefore(t, r, true)
			if err := os.Remove(r.archive(filepath.Join(cache, "images"))); err != nil {
				t.Fatal(err)
			}
			return cache
		},
	}
	for name, cache := range tests {
		t.Run(name, func(t *testing.T) {
			err := Build(context.Background(), cache(t), &bytes.Buffer{}, r.version)
			// The first tool that is missing is named, with the image it was for.
			if err == nil || !strings.Contains(err.Error(), r.name()) || !strings.Contains(err.Error(), "mmdebstrap") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestBuildRefusesAReleaseItDoesNotKnow(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	cache := t.TempDir()
	err := Build(context.Background(), cache, &bytes.Buffer{}, releases[0].version, "9.9.9")
	if err == nil || !strings.Contains(err.Error(), "9.9.9") {
		t.Fatalf("got %v", err)
	}
	for _, r := range releases {
		if !strings.Contains(err.Error(), r.version) {
			t.Errorf("%s is known, which the error does not say: %v", r.version, err)
		}
	}
	if left, _ := os.ReadDir(cache); len(left) != 0 {
		t.Errorf("it left %v", left)
	}
}

func TestListGivesWhatIsThere(t *testing.T) {
	if built, err := List(t.TempDir()); err != nil || len(built) != 0 {
		t.Errorf("an empty cache: %v, %v", built, err)
	}
	r := releases[1]
	cache := builtBefore(t, r, true)
	built, err := List(cache)
	want := Image{"docker.io/library/neo4j:" + r.version + "-enterprise", r.archive(filepath.Join(cache, "images")), int64(len("archive"))}
	if err != nil || len(built) != 1 || built[0] != want {
		t.Errorf("got %+v, %v; want %+v", built, err, want)
	}
}

func TestRecipeKeyTellsRecipesApart(t *testing.T) {
	keys := map[string]string{}
	other := releases[0]
	other.licensed = !other.licensed
	for what, r := range map[string]release{"first": releases[0], "second": releases[1], "first, changed": other} {
		key, err := recipeKey(r)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := recipeKey(r); again != key {
			t.Errorf("%s has the keys %s and %s", what, key, again)
		}
		if before, ok := keys[key]; ok {
			t.Errorf("%s and %s are both %s", what, before, key)
		}
		keys[key] = what
	}
	if _, err := recipeKey(release{version: "9.9.9"}); err == nil {
		t.Error("a release without a recipe has a key")
	}
}

func TestPauseIsWrittenOnce(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "pause.tar")
	// The program is looked for beside this one, where a test's is not.
	if err := Pause(dir); err == nil || !strings.Contains(err.Error(), "dev/build.sh") {
		t.Fatalf("without the program: %v", err)
	}
	if exists(target) {
		t.Fatal("an archive of nothing")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(filepath.Dir(self), "pause")
	if err := os.WriteFile(program, []byte("program"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(program) })
	if err := Pause(dir); err != nil {
		t.Fatal(err)
	}
	name, m, _ := readImage(t, target)
	if name != "box.local/pause:1" || len(m.Layers) != 1 {
		t.Errorf("%s: %+v", name, m)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("it left %v", left)
	}
}

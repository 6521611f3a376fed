package images

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// A recipe that is changed and changed back has the archive of the change in between: its first stamp must not vouch for that.
func TestAnOlderRecipesStampEndsWithTheNextBuild(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	r := releases[0]
	cache := builtBefore(t, r, true)
	work := filepath.Join(cache, "build", r.version)
	key, err := recipeKey(r)
	if err != nil {
		t.Fatal(err)
	}
	before := filepath.Join(work, "built-0123456789abcdef")
	if err := os.Rename(filepath.Join(work, key), before); err != nil {
		t.Fatal(err)
	}
	if err := Build(context.Background(), cache, &bytes.Buffer{}, r.version); err == nil {
		t.Fatal("built without a tool")
	}
	if exists(before) {
		t.Error("the other recipe's stamp outlives the build of this one")
	}
}

func TestBuildTakesAReleaseNamedTwice(t *testing.T) {
	r := releases[0]
	if err := Build(context.Background(), builtBefore(t, r, true), &bytes.Buffer{}, r.version, r.version); err != nil {
		t.Error(err)
	}
}

func TestArchiveIsOfThisMachinesArchitecture(t *testing.T) {
	if got := imageConfig(Config{}, nil)["architecture"]; got != runtime.GOARCH {
		t.Errorf("%v, while mmdebstrap makes %s", got, runtime.GOARCH)
	}
}

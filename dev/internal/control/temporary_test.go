package control

import (
	"os"
	"testing"

	"neo4j-kubernetes/dev/internal/home"
)

func TestWhatARunOfPulumiLeavesGoesWithTheBox(t *testing.T) {
	if err := Supported(); err != nil {
		t.Skip(err)
	}
	b := home.Box{Dir: t.TempDir()}
	dir, err := Temporary(b)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || dir != b.Path("tmp") || info.Mode().Perm() != 0o700 {
		t.Fatalf("%s: %v", dir, err)
	}
	write(t, "a copy with credentials", dir, "kubeconfig123")
	if err := credentials(b, 4242); err != nil {
		t.Fatal(err)
	}
	if err := stop(b, true); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(b.Path("tmp", "kubeconfig123")); err != nil {
		t.Error("a box that is kept loses it", err)
	}
	if err := stop(b, false); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Error("it outlives the box", err)
	}
	if again, err := Temporary(b); err != nil || again != dir {
		t.Error("the next run has none", again, err)
	}
}

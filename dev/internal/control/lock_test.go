package control

import (
	"testing"

	"neo4j-kubernetes/dev/internal/home"
)

func TestLockKeepsASecondOneOut(t *testing.T) {
	b := home.Box{Dir: t.TempDir()}
	unlock, err := lock(b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock(b); err == nil {
		t.Fatal("a second lock of the same box was given")
	}
	unlock()
	again, err := lock(b)
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	again()
}

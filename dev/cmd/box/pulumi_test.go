package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The provider leaves copies of a kubeconfig in the temporary folder: a run of pulumi has one of its own.
func TestARunOfPulumiHasATemporaryFolderOfItsOwn(t *testing.T) {
	s := newSubject(t)
	pulumi := filepath.Join(s.cache, "neo4j-kubernetes", "bin", "pulumi")
	if err := os.WriteFile(pulumi, []byte("#!/bin/sh\nprintf %s \"$TMPDIR\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(pulumi) })
	if got := s.must("pulumi", "stack", "ls"); got != s.Path("tmp") {
		t.Errorf("TMPDIR is %q, the box's home %s", got, s.Dir)
	}
}

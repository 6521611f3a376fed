package images

import (
	"os"
	"path/filepath"
	"testing"
)

// A neo4j.conf is text: no line of it may end the entry point, and none may be run by it.
func TestEntryPointSurvivesAnyLine(t *testing.T) {
	witness := filepath.Join(t.TempDir(), "witness")
	for _, line := range []string{
		"$(touch " + witness + ")=1", "`touch " + witness + "`=1", "a[$(touch " + witness + ")]=1", "=x", "no sign", "]=1", "it's=1", `a"b=1`, "  # it's indented", "@=1", "*=1", "-v=1",
	} {
		s := start(t, line+"\na.b=1\n", nil, "neo4j")
		if s.arguments == nil || s.settings["a.b"] != "1" {
			t.Errorf("%q ended it with %d: %s", line, s.code, s.out)
		}
		if exists(witness) {
			t.Errorf("%q was run", line)
			_ = os.Remove(witness)
		}
	}
}

// The server reads a name up to its spaces, and a value after them.
func TestEntryPointKnowsSpacedSettings(t *testing.T) {
	s := start(t, "dbms.memory.heap.initial_size = 200m\r\n  dbms.memory.heap.max_size=\t300m \ndbms.mode = SINGLE\n", []string{"NEO4J_dbms_mode=CORE"}, "neo4j")
	if !s.has("-Xms200m") || !s.has("-Xmx300m") {
		t.Errorf("java's heap: %v", s.arguments)
	}
	if _, ok := s.settings["dbms.memory.heap.max_size "]; ok || s.settings["dbms.memory.heap.max_size"] == "512M" {
		t.Errorf("the image's default beats the file: %v", s.settings)
	}
	if _, ok := s.settings["dbms.mode "]; ok || s.settings["dbms.mode"] != "CORE" {
		t.Errorf("the file beats the environment: %v", s.settings)
	}
}

func TestEntryPointLeavesOutWhatOfficialImagesLeaveOut(t *testing.T) {
	s := start(t, "dbms.mode=CORE\n", []string{"NEO4J_dbms_mode=", "NEO4J_1x=y", "NEO4J_=z"}, "neo4j")
	if s.arguments == nil || s.settings["dbms.mode"] != "CORE" {
		t.Errorf("a variable without a value: java %v, %v: %s", s.arguments, s.settings, s.out)
	}
	for _, key := range []string{"1x", ""} {
		if value, ok := s.settings[key]; ok {
			t.Errorf("%q=%q", key, value)
		}
	}
	if s := start(t, "", []string{"EXTENSION_SCRIPT=/no/such/file"}, "neo4j"); s.arguments == nil {
		t.Errorf("an extension that is not there: %s", s.out)
	}
	camel := start(t, "", []string{"NEO4J_causalClustering_raftListenAddress=127.0.0.1:7001"}, "neo4j")
	if camel.settings["causal_clustering.raft_listen_address"] != "127.0.0.1:7001" {
		t.Errorf("3.1's camel case: %v", camel.settings)
	}
}

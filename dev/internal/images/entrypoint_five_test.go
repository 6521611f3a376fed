package images

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFiveMapsTheEnvironment(t *testing.T) {
	s := startOf(t, "five", "server.bolt.enabled=true\nserver.memory.heap.max_size = 200m\n# a comment\nserver.jvm.additional=-Da=b c\n", []string{
		"NEO4J_server_memory_heap_max__size=400m", "NEO4J_server_jvm_additional=-Dfrom=environment", "NEO4J_db_tx__log_rotation_retention__policy=1G size",
		"NEO4J_EDITION=community", "NEO4J_DEBUG=1", "NEO4J_AUTH_FILE=x", "NEO4J_1x=y", "NEO4J_dbms_empty=",
	}, "neo4j")
	if !slices.Equal(s.arguments, []string{"console"}) || s.code != 143 {
		t.Fatalf("the server's command got %v, ended with %d: %s", s.arguments, s.code, s.out)
	}
	for key, want := range map[string]string{
		"server.memory.heap.max_size": "400m", "server.bolt.enabled": "true", "db.tx_log.rotation.retention_policy": "1G size",
		"server.memory.pagecache.size": "512M", "server.default_listen_address": "0.0.0.0", "server.jvm.additional": "-Dfrom=environment",
	} {
		if got := s.settings[key]; got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	file := linesOf(filepath.Join(s.home, "conf", "neo4j.conf"))
	if !slices.Contains(file, "server.jvm.additional=-Da=b c") {
		t.Errorf("JVM lines of the file stay beside those of the environment: %v", file)
	}
	for key := range s.settings {
		if key == strings.ToUpper(key) || key == "1x" || key == "dbms.empty" || strings.Contains(key, "memory.heap.max_size ") {
			t.Errorf("%s is among the settings", key)
		}
	}
	if _, ok := s.settings["server.cluster.advertised_address"]; ok {
		t.Error("a Community server knows no cluster")
	}
	// What is in the file must not be told twice: the server's command would warn of unknown variables.
	if slices.ContainsFunc(s.env, func(e string) bool { return strings.HasPrefix(e, "NEO4J_server_") }) {
		t.Errorf("the command's environment: %v", s.env)
	}
}

func TestFiveAndThePassword(t *testing.T) {
	for auth, says := range map[string]string{"neo4j/neo4j": "default", "admin/secret-word": "NEO4J_AUTH", "neo4j/": "NEO4J_AUTH"} {
		if s := startOf(t, "five", "", []string{"NEO4J_AUTH=" + auth}, "neo4j"); s.code != 1 || s.arguments != nil || !strings.Contains(s.out, says) || strings.Contains(s.out, "secret-word") {
			t.Errorf("%s: exit code %d, said %q", auth, s.code, s.out)
		}
	}
	if s := startOf(t, "five", "", []string{"NEO4J_AUTH=none"}, "neo4j"); s.settings["dbms.security.auth_enabled"] != "false" {
		t.Errorf("auth off: %v: %s", s.settings, s.out)
	}
	// The stand-in for java ends with 143, so the start ends where the first password is set: with it in the environment alone.
	s := startOf(t, "five", "", []string{"NEO4J_AUTH=neo4j/correct horse"}, "neo4j")
	if !slices.Contains(s.arguments, "box.FirstPassword") || !slices.Contains(s.env, "BOX_FIRST_PASSWORD=correct horse") || strings.Contains(strings.Join(s.arguments, " "), "correct") {
		t.Errorf("java got %v in %v", s.arguments, s.env)
	}
	file := filepath.Join(t.TempDir(), "auth")
	if err := os.WriteFile(file, []byte("neo4j/from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s := startOf(t, "five", "", []string{"NEO4J_AUTH_PATH=" + file}, "neo4j"); !slices.Contains(s.env, "BOX_FIRST_PASSWORD=from a file") {
		t.Errorf("the environment: %v", s.env)
	}
}

func TestFiveTakesPluginsFromTheImageOnly(t *testing.T) {
	s := startOf(t, "five", "", []string{`NEO4J_PLUGINS=["apoc"]`}, "neo4j")
	if text, err := os.ReadFile(filepath.Join(s.home, "plugins", "apoc.jar")); err != nil || string(text) != "apoc" || s.arguments == nil {
		t.Errorf("%v: %s", err, s.out)
	}
	s = startOf(t, "five", "", []string{`NEO4J_PLUGINS=["apoc", "graph-data-science"]`}, "neo4j")
	if s.code != 1 || s.arguments != nil || !strings.Contains(s.out, "Plugin graph-data-science is not in this image") {
		t.Errorf("exit code %d: %s", s.code, s.out)
	}
}

// A neo4j.conf is text: no line of it may end the entry point, and none may be run by it.
func TestFiveSurvivesAnyLine(t *testing.T) {
	witness := filepath.Join(t.TempDir(), "witness")
	for _, line := range []string{
		"$(touch " + witness + ")=1", "`touch " + witness + "`=1", "a[$(touch " + witness + ")]=1", "=x", "no sign", "]=1", "it's=1", `a"b=1`, "@=1", "*=1", "-v=1",
	} {
		s := startOf(t, "five", line+"\na.b=1", nil, "neo4j")
		if s.arguments == nil || s.settings["a.b"] != "1" {
			t.Errorf("%q ended it with %d: %s", line, s.code, s.out)
		}
		if exists(witness) {
			t.Fatalf("%q was run", line)
		}
	}
}

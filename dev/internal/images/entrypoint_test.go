package images

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// started is what became of a run of the entry point: its exit code, what it printed, java's arguments and environment (empty
// when java was not reached) and the settings it left.
type started struct {
	code           int
	out            string
	arguments, env []string
	home           string
	settings       map[string]string
}

func (s started) has(argument string) bool { return slices.Contains(s.arguments, argument) }

// tool writes a program into a folder.
func tool(t *testing.T, dir, name, script string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/bash\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// script writes the entry point as the image has it and gives its name.
func script(t *testing.T, dir, contract string) string {
	t.Helper()
	text, err := recipes.ReadFile("recipe/" + contract + "/docker-entrypoint.sh")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "docker-entrypoint.sh")
	if err := os.WriteFile(file, text, 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

// start runs the entry point on this machine with a java that tells its arguments. It never believes to be root, as which it
// would give folders of this machine to the server's user.
func start(t *testing.T, conf string, env []string, command ...string) started {
	t.Helper()
	return startOf(t, "common", conf, env, command...)
}

// startOf is start with the entry point of one contract. Where that calls the server's own command, the command tells like java.
func startOf(t *testing.T, contract, conf string, env []string, command ...string) started {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no bash")
	}
	for _, dir := range []string{"/conf", "/image"} {
		if exists(dir) {
			t.Skipf("this machine has a folder %s, which the entry point would take for the image's", dir)
		}
	}
	dir := t.TempDir()
	home, bin := filepath.Join(dir, "home"), filepath.Join(dir, "bin")
	for _, d := range []string{filepath.Join(home, "conf"), filepath.Join(home, "plugins"), filepath.Join(home, "labs"), filepath.Join(home, "bin"), bin} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(home, "conf", "neo4j.conf")
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	tool(t, bin, "id", "echo 7474")
	tool(t, bin, "hostname", "echo neo4j-0")
	tool(t, bin, "java", `printf '%s\n' "$@" >"$TOLD/arguments"; env >"$TOLD/environment"; exit 143`)
	tool(t, filepath.Join(home, "bin"), "neo4j", `exec java "$@"`)
	tool(t, filepath.Join(home, "bin"), "neo4j-admin", `echo "neo4j-admin: $*"`)
	if err := os.WriteFile(filepath.Join(home, "labs", "apoc-5.26.0-core.jar"), []byte("apoc"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", append([]string{script(t, dir, contract)}, command...)...)
	cmd.Env = append([]string{"PATH=" + bin + ":/usr/bin:/bin", "NEO4J_HOME=" + home, "TOLD=" + dir}, env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	s := started{code: cmd.ProcessState.ExitCode(), out: out.String(), home: home}
	s.arguments, s.env = linesOf(filepath.Join(dir, "arguments")), linesOf(filepath.Join(dir, "environment"))
	s.settings = settingsOf(linesOf(file))
	return s
}

func linesOf(file string) []string {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// settingsOf reads settings as the server does: the last of a name counts.
func settingsOf(lines []string) map[string]string {
	settings := map[string]string{}
	for _, line := range lines {
		if key, value, ok := strings.Cut(line, "="); ok {
			settings[key] = value
		}
	}
	return settings
}

func TestEntryPointMapsTheEnvironment(t *testing.T) {
	tests := []struct {
		name, conf string
		env        []string
		want       map[string]string
	}{
		{"a dot for one underscore, one for two", "", []string{"NEO4J_causal__clustering_minimum__core__cluster__size__at__formation=3"},
			map[string]string{"causal_clustering.minimum_core_cluster_size_at_formation": "3"}},
		{"a value of any characters", "", []string{`NEO4J_a_b=x=y z#"$HOME" \1 *`}, map[string]string{"a.b": `x=y z#"$HOME" \1 *`}},
		{"it beats the file", "dbms.mode=SINGLE\nother=1\n", []string{"NEO4J_dbms_mode=CORE"}, map[string]string{"dbms.mode": "CORE", "other": "1"}},
		{"a longer name is another setting", "dbms.mode=A\ndbms.mode.more=B\n", []string{"NEO4J_dbms_mode=C"},
			map[string]string{"dbms.mode": "C", "dbms.mode.more": "B"}},
		{"the file beats the image", "dbms.memory.pagecache.size=32m\n", nil,
			map[string]string{"dbms.memory.pagecache.size": "32m", "dbms.connectors.default_listen_address": "0.0.0.0"}},
		{"the last line needs no end", "a.b=1\nc.d=2", nil, map[string]string{"a.b": "1", "c.d": "2"}},
		{"the image's addresses", "", nil, map[string]string{
			"causal_clustering.discovery_advertised_address": "neo4j-0:5000", "causal_clustering.transaction_advertised_address": "neo4j-0:6000",
			"causal_clustering.raft_advertised_address": "neo4j-0:7000", "causal_clustering.raft_listen_address": "0.0.0.0:7000",
		}},
		{"what a Service of the name injects, as officially", "", []string{"NEO4J_SERVICE_HOST=10.0.0.1"}, map[string]string{"SERVICE.HOST": "10.0.0.1"}},
		{"3.1's camel case", "", []string{"NEO4J_causalClustering_initialDiscoveryMembers=a:5000,b:5000"},
			map[string]string{"causal_clustering.initial_discovery_members": "a:5000,b:5000"}},
		{"camel case against the other form", "", []string{"NEO4J_causalClustering_expectedCoreClusterSize=5", "NEO4J_causal__clustering_expected__core__cluster__size=3"},
			map[string]string{"causal_clustering.expected_core_cluster_size": "3"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, test.conf, test.env, "neo4j")
			if s.arguments == nil {
				t.Fatalf("java was not reached: %s", s.out)
			}
			for key, want := range test.want {
				if got, ok := s.settings[key]; !ok || got != want {
					t.Errorf("%s is %q, want %q", key, got, want)
				}
			}
			for key := range s.settings {
				if strings.Contains(key, "causalClustering") {
					t.Errorf("unknown to the server: %s", key)
				}
			}
		})
	}
}

func TestEntryPointKeepsItsOwnNamesOutOfTheSettings(t *testing.T) {
	s := start(t, "", []string{
		"NEO4J_AUTH=neo4j/secret-word", "NEO4J_EDITION=enterprise", "NEO4J_ACCEPT_LICENSE_AGREEMENT=yes", "NEO4J_SHA256=a", "NEO4J_TARBALL=b", "NEO4J_URI=c",
	}, "neo4j")
	if s.arguments == nil {
		t.Fatalf("java was not reached: %s", s.out)
	}
	for key, value := range s.settings {
		if key == strings.ToUpper(key) || strings.Contains(value, "secret-word") {
			t.Errorf("%s=%s", key, value)
		}
	}
}

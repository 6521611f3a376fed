package images

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestEntryPointStartsJava(t *testing.T) {
	conf := "dbms.memory.heap.initial_size=200m\ndbms.memory.heap.max_size=300m\ndbms.jvm.additional=-Da=b c\ndbms.jvm.additional=-XX:+UseG1GC\n"
	s := start(t, conf, []string{"NEO4J_dbms_memory_heap_max__size=400m", "NEO4J_dbms_jvm_additional=-Dfrom=environment"}, "neo4j")
	for _, want := range []string{
		"-Xms200m", "-Xmx400m", "-Da=b c", "-XX:+UseG1GC", "-Dfrom=environment", "-XX:+IgnoreUnrecognizedVMOptions", "-Dunsupported.dbms.edition=enterprise",
		"--add-opens=java.base/java.nio=ALL-UNNAMED", "--home-dir=" + s.home, "--config-dir=" + s.home + "/conf",
	} {
		if !s.has(want) {
			t.Errorf("%s is not among %v", want, s.arguments)
		}
	}
	// What Java says is what the container says: 143 is the end of a server that was told to stop.
	if s.code != 143 {
		t.Errorf("exit code %d", s.code)
	}
	if main := slices.Index(s.arguments, "box.Launch"); main < 0 || slices.Index(s.arguments, "--home-dir="+s.home) < main {
		t.Errorf("the server's arguments come after its class: %v", s.arguments)
	}
}

func TestEntryPointAndThePassword(t *testing.T) {
	const enabled = "dbms.security.auth_enabled"
	tests := []struct {
		name, auth string
		// password is what reaches the server, says what is printed when it is refused, off whether it asks for none.
		password, says string
		off            bool
	}{
		{name: "none set"},
		{name: "a password", auth: "neo4j/correct horse", password: "correct horse"},
		{name: "with the sign between the two", auth: "neo4j/a/b", password: "a/b"},
		{name: "off", auth: "none", off: true},
		{name: "the default password", auth: "neo4j/neo4j", says: "default"},
		{name: "another user", auth: "admin/secret-word", says: "NEO4J_AUTH"},
		{name: "no password", auth: "neo4j/", says: "NEO4J_AUTH"},
		{name: "no user", auth: "secret-word", says: "NEO4J_AUTH"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, enabled+"=true\n", []string{"NEO4J_AUTH=" + test.auth}, "neo4j")
			if test.says != "" {
				if s.code != 1 || s.arguments != nil || !strings.Contains(s.out, test.says) {
					t.Errorf("exit code %d, java %v, said %q", s.code, s.arguments, s.out)
				}
				if strings.Contains(s.out, "secret-word") {
					t.Errorf("the log has the secret: %q", s.out)
				}
				return
			}
			if s.arguments == nil || (s.settings[enabled] == "false") != test.off {
				t.Errorf("java %v, %s=%s", s.arguments, enabled, s.settings[enabled])
			}
			has := slices.Contains(s.env, "BOX_FIRST_PASSWORD="+test.password)
			if has != (test.password != "") || slices.ContainsFunc(s.env, func(e string) bool { return strings.HasPrefix(e, "NEO4J_AUTH=") }) {
				t.Errorf("java's environment: %v", s.env)
			}
			if test.password != "" && strings.Contains(strings.Join(s.arguments, "\n"), test.password) {
				t.Error("the password is among java's arguments, which every process list shows")
			}
		})
	}
}

func TestEntryPointRunsAnyOtherCommand(t *testing.T) {
	s := start(t, "", []string{"NEO4J_a_b=c"}, "bash", "-c", `echo "$0 and $1"; exit 7`, "one", "two words")
	if s.code != 7 || s.out != "one and two words\n" || s.arguments != nil {
		t.Errorf("exit code %d, said %q, java %v", s.code, s.out, s.arguments)
	}
	if s := start(t, "", nil); s.arguments == nil {
		t.Errorf("without a command it starts the server: %s", s.out)
	}
}

func TestEntryPointSourcesTheExtension(t *testing.T) {
	extension := filepath.Join(t.TempDir(), "extension.sh")
	if err := os.WriteFile(extension, []byte("export FROM_EXTENSION=yes\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if s := start(t, "", []string{"EXTENSION_SCRIPT=" + extension}, "neo4j"); !slices.Contains(s.env, "FROM_EXTENSION=yes") {
		t.Errorf("java's environment: %v", s.env)
	}
}

// As root it gives its folders to the server's user and begins again as that user. Its whole PATH is of stand-ins: the real
// chown would meet folders of this machine.
func TestEntryPointAsRootBecomesTheServersUser(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	bin := t.TempDir()
	tool(t, bin, "id", "echo 0")
	tool(t, bin, "chown", "exit 0")
	tool(t, bin, "setpriv", `printf '%s\n' "$@"`)
	entry := script(t, t.TempDir(), "common")
	cmd := exec.Command(bash, entry, "neo4j", "more words")
	cmd.Env = []string{"PATH=" + bin}
	out, err := cmd.CombinedOutput()
	want := "--reuid=7474\n--regid=7474\n--clear-groups\n--\n" + entry + "\nneo4j\nmore words\n"
	if err != nil || string(out) != want {
		t.Errorf("got %q, %v; want %q", out, err, want)
	}
}

package neo4j

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// odd are values of each kind of setting: right, wrong and in between. Enumerations and bounds add their own.
var odd = map[string][]string{
	"boolean":  {"true", "TRUE", "yes", "1", "", "on", "tru"},
	"integer":  {"10", "-1", "0", "1.5", "1k", "many", "", "99999999999999999999", "+5", "0x10", "1_000"},
	"number":   {"0.5", "1", "-1", "x", "", "1e3", "NaN", ".5"},
	"duration": {"10", "10s", "10min", "1h30m", "-1s", "soon", "", "5m 3s", "1.5s", "10S", "1w", "PT10S", "0", "10ms", "3d", "1h 30m", "1h", "1us", "100μs"},
	"bytes":    {"16m", "1g", "1G", "1GB", "1GiB", "1.5g", "1 g", "-1", "0", "lots", "", "100%", "1t", "1TB", "16MiB", "5kb", "10b", "1Gi"},
	"one of":   {"x", ""},
	"list of":  {"x", "", ","},
	"address":  {"host", "host:1", "host:port", ":1", ":", "host:99999", "host:-1", "[::1]:1", "::1", "a b:1", "", "1.2.3.4:80", "host:1:2", "ho-st:1"},
	"list":     {"a", "a,b", "a, b", ";"},
	"path":     {"/a", "a", "/a/../b"},
	"text":     {"x", "x y"},
	"like": {"", "x", "x y", "graph", "gr", "1graph", "a_b", "graph,movies", "graph, mo", "7 days", "7 weeks", "true", "keep_all", "2 days 1G", "backup", "Europe/Stockholm",
		"+02:00", "UTC", "Nowhere", "a=b", "a=/b,c=/d", "a", "rwx------", "rwx", "/a", "a/b", "host:443", "1,2", "1, x"},
}

func valuesOf(t valueType) []string {
	values := slices.Clone(odd[t.kind])
	for _, word := range t.words {
		values = append(values, word, strings.ToLower(word), strings.ToUpper(word))
	}
	for _, bound := range []string{t.low, t.high} {
		if n, err := strconv.ParseInt(bound, 10, 64); err == nil {
			values = append(values, fmt.Sprint(n-1), bound, fmt.Sprint(n+1))
		} else if bound != "" {
			values = append(values, bound)
		}
	}
	if t.example != "" {
		values = append(values, t.example)
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// strict is what is refused here although the server takes it, by kind and value, and why.
func strict(key string, t valueType, value string) string {
	switch {
	case value == "":
		return "it says nothing"
	case t.kind == "duration" && (value == "100μs" || value == "1us"):
		return "below a millisecond it is none to the server"
	case t.kind == "address" && (strings.Contains(value, " ") || value == "host:99999" || strings.Count(value, ":") > 1):
		return "the server fails with it later, when it opens or resolves it"
	case t.era == 0 && (t.kind == "one of" || t.kind == "list of") && !slices.Contains(t.words, value):
		return "3.x takes some enumerations in any case, and some not"
	case key == "dbms.udc.enabled":
		return "a boolean that is read as text"
	case key == "db.temporal.timezone" || strings.Contains(key, "unmanaged_extension_classes"):
		return "some of Java's odd spellings"
	}
	return ""
}

// lax is what is accepted here although this one release refuses it.
func lax(key, said string) string {
	switch {
	case strings.HasPrefix(said, "Unknown config option"):
		return "a name of another 3.x release, which this one ignores unless it is told to be strict"
	case strings.HasPrefix(key, "ha."):
		return "of clusters that this program does not make"
	case key == "cypher.default_language_version":
		return "each release of 3.x knows other languages"
	case key == "dbms.index_sampling.buffer_size":
		return "its value becomes another setting's, a number"
	case strings.HasSuffix(key, "strict_validation.enabled"):
		return "the question itself sets it"
	}
	return ""
}

// TestTheServersJudgeTheSame asks the configuration classes of real servers, as the box's images have them, of every setting that a stack
// may set, with odd values: what is accepted here and refused there is a member that does not start. Community's classes say for
// all settings of Enterprise, too, that they are unknown.
func TestTheServersJudgeTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Java on real servers' classes: left out under -short")
	}
	for release, edition := range map[string]Edition{"3.5.0-beta03": Enterprise, "5.26.30": Community, "2026.08.1": Community} {
		t.Run(release, func(t *testing.T) {
			t.Parallel()
			f := familyOf(t, release)
			types, owned := knowledge().types[eraOf(MustRelease(release))], f.Owned()
			var asked [][2]string
			for _, key := range slices.Sorted(maps.Keys(types)) {
				if _, ok := owned[key]; ok {
					continue
				}
				for _, value := range valuesOf(types[key]) {
					asked = append(asked, [2]string{key, value})
				}
			}
			require.Greater(t, len(asked), 1000)
			said := askServer(t, release, asked)
			refused := 0
			for i, pair := range asked {
				key, value := pair[0], pair[1]
				settings := map[string]string{key: value}
				here := append(CheckSettings(f, settings), CheckEdition(f, edition, settings)...)
				switch there := said[i]; {
				case len(here) == 0 && there != "ok" && lax(key, there) == "":
					assert.Fail(t, "accepted here, refused there", "%s=%s: %s", key, value, there)
				case len(here) > 0 && there == "ok" && strict(key, types[key], value) == "":
					assert.Fail(t, "refused here, accepted there", "%s=%s: %s", key, value, here[0].Reason)
				case len(here) > 0 && there != "ok":
					refused++
				}
			}
			t.Logf("%d values asked, %d refused by both", len(asked), refused)
			assert.Greater(t, refused, 200)
		})
	}
}

// askServer gives what the release's classes say of each pair.
func askServer(t *testing.T, release string, pairs [][2]string) []string {
	t.Helper()
	var lines strings.Builder
	for _, pair := range pairs {
		_, _ = fmt.Fprintf(&lines, "%s=%s\n", pair[0], pair[1])
	}
	verdicts := onClassesOf(t, release, lines.String(), "Validate.java")
	require.Len(t, verdicts, len(pairs))
	return verdicts
}

// onClassesOf runs a program of testdata with a release's own classes, and gives the lines that it prints.
func onClassesOf(t *testing.T, release, input, program string, arguments ...string) []string {
	t.Helper()
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	jars := filepath.Join(cache, "neo4j-kubernetes", "build", release, "lib")
	if _, err := os.Stat(jars); err != nil {
		t.Skipf("the server's classes are not here: %v; dev/setup.sh brings them", err)
	}
	least := 17
	if MustRelease(release).Major >= firstCalendarYear {
		least = 21
	}
	cmd := exec.Command(javaOf(t, least), append([]string{
		"-Xmx256m", "-Dfile.encoding=UTF-8", "-cp", filepath.Join(jars, "*"), filepath.Join("testdata", program),
	}, arguments...)...)
	cmd.Stdin = strings.NewReader(input)
	var said, problems strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &problems
	require.NoError(t, cmd.Run(), problems.String())
	return strings.Split(strings.TrimSuffix(said.String(), "\n"), "\n")
}

var javaMajor = regexp.MustCompile(`version "(?:1\.)?(\d+)`)

// javaOf finds a Java of at least a release: the one of PATH, or one that Debian's or Temurin's packages have put beside it.
func javaOf(t *testing.T, least int) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/jvm/*/bin/java")
	require.NoError(t, err)
	for _, java := range append([]string{"java"}, found...) {
		out, err := exec.Command(java, "-version").CombinedOutput()
		if m := javaMajor.FindSubmatch(out); err == nil && m != nil {
			if n, _ := strconv.Atoi(string(m[1])); n >= least {
				return java
			}
		}
	}
	t.Skipf("no Java %d or later here", least)
	return ""
}

package images

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestCheckJars(t *testing.T) {
	sumOf := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	one, two := sumOf("one")+"  one.jar\n", sumOf("two")+"  two.jar\n"
	tests := []struct {
		name  string
		files map[string]string
		want  string
		// says is in the error; none means that the folder is right.
		says []string
	}{
		{"right", map[string]string{"one.jar": "one", "two.jar": "two"}, one + two, nil},
		{"another content", map[string]string{"one.jar": "0ne", "two.jar": "two"}, one + two, []string{"one.jar", sumOf("0ne"), sumOf("one")}},
		{"cut short", map[string]string{"one.jar": "", "two.jar": "two"}, one + two, []string{"one.jar"}},
		{"missing", map[string]string{"one.jar": "one"}, one + two, []string{"two.jar"}},
		{"one too many", map[string]string{"one.jar": "one", "two.jar": "two"}, one, []string{"two.jar is not in the list"}},
		{"names exchanged", map[string]string{"one.jar": "two", "two.jar": "one"}, one + two, []string{"one.jar", "two.jar"}},
		{"every problem at once", map[string]string{"one.jar": "x", "three.jar": "three"}, one + two, []string{"one.jar", "two.jar", "three.jar"}},
		{"list of another form", map[string]string{"one.jar": "one"}, sumOf("one") + " one.jar\n", []string{"malformed"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range test.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			err := checkJars(dir, []byte(test.want))
			if len(test.says) == 0 && err != nil {
				t.Fatalf("refused: %v", err)
			}
			if len(test.says) > 0 && err == nil {
				t.Fatal("passed")
			}
			for _, part := range test.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error does not say %q: %v", part, err)
				}
			}
		})
	}
	if checkJars(filepath.Join(t.TempDir(), "none"), nil) == nil {
		t.Error("a folder that is not there passed")
	}
}

// Every release pins its server to the release's own version, and every jar to one checksum.
func TestRecipesPinWhatTheyFetch(t *testing.T) {
	line := regexp.MustCompile(`^[0-9a-f]{64}  [A-Za-z0-9._+-]+\.jar$`)
	for _, r := range releases {
		t.Run(r.version, func(t *testing.T) {
			text, err := recipes.ReadFile("recipe/" + r.version + "/pom.xml")
			if err != nil {
				t.Fatal(err)
			}
			var pom struct {
				Dependencies []struct {
					ArtifactID string `xml:"artifactId"`
					Version    string `xml:"version"`
				} `xml:"dependencies>dependency"`
			}
			if err := xml.Unmarshal(text, &pom); err != nil {
				t.Fatal(err)
			}
			artifact := map[string]string{"enterprise": "neo4j-server-enterprise", "community": "neo4j"}[r.edition]
			if len(pom.Dependencies) != 1 || pom.Dependencies[0].Version != r.version || pom.Dependencies[0].ArtifactID != artifact {
				t.Errorf("dependencies %+v", pom.Dependencies)
			}
			pins, err := r.pins()
			if err != nil {
				t.Fatal(err)
			}
			sums := bytes.Join(pins, nil)
			var names []string
			for l := range strings.Lines(string(sums)) {
				if l = strings.TrimSuffix(l, "\n"); !line.MatchString(l) {
					t.Errorf("line %q", l)
					continue
				}
				names = append(names, l[66:])
			}
			if server := fmt.Sprintf("%s-%s.jar", artifact, r.version); !slices.Contains(names, server) {
				t.Errorf("%s is not among the %d jars", server, len(names))
			}
			slices.Sort(names)
			if once := slices.Compact(slices.Clone(names)); len(once) != len(names) {
				t.Errorf("%d names for %d lines", len(once), len(names))
			}
		})
	}
}

func TestServerLayerHoldsTheJars(t *testing.T) {
	jars := t.TempDir()
	if err := os.WriteFile(filepath.Join(jars, "one.jar"), []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(t.TempDir(), "server.tar")
	if err := serverLayer(target, releases[0], jars, []byte("0  one.jar\n")); err != nil {
		t.Fatal(err)
	}
	names, entries := entriesOf(t, target)
	if !slices.Equal(names, []string{"var/lib/neo4j/", "var/lib/neo4j/lib/", "var/lib/neo4j/lib/one.jar"}) {
		t.Errorf("%v", names)
	}
	// Readable for the server's user whatever the cache's file was, and not replaceable by it.
	if e := entries["var/lib/neo4j/lib/one.jar"]; string(e.text) != "one" || e.header.Mode != 0o644 || e.header.Uid != 0 {
		t.Errorf("%q %+v", e.text, e.header)
	}
	if err := serverLayer(target, releases[0], filepath.Join(jars, "none"), []byte("0  one.jar\n")); !os.IsNotExist(err) {
		t.Errorf("no folder of jars: %v", err)
	}
}

// What releases of a line have in common is one layer, the same file whichever of them is built.
func TestReleasesOfALineShareALayer(t *testing.T) {
	byLine := map[string][]release{}
	for _, r := range releases {
		byLine[r.line()] = append(byLine[r.line()], r)
	}
	require := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for line, siblings := range byLine {
		seen := map[string]bool{}
		for i, r := range siblings {
			pins, err := r.pins()
			require(err)
			if want := min(2, len(siblings)); len(pins) != want {
				t.Errorf("%s has %d lists of jars, not %d", r.version, len(pins), want)
			}
			own := strings.Split(strings.TrimSpace(string(pins[len(pins)-1])), "\n")
			for _, pin := range own {
				if seen[pin] {
					t.Errorf("%s is of several releases: its place is recipe/%s/jars.sha256", pin, line)
				}
				seen[pin] = true
			}
			jars, work := t.TempDir(), t.TempDir()
			for pin := range strings.Lines(string(bytes.Join(pins, nil))) {
				require(os.WriteFile(filepath.Join(jars, strings.TrimSpace(pin[66:])), []byte(pin), 0o644))
			}
			layers, err := serverLayers(work, r, jars)
			require(err)
			var files int
			for _, layer := range layers {
				names, _ := entriesOf(t, layer)
				files += len(names) - 2
			}
			if entries, _ := os.ReadDir(jars); files != len(entries) {
				t.Errorf("%s: %d of %d jars are in its layers", r.version, files, len(entries))
			}
			sum, err := sha256File(layers[0])
			require(err)
			if i > 0 && !seen[sum] {
				t.Errorf("%s has a layer of its own for what it shares", r.version)
			}
			seen[sum] = true
		}
	}
}

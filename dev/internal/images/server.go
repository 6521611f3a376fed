package images

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// pins are the lists of the jars' checksums: of those that are the same in all releases of the line, and of the release's own.
func (r release) pins() ([][]byte, error) {
	var lists [][]byte
	for _, dir := range []string{r.line(), r.version} {
		list, err := recipes.ReadFile("recipe/" + dir + "/jars.sha256")
		if dir == r.line() && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		lists = append(lists, list)
	}
	return lists, nil
}

// fetchJars gives the folder of the server's jars, fetched by Maven and checked against the recipe's checksums.
func fetchJars(ctx context.Context, work string, r release) (string, error) {
	pins, err := r.pins()
	if err != nil {
		return "", err
	}
	want := bytes.Join(pins, nil)
	dir := filepath.Join(work, "lib")
	if checkJars(dir, want) == nil {
		return dir, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	pom, err := recipes.ReadFile("recipe/" + r.version + "/pom.xml")
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(work, "pom.xml"), pom, 0o644); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "mvn", "--quiet", "--batch-mode", "dependency:copy-dependencies", "-DincludeScope=runtime", "-DincludeTypes=jar", "-DoutputDirectory="+dir)
	cmd.Dir = work
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("mvn: %w\n%s", err, out)
	}
	return dir, checkJars(dir, want)
}

// checkJars compares a folder with lines of "<sha256>  <name>": every file named, none other.
func checkJars(dir string, want []byte) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, entry := range entries {
		there[entry.Name()] = true
	}
	var problems []error
	lines := bufio.NewScanner(bytes.NewReader(want))
	for lines.Scan() {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok {
			return fmt.Errorf("malformed checksum line %q", lines.Text())
		}
		got, err := sha256File(filepath.Join(dir, name))
		switch {
		case err != nil:
			problems = append(problems, err)
		case got != sum:
			problems = append(problems, fmt.Errorf("%s has the checksum %s, not %s", name, got, sum))
		}
		delete(there, name)
	}
	for name := range there {
		problems = append(problems, fmt.Errorf("%s is not in the list of checksums", name))
	}
	return errors.Join(problems...)
}

func sha256File(name string) (string, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// compile compiles the launcher against the server's jars and gives the folder of the classes.
func compile(ctx context.Context, work string, r release, jars string) (string, error) {
	source, classes := filepath.Join(work, "java"), filepath.Join(work, "classes")
	for _, dir := range []string{source, classes} {
		if err := os.RemoveAll(dir); err != nil {
			return "", err
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return "", err
		}
	}
	arguments := []string{"--release", r.java.target, "-nowarn", "-proc:none", "-Xlint:-options", "-d", classes, "-cp", filepath.Join(jars, "*")}
	found, err := sources(r)
	if err != nil {
		return "", err
	}
	for _, name := range found {
		text, err := recipes.ReadFile(name)
		if err != nil {
			return "", err
		}
		file := filepath.Join(source, path.Base(name))
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return "", err
		}
		arguments = append(arguments, file)
	}
	if out, err := exec.CommandContext(ctx, "javac", arguments...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return classes, nil
}

// sources are the Java files of a recipe.
func sources(r release) ([]string, error) {
	var all []string
	for _, dir := range r.folders() {
		found, err := fs.Glob(recipes, "recipe/"+dir+"/*.java")
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

const neo4jHome = "var/lib/neo4j"

// serverLayers writes the jars as a layer a list, so that containerd keeps once what releases of a line share.
func serverLayers(work string, r release, jars string) ([]string, error) {
	pins, err := r.pins()
	if err != nil {
		return nil, err
	}
	var layers []string
	for i, list := range pins {
		target := filepath.Join(work, fmt.Sprintf("server-%d.tar", i))
		if err := serverLayer(target, r, jars, list); err != nil {
			return nil, err
		}
		layers = append(layers, target)
	}
	return layers, nil
}

// serverLayer writes the jars of a list as a layer.
func serverLayer(target string, r release, jars string, list []byte) error {
	layer := newLayer()
	layer.dir(neo4jHome, r.owner())
	layer.dir(neo4jHome+"/lib", 0)
	for line := range strings.Lines(string(list)) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		text, err := os.ReadFile(filepath.Join(jars, name))
		if err != nil {
			return err
		}
		layer.file(neo4jHome+"/lib/"+name, text, 0o644, 0)
	}
	return layer.write(target)
}

// contractLayer writes what makes the image look like the official one.
func contractLayer(target string, r release, classes string) error {
	layer := newLayer()
	layer.dir(neo4jHome, r.owner())
	for _, dir := range []string{"conf", "plugins", "import", "certificates", "metrics", "licenses", "run", "labs", "products"} {
		layer.dir(neo4jHome+"/"+dir, r.owner())
	}
	layer.dir(neo4jHome+"/bin", 0)
	for _, dir := range []string{"data", "logs"} {
		layer.dir(dir, r.owner())
		layer.link(neo4jHome+"/"+dir, "/"+dir)
	}
	layer.link("usr/sbin/tini", "/usr/bin/tini")
	if dir := path.Dir(r.script); dir != "." {
		layer.dir(dir, 0)
	}
	for name, from := range map[string]string{
		r.script: "docker-entrypoint.sh", neo4jHome + "/bin/neo4j": "neo4j", neo4jHome + "/bin/neo4j-admin": "neo4j-admin",
	} {
		text, err := recipes.ReadFile("recipe/" + r.contract + "/" + from)
		if err != nil {
			return err
		}
		layer.file(name, text, 0o755, 0)
	}
	for name, from := range map[string]string{neo4jHome + "/conf/neo4j.conf": "neo4j.conf", neo4jHome + "/NOTICE": "NOTICE"} {
		text, err := recipes.ReadFile("recipe/" + r.contract + "/" + from)
		if err != nil {
			return err
		}
		layer.file(name, text, 0o644, r.owner())
	}
	layer.dir("image", 0)
	if r.licensed {
		layer.file("image/needs-licence", nil, 0o644, 0)
	}
	if err := layer.addClasses(classes); err != nil {
		return err
	}
	return layer.write(target)
}

// addClasses puts the compiled classes on the class path's first folder, which the server's user cannot change.
func (l *layer) addClasses(classes string) error {
	return filepath.WalkDir(classes, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, err := filepath.Rel(classes, file)
		if err != nil {
			return err
		}
		name := path.Join("image/classes", filepath.ToSlash(below))
		if entry.IsDir() {
			l.dir(name, 0)
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		l.file(name, text, 0o644, 0)
		return nil
	})
}

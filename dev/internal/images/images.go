// Package images builds the Neo4j images of the box from package registries: a Debian base with Java, the servers' jars from
// Maven, and an entry point that keeps the contract of the official images. Jars are pinned and checked, everything is cached.
package images

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

//go:embed all:recipe
var recipes embed.FS

// code is what shapes an image beside its recipe.
//
//go:embed archive.go base.go images.go layer.go server.go
var code embed.FS

// Image is an image archive in the cache.
type Image struct {
	// Name is the full image reference, Archive the file, Bytes its size.
	Name, Archive string
	Bytes         int64
}

// release is one server that can be had.
type release struct {
	version string
	// edition is enterprise or community.
	edition string
	// contract is the folder of the recipe that keeps the official images' contract of that time: settings' names, commands, paths.
	contract string
	// entrypoint is the command line of the official image of the release, script where its entry point lies.
	entrypoint []string
	script     string
	// licensed says whether the official image asks for the licence.
	licensed bool
	// rootsHome says whether the official image of the release keeps its folders to root.
	rootsHome bool
	java      java
}

// java is what a server runs on: a Debian suite, the package, and the class files' release that the recipe's own sources are compiled to.
type java struct {
	suite, runtime, target string
}

var (
	java17 = java{"bookworm", "openjdk-17-jre-headless", "8"}
	// Debian 12 ends at Java 17, which the calendar releases do not run on.
	java25 = java{"trixie", "openjdk-25-jre-headless", "17"}
)

var releases = []release{
	{"3.5.0-beta03", "enterprise", "common", []string{"/sbin/tini", "-g", "--", "/docker-entrypoint.sh"}, "docker-entrypoint.sh", true, false, java17},
	{"3.5.0-beta02", "enterprise", "common", []string{"/sbin/tini", "-g", "--", "/docker-entrypoint.sh"}, "docker-entrypoint.sh", true, false, java17},
	{"3.4.10", "enterprise", "common", []string{"/docker-entrypoint.sh"}, "docker-entrypoint.sh", true, false, java17},
	{"3.1.0-M13-beta3", "enterprise", "first", []string{"/docker-entrypoint.sh"}, "docker-entrypoint.sh", false, true, java17},
	{"5.26.30", "community", "five", tini5, script5, false, false, java{"bookworm", "openjdk-17-jre-headless", "17"}},
	{"2026.08.1", "community", "five", tini5, script5, false, false, java25},
}

// script5 is where the entry point lies from 4.x on.
const script5 = "startup/docker-entrypoint.sh"

var tini5 = []string{"/usr/bin/tini", "-g", "--", "/" + script5}

// name is the official image's: Community has no suffix.
func (r release) name() string {
	if r.edition == "community" {
		return "docker.io/library/neo4j:" + r.version
	}
	return "docker.io/library/neo4j:" + r.version + "-" + r.edition
}

// owner is the user of the image's folders.
func (r release) owner() int {
	if r.rootsHome {
		return 0
	}
	return owner
}

// line is the folder of what releases of one line have in common ("3.5"); not every line has one.
func (r release) line() string {
	parts := strings.SplitN(r.version, ".", 3)
	return strings.Join(parts[:len(parts)-1], ".")
}

// folders are those of the recipe, below recipe/.
func (r release) folders() []string {
	all := []string{r.contract}
	if _, err := fs.Stat(recipes, "recipe/"+r.line()); err == nil {
		all = append(all, r.line())
	}
	return append(all, r.version)
}

func (r release) archive(dir string) string { return filepath.Join(dir, "neo4j-"+r.version+".tar") }

// Build makes the images of the named releases, all when none is named, that are not in the cache yet. It needs mmdebstrap,
// Maven and a JDK. Archives are <cache>/images/*.tar, intermediate results <cache>/build.
func Build(ctx context.Context, cache string, progress io.Writer, versions ...string) error {
	began := time.Now()
	versions = slices.Compact(slices.Sorted(slices.Values(versions)))
	var todo []release
	for _, r := range releases {
		if len(versions) == 0 || slices.Contains(versions, r.version) {
			todo = append(todo, r)
		}
	}
	if len(todo) == 0 || len(versions) > len(todo) {
		return fmt.Errorf("no image %s: known are %s", strings.Join(versions, ", "), known())
	}
	dir := filepath.Join(cache, "images")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for i, r := range todo {
		key, err := recipeKey(r)
		if err != nil {
			return err
		}
		stamp := filepath.Join(cache, "build", r.version, key)
		if _, err := os.Stat(r.archive(dir)); err == nil && exists(stamp) {
			_, _ = fmt.Fprintf(progress, "[%d/%d %3.0fs] %s is built already\n", i+1, len(todo), time.Since(began).Seconds(), r.name())
			continue
		}
		say := func(what string) {
			_, _ = fmt.Fprintf(progress, "[%d/%d %3.0fs] %s: %s\n", i+1, len(todo), time.Since(began).Seconds(), r.name(), what)
		}
		// The archive is about to be another recipe's: the sign of an older one must not vouch for it later.
		if err := unstamp(filepath.Dir(stamp)); err != nil {
			return err
		}
		if err := build(ctx, cache, r, say); err != nil {
			return fmt.Errorf("%s: %w", r.name(), err)
		}
		if err := os.WriteFile(stamp, nil, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func build(ctx context.Context, cache string, r release, say func(string)) error {
	work := filepath.Join(cache, "build", r.version)
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	say("Debian with Java")
	base, err := baseLayer(ctx, cache, r.java)
	if err != nil {
		return fmt.Errorf("base: %w", err)
	}
	say("the server's jars, by Maven")
	jars, err := fetchJars(ctx, work, r)
	if err != nil {
		return fmt.Errorf("jars: %w", err)
	}
	say("entry point")
	server, err := serverLayers(work, r, jars)
	if err != nil {
		return err
	}
	contract := filepath.Join(work, "contract.tar")
	classes, err := compile(ctx, work, r, jars)
	if err != nil {
		return fmt.Errorf("javac: %w", err)
	}
	if err := contractLayer(contract, r, classes); err != nil {
		return err
	}
	say("archive")
	config := Config{
		Entrypoint: r.entrypoint, Cmd: []string{"neo4j"}, WorkingDir: "/var/lib/neo4j",
		Env:     []string{"PATH=/var/lib/neo4j/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "NEO4J_HOME=/var/lib/neo4j", "NEO4J_EDITION=" + r.edition},
		Exposed: []string{"7474/tcp", "7473/tcp", "7687/tcp"}, Volumes: []string{"/data", "/logs"},
	}
	return WriteArchive(r.archive(filepath.Join(cache, "images")), r.name(), config, slices.Concat([]string{base}, server, []string{contract})...)
}

// List gives the images that are in the cache.
func List(cache string) ([]Image, error) {
	var built []Image
	for _, r := range releases {
		file := r.archive(filepath.Join(cache, "images"))
		info, err := os.Stat(file)
		if err != nil {
			continue
		}
		built = append(built, Image{r.name(), file, info.Size()})
	}
	return built, nil
}

// recipeKey tells one recipe from another: a change of any file of it builds the image anew.
func recipeKey(r release) (string, error) {
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%v %s", r, strings.Join(baseCommand("base.tar", r.java), " "))
	add := func(files embed.FS, dir string) error {
		return fs.WalkDir(files, dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := files.ReadFile(path)
			_, _ = fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
			return err
		})
	}
	var problems []error
	for _, dir := range r.folders() {
		problems = append(problems, add(recipes, "recipe/"+dir))
	}
	if err := errors.Join(append(problems, add(code, "."))...); err != nil {
		return "", err
	}
	return "built-" + hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// unstamp removes the signs of the recipes that were built before.
func unstamp(work string) error {
	stamps, err := filepath.Glob(filepath.Join(work, "built-*"))
	if err != nil {
		return err
	}
	for _, stamp := range stamps {
		if err := os.Remove(stamp); err != nil {
			return err
		}
	}
	return nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func known() string {
	var names []string
	for _, r := range releases {
		names = append(names, r.version)
	}
	return strings.Join(names, ", ")
}

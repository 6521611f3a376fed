package language

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

func TestOptions(t *testing.T) {
	o, err := parseOptions(map[string]any{"buildTarget": "bin/p"})
	require.NoError(t, err)
	require.Equal(t, options{buildTarget: "bin/p"}, o)
	_, err = parseOptions(map[string]any{"buildTarget": "a", "binary": "b"})
	require.ErrorContains(t, err, "both binary and buildTarget")
	_, err = parseOptions(map[string]any{"binary": true})
	require.ErrorContains(t, err, "must be a string")
}

func TestFindBinary(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "program"), nil, 0o700))
	for _, name := range []string{"program", "./program", filepath.Join(dir, "program")} {
		path, err := findBinary(name, dir)
		require.NoError(t, err)
		require.Equal(t, filepath.Join(dir, "program"), path)
	}
	path, err := findBinary("go", dir)
	require.NoError(t, err)
	require.True(t, filepath.IsAbs(path))
	_, err = findBinary("./go", dir)
	require.ErrorContains(t, err, "build it first")
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func TestPluginsOfAModule(t *testing.T) {
	cache, root := t.TempDir(), t.TempDir()
	t.Setenv("GOMODCACHE", cache)
	write(t, filepath.Join(cache, "example.test/pulumi-a/sdk@v1.2.3/go/a/pulumi-plugin.json"), `{"resource":true,"name":"a","version":"1.2.3"}`)
	write(t, filepath.Join(cache, "example.test/!upper@v2.0.0+incompatible/pulumi-plugin.json"), `{"resource":true,"name":"upper"}`)
	write(t, filepath.Join(root, "here/pulumi-plugin.json"), `{"resource":true,"name":"local","version":"v9.0.0"}`)
	write(t, filepath.Join(root, "go.mod"), `module m

go 1.26

require (
	example.test/pulumi-a/sdk v1.2.3
	example.test/Upper v2.0.0+incompatible
	example.test/local v0.0.0
	example.test/plain v1.0.0 // indirect
)

replace example.test/local => ./here
`)
	info := &pulumirpc.ProgramInfo{ProgramDirectory: filepath.Join(root, "sub", "program")}
	h, err := NewHost(context.Background(), "1", "")
	require.NoError(t, err)
	packages, err := h.GetRequiredPackages(context.Background(), &pulumirpc.GetRequiredPackagesRequest{Info: info})
	require.NoError(t, err)
	got := map[string]string{}
	for _, p := range packages.GetPackages() {
		got[p.GetName()] = p.GetVersion()
	}
	require.Equal(t, map[string]string{"a": "v1.2.3", "upper": "v2.0.0", "local": "v9.0.0"}, got)

	for transitive, want := range map[bool]int{false: 3, true: 4} {
		deps, err := h.GetProgramDependencies(context.Background(),
			&pulumirpc.GetProgramDependenciesRequest{Info: info, TransitiveDependencies: transitive})
		require.NoError(t, err)
		require.Len(t, deps.GetDependencies(), want)
	}
}

func TestBuildSpeaksTheCompilersWords(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module p\n\ngo 1.26\n")
	write(t, filepath.Join(dir, "main.go"), "package main\n\nfunc main() { undefined() }\n")
	_, _, err := build(context.Background(), dir, "", false)
	require.ErrorAs(t, err, new(compileError))
	require.ErrorContains(t, err, "main.go:3:15: undefined: undefined")

	write(t, filepath.Join(dir, "main.go"), "package main\n\nfunc main() {}\n")
	path, done, err := build(context.Background(), dir, "bin/p", false)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "bin", "p"), path)
	before, err := os.Stat(path)
	require.NoError(t, err)
	done()
	_, _, err = build(context.Background(), dir, "bin/p", false)
	require.NoError(t, err)
	after, err := os.Stat(path)
	require.NoError(t, err)
	require.True(t, os.SameFile(before, after), "an unchanged program is not linked again")

	path, done, err = build(context.Background(), dir, "", false)
	require.NoError(t, err)
	require.FileExists(t, path)
	done()
	require.NoFileExists(t, path)
}

func TestProgramsEnd(t *testing.T) {
	run := func(ctx context.Context, script string) error {
		return runProgram(ctx, program{path: "/bin/sh", dir: t.TempDir(), args: []string{"-c", script}, env: os.Environ()})
	}
	require.NoError(t, run(context.Background(), "exit 0"))
	require.Equal(t, exitStatus(32), run(context.Background(), "exit 32"))
	require.ErrorContains(t, run(context.Background(), "kill -9 $$"), "killed")

	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	mark := filepath.Join(t.TempDir(), "interrupts")
	started := time.Now()
	err := run(ctx, "trap 'echo x >>"+mark+"; exit 5' INT; while :; do sleep 0.1; done")
	require.Error(t, err)
	require.Less(t, time.Since(started), killDelay)
	text, err := os.ReadFile(mark)
	require.NoError(t, err)
	require.Equal(t, "x\n", string(text), "exactly one interrupt")
}

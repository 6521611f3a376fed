package images

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"neo4j-kubernetes/dev/internal/home"
)

// unpacked gives the folder of a built image's files, as a container of it sees them.
func unpacked(t *testing.T, r release) string {
	t.Helper()
	if testing.Short() || os.Getuid() != 0 {
		t.Skip("a run of the image's files takes seconds, and root for namespaces and their owners")
	}
	cache, err := home.Cache()
	if err != nil {
		t.Fatal(err)
	}
	archive := r.archive(filepath.Join(cache, "images"))
	if !exists(archive) {
		t.Skipf("%s is not built: box images build", r.name())
	}
	name, m, config := readImage(t, archive)
	if name != r.name() || fmt.Sprint(config["config"].(map[string]any)["Entrypoint"]) != fmt.Sprint(r.entrypoint) {
		t.Errorf("%s starts with %v", name, config["config"])
	}
	root := t.TempDir()
	// The server's user walks through it.
	for dir := root; strings.HasPrefix(dir, os.TempDir()+"/"); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range m.Layers {
		unpack := `tar -xOf "$0" "blobs/sha256/$1" | tar -xf - -C "$2" --numeric-owner --same-owner --keep-directory-symlink --exclude=./dev/*`
		if out, err := exec.Command("bash", "-o", "pipefail", "-c", unpack, archive, strings.TrimPrefix(l.Digest, "sha256:"), root).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "etc/hosts"), []byte("127.0.0.1 localhost neo4j-0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return root
}

// inside is a command in the files of an image, in namespaces of its own: no network but a loopback of its own, as the owner of
// its folders (7474, as the program's pods run, or root) without a capability or any way to one. Its end is the end of all that it started.
func inside(ctx context.Context, r release, root string, env []string, command ...string) *exec.Cmd {
	const enter = `set -e
mount --make-rprivate /
mount -t proc proc "$1/proc"
mount -t tmpfs -o mode=755 dev "$1/dev"
for d in null zero random urandom; do touch "$1/dev/$d"; mount --bind "/dev/$d" "$1/dev/$d"; done
ip link set lo up
hostname neo4j-0
root=$1 user=$2; shift 2
exec chroot "$root" setpriv --reuid="$user" --regid="$user" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"`
	arguments := []string{"--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child", "bash", "-c", enter, "enter", root, strconv.Itoa(r.owner())}
	cmd := exec.CommandContext(ctx, "unshare", append(arguments, command...)...)
	cmd.Env = append([]string{"PATH=/var/lib/neo4j/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "NEO4J_HOME=/var/lib/neo4j", "NEO4J_EDITION=enterprise"}, env...)
	return cmd
}

// traits are what a test must know of a release: the names of settings, and how the server is asked.
type traits struct {
	// setting and dumped are a variable and what dump-config makes of it; own is a setting of the image.
	setting, dumped, own string
	memory               []string
	commit               string
	// hello is the Bolt version that is offered, and wanted.
	hello string
	// process is what the process list shows of the server.
	process string
}

var traitsOf = map[string]traits{
	"common": {
		"NEO4J_dbms_mode=SINGLE", "dbms.mode=SINGLE", "dbms.connector.bolt.enabled=true",
		[]string{"NEO4J_dbms_memory_pagecache_size=32m", "NEO4J_dbms_memory_heap_initial__size=256m", "NEO4J_dbms_memory_heap_max__size=256m"},
		"/db/data/transaction/commit", `\0\0\0\1`, "box.Launch",
	},
	"first": {
		"NEO4J_dbms_mode=SINGLE", "dbms.mode=SINGLE", "dbms.connector.bolt.enabled=true",
		[]string{"NEO4J_dbms_memory_pagecache_size=32m", "NEO4J_dbms_memory_heap_maxSize=256m"},
		"/db/data/transaction/commit", `\0\0\0\1`, "EnterpriseEntryPoint",
	},
	"five": {
		"NEO4J_db_tx__log_rotation_size=1M", "db.tx_log.rotation.size=1M", "server.bolt.enabled=true",
		[]string{"NEO4J_server_memory_pagecache_size=32m", "NEO4J_server_memory_heap_initial__size=256m", "NEO4J_server_memory_heap_max__size=256m"},
		"/db/neo4j/tx/commit", `\0\0\4\5`, "org.neo4j.server.",
	},
}

func TestImage(t *testing.T) {
	for _, r := range releases {
		t.Run(r.version, func(t *testing.T) {
			root := unpacked(t, r)
			t.Run("licence and dump-config", func(t *testing.T) { licence(t, r, root) })
			t.Run("server", func(t *testing.T) { server(t, r, root) })
		})
	}
}

func licence(t *testing.T, r release, root string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conf := filepath.Join(root, "conf")
	if err := errors.Join(os.Mkdir(conf, 0o777), os.Chown(conf, r.owner(), r.owner())); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(conf) }()
	// dump-config ends before the server starts, and asks for the licence as the server does.
	// The setting stays in the files' neo4j.conf, which the server is started from next.
	of := traitsOf[r.contract]
	command := append(slices.Clone(r.entrypoint), "dump-config")
	refused := inside(ctx, r, root, []string{of.setting}, command...)
	out, err := refused.CombinedOutput()
	switch {
	case !r.licensed && err != nil:
		t.Fatalf("a release without a question: %v: %s", err, out)
	case r.licensed && (refused.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "NEO4J_ACCEPT_LICENSE_AGREEMENT=yes")):
		t.Fatalf("exit code %d: %s", refused.ProcessState.ExitCode(), out)
	}
	accepted := inside(ctx, r, root, []string{of.setting, "NEO4J_ACCEPT_LICENSE_AGREEMENT=yes"}, command...)
	if out, err := accepted.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	lines := linesOf(filepath.Join(conf, "neo4j.conf"))
	for _, want := range []string{of.dumped, of.own} {
		if !slices.Contains(lines, want) {
			t.Errorf("no %s was dumped: %v", want, lines)
		}
	}
	if r.edition == "enterprise" && !slices.Contains(lines, "causal_clustering.raft_advertised_address=neo4j-0:7000") {
		t.Errorf("dumped %v", lines)
	}
}

func server(t *testing.T, r release, root string) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	of := traitsOf[r.contract]
	cmd := inside(ctx, r, root, append([]string{"NEO4J_AUTH=neo4j/correct-horse", "NEO4J_ACCEPT_LICENSE_AGREEMENT=yes"}, of.memory...), append(slices.Clone(r.entrypoint), "neo4j")...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &out, 10*time.Second
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	first := waitForServer(ctx, t, of, cmd.Process.Pid, ended, &out)
	t.Logf("%s answered %.1f s after its start", r.version, time.Since(began).Seconds())

	if got := answer(ctx, of, first, "correct-horse"); !strings.Contains(got, " 200 ") || !strings.Contains(got, `"row":[42]`) {
		t.Errorf("the first password: %s", got)
	}
	if got := answer(ctx, of, first, "neo4j"); !strings.Contains(got, " 401 ") {
		t.Errorf("the default password: %s", got)
	}
	t.Run("bolt", func(t *testing.T) {
		if got, want := bolt(ctx, of, first), strings.ReplaceAll(of.hello, `\`, "0"); got != want {
			t.Errorf("offered version %s it chose %q", want, got)
		}
	})
	// A process that ends meanwhile is cat's complaint, not ours.
	lists, _ := exec.Command("bash", "-c", "cat /proc/"+first+"/root/proc/[0-9]*/cmdline | tr '\\0' ' '").Output()
	if strings.Contains(string(lists), "correct-horse") || !strings.Contains(string(lists), of.process) {
		t.Errorf("the process list: %s", lists)
	}
	stopInTime(t, cmd, first, ended)
	if t.Failed() {
		t.Logf("its output: %s", &out)
	}
}

// waitForServer gives the first process of the namespaces, as this machine counts them, when HTTP answers there.
func waitForServer(ctx context.Context, t *testing.T, of traits, outer int, ended <-chan struct{}, out *bytes.Buffer) string {
	t.Helper()
	for {
		select {
		case <-ended:
			t.Fatalf("it ended: %s", out)
		case <-ctx.Done():
			t.Fatal("no answer in time")
		case <-time.After(300 * time.Millisecond):
		}
		children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", outer, outer))
		if first := strings.TrimSpace(string(children)); err == nil && first != "" && strings.HasPrefix(answer(ctx, of, first, ""), "HTTP/1.1 ") {
			return first
		}
	}
}

// answer is what the server in the namespace of a process says to a statement over HTTP.
func answer(ctx context.Context, of traits, pid, password string) string {
	body := `{"statements":[{"statement":"RETURN 6*7"}]}`
	request := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nAuthorization: Basic %s\r\nContent-Length: %d\r\n\r\n%s",
		of.commit, base64.StdEncoding.EncodeToString([]byte("neo4j:"+password)), len(body), body)
	cmd := exec.CommandContext(ctx, "nsenter", "--net", "--target", pid, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/7474 && cat >&3 && timeout 10 cat <&3")
	cmd.Stdin = strings.NewReader(request)
	out, _ := cmd.Output()
	return string(out)
}

// bolt offers one version of the protocol alone and gives what the server chose.
func bolt(ctx context.Context, of traits, pid string) string {
	hello := `exec 3<>/dev/tcp/127.0.0.1/7687 && printf '\x60\x60\xb0\x17` + of.hello + `\0\0\0\0\0\0\0\0\0\0\0\0' >&3 && timeout 10 head -c 4 <&3 | od -An -tx1 | tr -d ' \n'`
	out, _ := exec.CommandContext(ctx, "nsenter", "--net", "--target", pid, "bash", "-c", hello).Output()
	return string(out)
}

// stopInTime ends the container's first process as a kubelet does, and wants a clean end.
func stopInTime(t *testing.T, cmd *exec.Cmd, first string, ended <-chan struct{}) {
	t.Helper()
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	asked := time.Now()
	select {
	case <-ended:
		code := cmd.ProcessState.ExitCode()
		t.Logf("ended %.1f s after SIGTERM with %d", time.Since(asked).Seconds(), code)
		if code != 0 && code != 143 {
			t.Errorf("exit code %d", code)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("still there 30 s after SIGTERM")
	}
}

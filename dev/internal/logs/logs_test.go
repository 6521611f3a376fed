package logs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func write(t *testing.T, text string, names ...string) string {
	t.Helper()
	file := filepath.Join(names...)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// add appends as a component does that holds its log open.
func add(t *testing.T, file, text string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"supervisor", "dev2", "dev1/kubelet", "dev1/etcd", "dev2/kubelet"} {
		write(t, "", dir, name+".log")
	}
	write(t, "", dir, "dev1", "kubelet.log.1")
	tests := []struct {
		component, node string
		want            []string
	}{
		{"", "", []string{"dev2", "supervisor", "dev1/etcd", "dev1/kubelet", "dev2/kubelet"}},
		{"kubelet", "", []string{"dev1/kubelet", "dev2/kubelet"}},
		{"", "dev2", []string{"dev2", "dev2/kubelet"}},
		{"kubelet", "dev2", []string{"dev2/kubelet"}},
		{"nothing", "", nil},
	}
	for _, test := range tests {
		files, err := Files(dir, test.component, test.node)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, file := range files {
			got = append(got, Name(dir, file))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q on %q: %v", test.component, test.node, got)
		}
	}
	if err := ErrNone(dir, "nothing", ""); !strings.Contains(err.Error(), "dev1/kubelet") {
		t.Errorf("does not say what there is: %v", err)
	}
	if err := ErrNone(t.TempDir(), "", ""); !strings.Contains(err.Error(), "never up") {
		t.Errorf("without any log: %v", err)
	}
}

func TestPrint(t *testing.T) {
	dir := t.TempDir()
	write(t, "1\n2\n", dir, "dev1", "a.log.1")
	a, b := write(t, "3\n4\n", dir, "dev1", "a.log"), write(t, "x\n", dir, "b.log")
	tests := []struct {
		files []string
		tail  int
		want  string
	}{
		{[]string{a}, -1, "1\n2\n3\n4\n"},
		{[]string{a}, 3, "2\n3\n4\n"},
		{[]string{a}, 0, ""},
		{[]string{a}, 9, "1\n2\n3\n4\n"},
		{[]string{a, b}, 1, "== dev1/a\n4\n== b\nx\n"},
	}
	for _, test := range tests {
		var out bytes.Buffer
		if err := Print(&out, dir, test.files, test.tail); err != nil || out.String() != test.want {
			t.Errorf("tail %d: %q, %v; want %q", test.tail, out.String(), err, test.want)
		}
	}
}

// A component writes on while its log is rotated: it holds the file open, and nothing may be lost or doubled but what falls into the
// moment of the cut.
func TestLogsAreBoundedWhileTheyAreWritten(t *testing.T) {
	dir := t.TempDir()
	file := write(t, "", dir, "dev1", "part.log")
	open, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = open.Close() }()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	const small = 1 << 10
	go func() {
		defer close(ended)
		bound(ctx, dir, small, 5*time.Millisecond)
	}()
	rotated := func() bool { _, err := os.Stat(file + ".1"); return err == nil }
	line := 0
	for deadline := time.Now().Add(10 * time.Second); !rotated() || line < 300; line++ {
		if time.Now().After(deadline) {
			t.Fatalf("%d lines and not rotated", line)
		}
		if _, err := fmt.Fprintf(open, "line %d\n", line); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-ended
	if info, err := os.Stat(file); err != nil || info.Size() > 2*small {
		t.Errorf("the log has %d bytes, %v", info.Size(), err)
	}
	// The last line is there, and in both files together the lines go up.
	lines := strings.Split(strings.TrimRight(read(t, file+".1")+read(t, file), "\n"), "\n")
	last := -1
	for _, l := range lines {
		var n int
		if _, err := fmt.Sscanf(l, "line %d", &n); err != nil || n <= last {
			t.Fatalf("%q after line %d: %v", l, last, err)
		}
		last = n
	}
	if last != line-1 {
		t.Errorf("line %d is lost: the last is %d", line-1, last)
	}
}

func TestASmallLogIsLeftAlone(t *testing.T) {
	file := write(t, "few\n", t.TempDir(), "a.log")
	if err := rotate(file, 4); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file + ".1"); !os.IsNotExist(err) || read(t, file) != "few\n" {
		t.Errorf("rotated at its limit: %v", err)
	}
	if err := rotate(file+"gone", 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of a log that is not there: %v", err)
	}
}

// buffer may be read while it is written.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func TestFollow(t *testing.T) {
	dir := t.TempDir()
	file := write(t, "a\nb\nc\n", dir, "dev1", "kubelet.log")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	out, ended := new(buffer), make(chan error, 1)
	go func() { ended <- Follow(ctx, out, dir, "kube", "", 2) }()
	want := ""
	expect := func(more string) {
		t.Helper()
		want += more
		for deadline := time.Now().Add(10 * time.Second); out.String() != want; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("got %q, want %q", out.String(), want)
			}
		}
	}
	expect("dev1/kubelet: b\ndev1/kubelet: c\n")
	add(t, file, "d\nhalf")
	expect("dev1/kubelet: d\n")
	add(t, file, " and half\n")
	expect("dev1/kubelet: half and half\n")
	// Rotated with a line that was not printed yet.
	add(t, file, "before the cut\n")
	if err := rotate(file, 1); err != nil {
		t.Fatal(err)
	}
	add(t, file, "new\n")
	expect("dev1/kubelet: before the cut\ndev1/kubelet: new\n")
	// One that appears later, and one that does not match.
	write(t, "no\n", dir, "dev2", "etcd.log")
	write(t, "hello\n", dir, "dev2", "kube-proxy.log")
	expect("dev2/kube-proxy: hello\n")
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

package cluster

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// core answers as a member's status endpoint does: 200 where it leads, else 404.
type core struct {
	leads  atomic.Bool
	server *http.Server
}

func (c *core) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !c.leads.Load() || r.URL.Path != "/db/manage/server/core/writable" {
		w.WriteHeader(http.StatusNotFound)
	}
}

// cores listen at 127.0.0.1, .2 and so on, all at one port.
func cores(t *testing.T, n int) (all []*core, port string) {
	t.Helper()
	port = "0"
	for ordinal := range n {
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.%d:%s", ordinal+1, port))
		require.NoError(t, err)
		_, port, err = net.SplitHostPort(listener.Addr().String())
		require.NoError(t, err)
		c := &core{}
		c.server = &http.Server{Handler: c, ReadHeaderTimeout: time.Second}
		go func() { _ = c.server.Serve(listener) }()
		t.Cleanup(func() { _ = c.server.Close() })
		all = append(all, c)
	}
	return all, port
}

// held is a process in the place of the server, whose being held can be seen.
type held struct {
	t *testing.T
	*exec.Cmd
	processes string
}

func server(t *testing.T) held {
	t.Helper()
	c := exec.CommandContext(t.Context(), "sleep", "60")
	require.NoError(t, c.Start())
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	// Only this process is there: the script holds whatever is called java.
	processes := t.TempDir()
	own := filepath.Join(processes, fmt.Sprint(c.Process.Pid))
	require.NoError(t, os.Mkdir(own, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(own, "comm"), []byte("java\n"), 0o600))
	return held{t, c, processes}
}

// stopped says whether the kernel has it stopped.
func (h held) stopped() bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", h.Process.Pid))
	require.NoError(h.t, err)
	_, state, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(state, "T")
}

// stepsAside runs the script as the first member, whose name ends in 1 here.
func stepsAside(t *testing.T, h held, port string, limit int) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), "/bin/bash", "-c", stepAside, "step-aside", "127.0.0.%d", port, "/db/manage/server/core/writable", fmt.Sprint(limit), h.processes)
	c.Env = append(os.Environ(), "POD_NAME=neo4j-1")
	c.Stderr = os.Stderr
	require.NoError(t, c.Start())
	return c
}

func TestALeaderIsHeldUntilAnotherLeads(t *testing.T) {
	all, port := cores(t, 3)
	all[0].leads.Store(true)
	h := server(t)
	script := stepsAside(t, h, port, 30)
	require.Eventually(t, h.stopped, 10*time.Second, 10*time.Millisecond, "it is not held")
	time.Sleep(300 * time.Millisecond)
	assert.True(t, h.stopped(), "it goes on before another leads")
	all[2].leads.Store(true)
	require.NoError(t, script.Wait())
	assert.False(t, h.stopped(), "it is left behind, stopped")
}

func TestWhoIsNotHeld(t *testing.T) {
	for name, prepare := range map[string]func(all []*core){
		"a follower":                     func(all []*core) { all[1].leads.Store(true) },
		"a leader that is alone":         func(all []*core) { all[0].leads.Store(true); _ = all[1].server.Close(); _ = all[2].server.Close() },
		"a member that does not answer":  func(all []*core) { _ = all[0].server.Close() },
		"a leader that another succeeds": func(all []*core) { all[0].leads.Store(true); all[1].leads.Store(true) },
	} {
		t.Run(name, func(t *testing.T) {
			all, port := cores(t, 3)
			prepare(all)
			h := server(t)
			began := time.Now()
			require.NoError(t, stepsAside(t, h, port, 30).Wait())
			assert.False(t, h.stopped())
			assert.Less(t, time.Since(began), 20*time.Second, "it waited for nothing")
		})
	}
}

func TestALeaderIsNotHeldForEver(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, all []*core, script *exec.Cmd){
		"nobody takes over":  func(*testing.T, []*core, *exec.Cmd) {},
		"the others end too": func(_ *testing.T, all []*core, _ *exec.Cmd) { _ = all[1].server.Close(); _ = all[2].server.Close() },
		"the script is told to end": func(t *testing.T, _ []*core, script *exec.Cmd) {
			require.NoError(t, script.Process.Signal(syscall.SIGTERM))
		},
	} {
		t.Run(name, func(t *testing.T) {
			all, port := cores(t, 3)
			all[0].leads.Store(true)
			h := server(t)
			script := stepsAside(t, h, port, 5)
			require.Eventually(t, h.stopped, 10*time.Second, 10*time.Millisecond, "it is not held")
			end(t, all, script)
			require.NoError(t, script.Wait())
			assert.False(t, h.stopped(), "it is left behind, stopped")
		})
	}
}

func TestWhoHandsOver(t *testing.T) {
	of := func(release string, change func(*plan.Plan)) bool {
		p := plan.Plan{Name: "neo4j", Namespace: "graph", ClusterDomain: "cluster.local", Spec: neo4j.Spec{Release: neo4j.MustRelease(release), Edition: neo4j.Enterprise, Primaries: 3}}
		if change != nil {
			change(&p)
		}
		family, err := neo4j.FamilyOf(p.Release)
		require.NoError(t, err)
		return handsOver(p, family, neo4j.Primary) != nil && handsOver(p, family, neo4j.Secondary) == nil
	}
	assert.True(t, of("3.5.35", nil))
	assert.False(t, of("3.4.18", nil), "its status endpoints want credentials")
	assert.False(t, of("4.4.41", nil), "its members lead database by database")
	assert.False(t, of("3.5.35", func(p *plan.Plan) { p.Primaries = 1 }), "a server that stands alone")
}

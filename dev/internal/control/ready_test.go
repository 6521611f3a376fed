package control

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/node"
	"neo4j-kubernetes/dev/internal/supervisor"
)

var started = time.Date(2026, 1, 1, 12, 0, 0, 5e8, time.UTC)

// apiNode is a node as the API server knows it, heard so long after the box's start.
func apiNode(n int, ready corev1.ConditionStatus, after time.Duration) corev1.Node {
	return corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: node.Name(n)}, Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{
		{Type: corev1.NodeReady, Status: ready, LastHeartbeatTime: metav1.NewTime(started.Add(after).Truncate(time.Second))},
	}}}
}

func TestNotReady(t *testing.T) {
	on := func(numbers ...int) map[int]supervisor.Node {
		nodes := map[int]supervisor.Node{}
		for _, n := range numbers {
			nodes[n] = supervisor.Node{PID: n, Since: started}
		}
		return nodes
	}
	good := func(n int) corev1.Node { return apiNode(n, corev1.ConditionTrue, 5*time.Second) }
	stale := func(n int) corev1.Node { return apiNode(n, corev1.ConditionTrue, -5*time.Second) }
	died := map[int]supervisor.Death{2: {Times: 1}}
	tests := []struct {
		name  string
		state supervisor.State
		nodes []corev1.Node
		want  string
	}{
		{"all", supervisor.State{Nodes: on(1, 2)}, []corev1.Node{good(1), good(2)}, ""},
		{"one is not", supervisor.State{Nodes: on(1, 2)}, []corev1.Node{good(1), apiNode(2, corev1.ConditionFalse, 5*time.Second)}, "dev2 NotReady"},
		{"one is not registered", supervisor.State{Nodes: on(1, 2)}, []corev1.Node{good(1)}, "dev2 starting"},
		{"one is off and still looks Ready", supervisor.State{Nodes: on(1), Off: []int{2}}, []corev1.Node{good(1), good(2)}, ""},
		// Counted, the one that is off would stand for the one that is not Ready.
		{"one is off, the other not Ready", supervisor.State{Nodes: on(1), Off: []int{2}},
			[]corev1.Node{apiNode(1, corev1.ConditionFalse, 5*time.Second), good(2)}, "dev1 NotReady"},
		{"Ready before the box was started again", supervisor.State{Nodes: on(1, 2)}, []corev1.Node{good(1), stale(2)}, "dev2 starting"},
		{"in the second of the start", supervisor.State{Nodes: on(1, 2)}, []corev1.Node{good(1), apiNode(2, corev1.ConditionTrue, 0)}, ""},
		{"in the second before", supervisor.State{Nodes: on(1, 2)}, []corev1.Node{good(1), apiNode(2, corev1.ConditionTrue, -time.Second)}, "dev2 starting"},
		{"one died and comes back", supervisor.State{Nodes: on(1), Deaths: died}, []corev1.Node{good(1), good(2)}, "dev2 starting again"},
		{"of another box's size", supervisor.State{Nodes: on(1, 2)}, []corev1.Node{good(1), good(2), good(3)}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.state.Wanted = 2
			err := notReady(test.state, test.nodes)
			if (err == nil) != (test.want == "") || err != nil && err.Error() != test.want {
				t.Errorf("%v; want %q", err, test.want)
			}
		})
	}
}

// An `up` must not wait for a box whose supervisor was killed until its time is over.
func TestUpEndsWithItsSupervisor(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p, err := supervisor.Watch(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := whileAlive(context.Background(), home.Box{Dir: t.TempDir()}, p)
	defer cancel()
	if ctx.Err() != nil {
		t.Fatal("ended while the supervisor lives")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	err = until(ctx, "API server", func() error { return os.ErrNotExist })
	if err == nil || !strings.Contains(err.Error(), "killed") || !strings.Contains(err.Error(), os.ErrNotExist.Error()) {
		t.Errorf("got %v", err)
	}
}

func TestStatusSaysWhatHappened(t *testing.T) {
	state := supervisor.State{Wanted: 2, Deaths: map[int]supervisor.Death{2: {Times: 3, Reason: "signal: killed", At: started}}}
	lines := deathLines(state)
	if len(lines) != 1 || !strings.Contains(lines[0], "dev2 ended by itself 3 times") || !strings.Contains(lines[0], "signal: killed") {
		t.Errorf("got %q", lines)
	}
	var out bytes.Buffer
	if err := (Status{Notes: lines}).Print(&out, false); err != nil || !strings.Contains(out.String(), lines[0]) {
		t.Errorf("the table lacks it: %v\n%s", err, out.String())
	}
	if why := whyDown(supervisor.State{Supervisor: supervisor.Process{PID: 7}}); !strings.Contains(why, "process 7, was killed") {
		t.Error(why)
	}
	if why := whyDown(supervisor.State{Ended: "the fabric"}); !strings.Contains(why, "the fabric") {
		t.Error(why)
	}
}

func TestFoldersOfOthersAreNotTaken(t *testing.T) {
	b := home.Box{Dir: t.TempDir()}
	if err := ownFolder(b); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
	write(t, "mine", b.Path("data", "thesis"))
	if err := ownFolder(b); err == nil || !strings.Contains(err.Error(), "NEO4J_BOX_HOME") {
		t.Errorf("a folder with data: %v", err)
	}
	if err := credentials(b, 1); err != nil {
		t.Fatal(err)
	}
	if err := ownFolder(b); err != nil {
		t.Errorf("its own folder: %v", err)
	}
}

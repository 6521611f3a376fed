package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/node"
	"neo4j-kubernetes/dev/internal/supervisor"
)

// ErrDown says that no box runs.
var ErrDown = errors.New("the box is down")

// Status is a running box.
type Status struct {
	Nodes      []NodeStatus `json:"nodes"`
	Kubeconfig string       `json:"kubeconfig"`
	// PSS is the proportional set size of the box's own processes, pods and their shims left out, in bytes.
	PSS int64 `json:"pssBytes"`
	// Notes tell what went wrong since the box started: nodes that ended by themselves.
	Notes []string `json:"notes,omitempty"`
}

// NodeStatus is one node: its zone and whether it is off, starting (again), Ready or NotReady.
type NodeStatus struct {
	Name  string `json:"name"`
	Zone  string `json:"zone"`
	State string `json:"state"`
	PID   int    `json:"pid"`
	// Deaths is how often it ended by itself and was started again.
	Deaths int `json:"deaths"`
}

// Look gives the status of a box, or ErrDown with the reason where the box did not go down by `down`.
func Look(ctx context.Context, b home.Box) (Status, error) {
	state, alive := supervisor.Load(b)
	if !alive {
		if state.Supervisor.PID == 0 {
			return Status{}, ErrDown
		}
		return Status{}, fmt.Errorf("%w: %s; `box up` starts it again, `box down` clears what it left", ErrDown, whyDown(state))
	}
	nodes := map[string]corev1.Node{}
	if client, err := connect(b); err == nil {
		if list, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{}); err == nil {
			for _, n := range list.Items {
				nodes[n.Name] = n
			}
		}
	}
	s := Status{Kubeconfig: b.Kubeconfig(), Notes: deathLines(state)}
	for n := 1; n <= state.Wanted; n++ {
		line := NodeStatus{Name: node.Name(n), Zone: node.Zone(n), PID: state.Nodes[n].PID, Deaths: state.Deaths[n].Times}
		line.State = nodeState(state, n, nodes)
		s.Nodes = append(s.Nodes, line)
	}
	var err error
	s.PSS, err = supervisor.Memory(state.Supervisor)
	return s, err
}

func nodeState(state supervisor.State, n int, nodes map[string]corev1.Node) string {
	on, running := state.Nodes[n]
	ready, at := heard(nodes[node.Name(n)])
	switch {
	case !state.On(n):
		return "off"
	case !running && state.Deaths[n].Times > 0:
		return "starting again"
	case !running || at.Before(on.Since.Truncate(time.Second)): // a node starts in a later second than it ended
		return "starting"
	case !ready:
		return "NotReady"
	}
	return "Ready"
}

// whyDown says why a supervisor that is in the state does not live.
func whyDown(state supervisor.State) string {
	if state.Ended != "" {
		return "its supervisor ended: " + state.Ended
	}
	return fmt.Sprintf("its supervisor, process %d, was killed", state.Supervisor.PID)
}

// Print writes the status as a table or as JSON.
func (s Status) Print(out io.Writer, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(s)
	}
	w := table.NewWriter()
	w.SetStyle(table.StyleLight)
	w.AppendHeader(table.Row{"node", "zone", "state", "pid"})
	for _, n := range s.Nodes {
		w.AppendRow(table.Row{n.Name, n.Zone, n.State, n.PID})
	}
	if _, err := fmt.Fprintf(out, "%s\nkubeconfig %s\nmemory %d MB, pods left out\n", w.Render(), s.Kubeconfig, s.PSS/1e6); err != nil {
		return err
	}
	for _, note := range s.Notes {
		if _, err := fmt.Fprintln(out, note); err != nil {
			return err
		}
	}
	return nil
}

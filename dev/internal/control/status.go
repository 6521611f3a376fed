package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

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
	// PSS is the proportional set size of the box's own processes, pods' left out, in bytes.
	PSS int64 `json:"pssBytes"`
}

// NodeStatus is one node: its zone and whether it is off, Ready or NotReady.
type NodeStatus struct {
	Name  string `json:"name"`
	Zone  string `json:"zone"`
	State string `json:"state"`
	PID   int    `json:"pid"`
}

// Look gives the status of a box, or ErrDown.
func Look(ctx context.Context, b home.Box) (Status, error) {
	state, alive := supervisor.Load(b)
	if !alive {
		return Status{}, ErrDown
	}
	ready := map[string]string{}
	if client, err := connect(b); err == nil {
		if nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{}); err == nil {
			for _, n := range nodes.Items {
				ready[n.Name] = "NotReady"
				for _, c := range n.Status.Conditions {
					if c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue {
						ready[n.Name] = "Ready"
					}
				}
			}
		}
	}
	s := Status{Kubeconfig: b.Kubeconfig()}
	for n := 1; n <= state.Wanted; n++ {
		line := NodeStatus{Name: node.Name(n), Zone: node.Zone(n), State: ready[node.Name(n)], PID: state.Nodes[n]}
		if line.PID == 0 {
			line.State = "off"
		} else if line.State == "" {
			line.State = "starting"
		}
		s.Nodes = append(s.Nodes, line)
	}
	var err error
	s.PSS, err = supervisor.Memory(b)
	return s, err
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
	_, err := fmt.Fprintf(out, "%s\nkubeconfig %s\nmemory %d MB, pods left out\n", w.Render(), s.Kubeconfig, s.PSS/1e6)
	return err
}

// LogFiles gives the log files of a component on a node; empty words match all.
func LogFiles(all []string, component, on string) []string {
	return slices.DeleteFunc(all, func(file string) bool {
		name, node := filepath.Base(file), filepath.Base(filepath.Dir(file))
		return component != "" && !strings.Contains(name, component) || on != "" && node != on && name != on+".log"
	})
}

// Package logs keeps the logs of a box's components: which there are, how large they may grow, and what they say.
package logs

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Files gives the log files below a box's logs folder that hold a component's name and belong to a node; empty words match all.
// The supervisor's own come first, then node by node.
func Files(dir, component, node string) ([]string, error) {
	var all []string
	for _, pattern := range []string{"*.log", filepath.Join("*", "*.log")} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return slices.DeleteFunc(all, func(file string) bool {
		name, on := filepath.Base(file), filepath.Base(filepath.Dir(file))
		return component != "" && !strings.Contains(name, component) || node != "" && on != node && name != node+".log"
	}), nil
}

// Name is how a log file is called in what is printed, such as dev1/kubelet.
func Name(dir, file string) string {
	name, err := filepath.Rel(dir, file)
	if err != nil {
		name = file
	}
	return strings.TrimSuffix(name, ".log")
}

// ErrNone says that no log matches, and which there are.
func ErrNone(dir, component, node string) error {
	all, err := Files(dir, "", "")
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fmt.Errorf("no logs below %s: the box was never up, or `box down` removed them", dir)
	}
	var names []string
	for _, file := range all {
		names = append(names, Name(dir, file))
	}
	return fmt.Errorf("no log of %q on node %q; there are %s", component, node, strings.Join(names, ", "))
}

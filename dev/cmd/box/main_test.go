package main

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// box runs a command line in a box's home that never had a box.
func box(ctx context.Context, t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	t.Setenv("NEO4J_BOX_HOME", t.TempDir())
	var o, e bytes.Buffer
	code = run(ctx, args, &o, &e)
	return code, o.String(), e.String()
}

// visible gives every command that a user types.
func visible(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, below := range cmd.Commands() {
		if !below.Hidden {
			all = append(all, visible(below)...)
		}
	}
	return all
}

var line = regexp.MustCompile(`\bbox ([^&")\n]+)`)

// An example that the command does not understand would be worse than none.
func TestExamplesAreUnderstood(t *testing.T) {
	for _, cmd := range visible(newRoot()) {
		if cmd.Example == "" || cmd.Short == "" {
			t.Errorf("%s: no example, or nothing said of it", cmd.CommandPath())
		}
		shown := false
		for _, match := range line.FindAllStringSubmatch(cmd.Example, -1) {
			line := match[0]
			found, args, err := newRoot().Find(strings.Fields(match[1]))
			if err != nil {
				t.Errorf("%q: %v", line, err)
				continue
			}
			shown = shown || strings.HasPrefix(found.CommandPath(), cmd.CommandPath())
			if found.DisableFlagParsing {
				continue
			}
			if err := found.ParseFlags(args); err != nil {
				t.Errorf("%q: %v", line, err)
			}
			if err := found.ValidateArgs(found.Flags().Args()); err != nil {
				t.Errorf("%q: %v", line, err)
			}
		}
		if !shown {
			t.Errorf("%s: its example does not show it", cmd.CommandPath())
		}
	}
}

func TestHelp(t *testing.T) {
	for _, cmd := range visible(newRoot()) {
		args := strings.Fields(cmd.CommandPath())[1:]
		help := append([]string{"help"}, args...)
		if !cmd.DisableFlagParsing { // kubectl's and pulumi's --help are their own
			help = append(args, "--help")
		}
		code, out, errOut := box(context.Background(), t, help...)
		if code != 0 || !strings.Contains(out, "Examples:") || !strings.Contains(out, cmd.CommandPath()) {
			t.Errorf("%v: exit code %d\n%s%s", help, code, out, errOut)
		}
	}
}

func TestExitCodes(t *testing.T) {
	interrupt, cancel := context.WithCancel(context.Background())
	cancel()
	tests := []struct {
		args []string
		ctx  context.Context
		code int
		says string
	}{
		{args: nil, code: 0},
		{args: []string{"node"}, code: 0},
		{args: []string{"melt"}, code: usage, says: `unknown command "melt"`},
		{args: []string{"node", "melt"}, code: usage, says: "box node --help"},
		{args: []string{"node", "stop"}, code: usage, says: "box node stop --help"},
		{args: []string{"up", "--nods", "1"}, code: usage, says: "box up --help"},
		{args: []string{"up", "now"}, code: usage, says: "box up --help"},
		{args: []string{"images", "melt"}, code: usage, says: "melt"},
		{args: []string{"status"}, code: down, says: "the box is down"},
		{args: []string{"node", "stop", "1"}, code: failed, says: "not running"},
		{args: []string{"outside"}, code: usage, says: "box outside --help"},
		{args: []string{"outside", "true"}, code: failed, says: "not running"},
		{args: []string{"logs"}, code: failed, says: "no logs"},
		{args: []string{"images", "build", "0.1"}, code: failed, says: "no image 0.1"},
		{args: []string{"logs"}, ctx: interrupt, code: interrupted},
	}
	for _, test := range tests {
		ctx := test.ctx
		if ctx == nil {
			ctx = context.Background()
		}
		code, _, errOut := box(ctx, t, test.args...)
		if code != test.code || !strings.Contains(errOut, test.says) {
			t.Errorf("box %v: exit code %d, want %d; it says %q", test.args, code, test.code, errOut)
		}
	}
}

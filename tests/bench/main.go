// Command bench measures the figures of `make bench`, each beside what it is measured against, in turns, and prints a table. It
// never fails because of a number, but does where a change loses an acknowledged write, or costs a member that it must not cost. What it
// starts it ends, on Ctrl-C too.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	var runs int
	var only []string
	var asJSON bool
	keys := make([]string, 0, 7)
	for _, f := range allFigures() {
		keys = append(keys, f.Key)
	}
	cmd := &cobra.Command{
		Use: "bench", Short: "Measure the project beside what it is measured against; run it from the project's root",
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if runs < 1 {
				return fmt.Errorf("--runs is 1 or more, not %d", runs)
			}
			for _, key := range only {
				if !slices.Contains(keys, key) {
					return fmt.Errorf("--only %s: the figures are %s", key, strings.Join(keys, ", "))
				}
			}
			return run(cmd.Context(), cmd.OutOrStdout(), runs, only, asJSON)
		},
	}
	cmd.Flags().IntVar(&runs, "runs", 3, "how many rounds; medians are quoted")
	cmd.Flags().StringSliceVar(&only, "only", nil, "only these figures: "+strings.Join(keys, ", "))
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON with every sample instead of the table")
	cmd.AddCommand(&cobra.Command{
		Use: "bare", Short: "Three servers inside namespaces; the bench starts this itself", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// Ctrl-C reaches every process of the terminal; this one ends with its input.
			signal.Ignore(os.Interrupt)
			return inside(context.WithoutCancel(cmd.Context()), cmd.InOrStdin(), cmd.OutOrStdout())
		},
	})
	return cmd
}

func run(ctx context.Context, out io.Writer, runs int, only []string, asJSON bool) error {
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return err
	}
	b := &bench{began: time.Now(), figures: map[string]*figure{}}
	figures := allFigures()
	figures = slices.DeleteFunc(figures, func(f *figure) bool { return len(only) > 0 && !slices.Contains(only, f.Key) })
	for _, f := range figures {
		b.figures[f.Key] = f
	}
	b.say("load of this machine before: %s", strings.TrimSpace(string(load)))
	// What was measured before an interrupt or an error is printed all the same.
	failed := b.measure(ctx, runs)
	var results []result
	for _, f := range figures {
		results = append(results, f.judge())
	}
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(results)
	} else {
		err = printTable(out, results)
	}
	if failed != nil {
		return failed
	}
	return err
}

// Package control is what a user does with a box from outside: up, down, status, environment.
package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/node"
	"neo4j-kubernetes/dev/internal/pki"
	"neo4j-kubernetes/dev/internal/supervisor"
)

// Up starts a box, or finds it running, and returns when its nodes are Ready and every image is imported. When it is interrupted it
// stops what it started; after any other error a box that runs goes on, so that it can be looked at.
func Up(ctx context.Context, b home.Box, nodes int, out io.Writer) error {
	if err := Supported(); err != nil {
		return err
	}
	if nodes < 0 || nodes > mostNodes {
		return fmt.Errorf("--nodes %d: a box has 1 to %d nodes", nodes, mostNodes)
	}
	cache, err := home.Cache()
	if err != nil {
		return err
	}
	held, err := lock(ctx, b, out)
	if err != nil {
		return err
	}
	defer func() { _ = held.Close() }()
	u := &upping{box: b, images: filepath.Join(cache, "images"), out: out, began: time.Now()}
	state, alive := supervisor.Load(b)
	if alive {
		if nodes != 0 && state.Wanted != nodes {
			return fmt.Errorf("the box runs with %d nodes: stop it with `box down` before asking for %d", state.Wanted, nodes)
		}
		return u.wait(ctx, state)
	}
	if nodes == 0 {
		nodes = 3
	}
	if err := ownFolder(b); err != nil {
		return err
	}
	kept := exists(b.Path("data"))
	if state, err = u.start(ctx, nodes, held); err == nil {
		err = u.wait(ctx, state)
	}
	if err == nil || !errors.Is(ctx.Err(), context.Canceled) {
		return err
	}
	u.say("interrupted: stopping what was started")
	return errors.Join(fmt.Errorf("interrupted; the box is down: %w", ctx.Err()), stop(b, kept))
}

// upping is one `box up` at work.
type upping struct {
	box    home.Box
	images string
	out    io.Writer
	began  time.Time
	said   []string
}

func (u *upping) say(format string, args ...any) {
	_, _ = fmt.Fprintf(u.out, "%6.1fs %s\n", time.Since(u.began).Seconds(), fmt.Sprintf(format, args...))
}

// once says something the first time only.
func (u *upping) once(text string) {
	if !slices.Contains(u.said, text) {
		u.said = append(u.said, text)
		u.say("%s", text)
	}
}

// wait returns when all that should run is ready, or at once when the supervisor ends.
func (u *upping) wait(ctx context.Context, state supervisor.State) error {
	ctx, cancel := whileAlive(ctx, u.box, state.Supervisor)
	defer cancel()
	err := u.ready(ctx)
	if err == nil {
		return nil
	}
	if state, _ := supervisor.Load(u.box); len(state.Deaths) > 0 {
		err = fmt.Errorf("%w\n%s", err, strings.Join(deathLines(state), "\n"))
	}
	return err
}

func (u *upping) ready(ctx context.Context) error {
	look := func() supervisor.State {
		state, _ := supervisor.Load(u.box)
		return state
	}
	err := until(ctx, "nodes", func() error {
		if state := look(); !state.Complete {
			return fmt.Errorf("%d of %d started", len(state.Nodes), state.Wanted)
		}
		return nil
	})
	if err != nil {
		return err
	}
	u.say("%d nodes started", len(look().Nodes))
	client, err := connect(u.box)
	if err != nil {
		return err
	}
	if err := client.serving(ctx); err != nil {
		return err
	}
	u.say("API server answers")
	if err := client.bootstrap(ctx); err != nil {
		return err
	}
	if err := client.nodesReady(ctx, look); err != nil {
		return err
	}
	u.say("%d nodes Ready", len(look().Nodes))
	if err := u.imported(ctx, look); err != nil {
		return err
	}
	u.say("images imported; the box is up, kubeconfig %s", u.box.Kubeconfig())
	return nil
}

// whileAlive is a context that ends with the supervisor.
func whileAlive(ctx context.Context, b home.Box, p supervisor.Process) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		for ctx.Err() == nil {
			if !p.Alive() {
				state, _ := supervisor.Load(b)
				cancel(errors.New(whyDown(state)))
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}

// ownFolder says in an error that a box's folder is in other use: `down` would remove what is in it.
func ownFolder(b home.Box) error {
	if pki.Exists(b.Path("pki")) {
		return nil
	}
	for _, name := range []string{"data", "logs"} {
		if exists(b.Path(name)) {
			return fmt.Errorf("%s is there already and no box made it: `box down` would remove it. Give the box another folder by NEO4J_BOX_HOME", b.Path(name))
		}
	}
	return nil
}

func exists(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}

// deathLines tells of the nodes that ended by themselves.
func deathLines(state supervisor.State) []string {
	var lines []string
	for n := 1; n <= state.Wanted; n++ {
		if d, ok := state.Deaths[n]; ok {
			times := "once"
			if d.Times > 1 {
				times = fmt.Sprintf("%d times", d.Times)
			}
			lines = append(lines, fmt.Sprintf("%s ended by itself %s and was started again, last at %s (%s); see `box logs %s`",
				node.Name(n), times, d.At.Format(time.TimeOnly), d.Reason, node.Name(n)))
		}
	}
	return lines
}

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"neo4j-kubernetes/tests/harness"
)

// bareRelease is the release of the stack dev, whose jars the image cache holds.
const bareRelease = "3.5.0-beta03"

// bareCluster is three servers as bare processes in namespaces of their own: nothing of them is reachable from outside, and the
// kernel ends them with their first process, however the bench ends.
type bareCluster struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *json.Decoder
	dir   string
	stops context.CancelFunc
}

// bareOrder is the first line that the inner process reads; bareAnswer what it writes for each order.
type bareOrder struct {
	Lib, Classes, Dir, Password string
}

type bareAnswer struct {
	Formed time.Duration
	Outage outage
	Error  string
}

// startBare starts the servers together and gives the time until all three are available.
func startBare(ctx context.Context, dir, password string) (*bareCluster, time.Duration, error) {
	cache, err := harness.Cache()
	if err != nil {
		return nil, 0, err
	}
	order := bareOrder{Dir: dir, Password: password}
	for name, to := range map[string]*string{"lib": &order.Lib, "classes": &order.Classes} {
		*to = filepath.Join(cache, "build", bareRelease, name)
		if _, err := os.Stat(*to); err != nil {
			return nil, 0, fmt.Errorf("the servers of the image cache: %w", err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		return nil, 0, err
	}
	ctx, cancel := context.WithCancel(ctx)
	b := &bareCluster{cmd: exec.CommandContext(ctx, self, "bare"), dir: dir, stops: cancel}
	b.cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWNS}
	b.cmd.Stderr = os.Stderr
	if b.in, err = b.cmd.StdinPipe(); err != nil {
		cancel()
		return nil, 0, err
	}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		cancel()
		return nil, 0, err
	}
	b.out = json.NewDecoder(bufio.NewReader(out))
	if err := b.cmd.Start(); err != nil {
		cancel()
		return nil, 0, fmt.Errorf("a process in namespaces of its own: %w", err)
	}
	answer, err := b.order(order)
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("three bare servers: %w", err), b.stop())
	}
	return b, answer.Formed, nil
}

// failover kills the leader by SIGKILL.
func (b *bareCluster) failover() (outage, error) {
	answer, err := b.order("failover")
	return answer.Outage, err
}

func (b *bareCluster) order(what any) (bareAnswer, error) {
	var answer bareAnswer
	if err := json.NewEncoder(b.in).Encode(what); err != nil {
		return answer, err
	}
	if err := b.out.Decode(&answer); err != nil {
		return answer, fmt.Errorf("the process in namespaces of its own ended: %w", err)
	}
	if answer.Error != "" {
		return answer, errors.New(answer.Error)
	}
	return answer, nil
}

// stop ends the servers and removes their data.
func (b *bareCluster) stop() error {
	_ = b.in.Close()
	b.stops()
	// It is killed, which is no failure; Wait is for its end.
	_ = b.cmd.Wait()
	return os.RemoveAll(b.dir)
}

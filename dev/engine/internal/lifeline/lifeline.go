// Package lifeline keeps a plugin's process alive exactly as long as the engine that started it.
package lifeline

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"google.golang.org/grpc"
)

const (
	// parentInterval is how often the parent is looked at. A plugin whose engine was killed without
	// a word learns of it this late at most; the look itself is one system call.
	parentInterval = 250 * time.Millisecond
	// drainTimeout bounds the wait for calls in flight once the end has come. The engine kills a
	// plugin five seconds after its interrupt and shows the wait to the user, so ours is shorter.
	drainTimeout = 2 * time.Second
)

// Context is done on the first SIGINT or SIGTERM, or when the process that started this one is gone.
// The engine ends its plugins with SIGINT; it says nothing when it is itself killed.
func Context(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := signal.NotifyContext(parent, os.Interrupt, syscall.SIGTERM)
	starter := os.Getppid()
	go func() {
		tick := time.NewTicker(parentInterval)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if os.Getppid() != starter {
					cancel()
					return
				}
			}
		}
	}()
	return ctx, cancel
}

// Serve listens on a free loopback port, prints it on standard output as the engine's plugin
// protocol wants, and serves what register registers until ctx is done. Calls in flight are given a
// short while to end; they should watch the same ctx.
func Serve(ctx context.Context, register func(*grpc.Server) error) error {
	stop := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{Init: register, Cancel: stop})
	if err != nil {
		return fmt.Errorf("plugin server: %w", err)
	}
	fmt.Println(handle.Port)

	select {
	case err := <-handle.Done:
		return err
	case <-ctx.Done():
	}
	close(stop)
	select {
	case err := <-handle.Done:
		return err
	case <-time.After(drainTimeout):
		return nil
	}
}

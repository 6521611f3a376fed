package node

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// Relay joins every connection that a listener takes to one that dial makes, until the listener is closed. Any other error of the
// listener passes: too many open files, a client that hung up before it was taken.
func Relay(listener net.Listener, dial func() (net.Conn, error)) {
	const first, longest = 5 * time.Millisecond, time.Second
	pause := first
	for {
		in, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s relay %s: %v; next try in %s\n", time.Now().Format(time.TimeOnly), listener.Addr(), err, pause)
			time.Sleep(pause)
			pause = min(2*pause, longest)
			continue
		}
		pause = first
		go join(in, dial)
	}
}

func join(in net.Conn, dial func() (net.Conn, error)) {
	out, err := dial()
	if err != nil {
		_ = in.Close()
		return
	}
	done := make(chan struct{}, 2)
	pipe := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		if half, ok := to.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		}
		done <- struct{}{}
	}
	go pipe(out, in)
	go pipe(in, out)
	<-done
	<-done
	_ = in.Close()
	_ = out.Close()
}

package node

import (
	"io"
	"net"
)

// Relay joins every connection that a listener takes to one that dial makes, until the listener is closed.
func Relay(listener net.Listener, dial func() (net.Conn, error)) {
	for {
		in, err := listener.Accept()
		if err != nil {
			return
		}
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

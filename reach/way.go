package reach

import (
	"context"
	"fmt"

	"neo4j-kubernetes/neo4j"
)

// Way is an open way to a member.
type Way struct {
	// Addresses are what to dial for each of the member's own ports.
	Addresses map[int]string
	// Close ends the way. It is called once.
	Close func()
	// Done is closed when the way has ended, by Close or because the member went away.
	Done <-chan struct{}
}

// Dialer opens the way to a member; ports are the member's own.
type Dialer func(ctx context.Context, m neo4j.Member, ports ...int) (Way, error)

// ended says whether the way is over.
func (w Way) ended() bool {
	select {
	case <-w.Done:
		return true
	default:
		return false
	}
}

// dialer reaches pods by port-forwards through the API server: what members advertise is not to be resolved outside.
func (k *kube) dialer(namespace string) Dialer {
	return func(ctx context.Context, m neo4j.Member, ports ...int) (Way, error) {
		f, err := k.forward(ctx, namespace, m.Name, ports...)
		if err != nil {
			return Way{}, err
		}
		w := Way{Addresses: map[int]string{}, Close: f.stop, Done: f.done}
		for port, local := range f.local {
			w.Addresses[port] = fmt.Sprintf("127.0.0.1:%d", local)
		}
		return w, nil
	}
}

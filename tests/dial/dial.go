// Package dial reaches members that listen at addresses of a test's own, in place of a port-forward. It is for tests only.
package dial

import (
	"context"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
)

// To has every port of a member lead to the address, host:port, that is asked for it at each dial.
func To(address func(m neo4j.Member) string) reach.Dialer {
	return Ports(func(m neo4j.Member, _ int) string { return address(m) })
}

// Ports is To with an address of its own for each port of a member.
func Ports(address func(m neo4j.Member, port int) string) reach.Dialer {
	return func(_ context.Context, m neo4j.Member, ports ...int) (reach.Way, error) {
		w := reach.Way{Addresses: map[int]string{}, Close: func() {}, Done: make(chan struct{})}
		for _, port := range ports {
			w.Addresses[port] = address(m, port)
		}
		return w, nil
	}
}

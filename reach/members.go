package reach

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"neo4j-kubernetes/neo4j"
)

// Members reaches the members of one cluster, each by a way and a connection of its own, kept open between polls and made again
// when a pod was replaced. It is safe for concurrent use.
type Members struct {
	// Topology is whose members they are, Family what its release is.
	Topology neo4j.Topology
	Family   neo4j.Family

	// kube is the Kubernetes API that they are reached through, nil where a caller has a way of its own.
	kube *kube
	dial Dialer
	as   Login

	mu    sync.Mutex
	links map[string]*link
	// turned are the members that are spoken to in the other tongue than as.TLS says: see turn.
	turned map[string]bool
}

// link is an open way to one member, and what speaks over it.
type link struct {
	way    Way
	runner runner
	http   *http.Client
	// web are the URLs of the member's HTTP and HTTPS ports, that which it is planned to have first.
	web []string
	// as is how it is spoken to.
	as Login
}

// Open opens the Kubernetes API and reads from the cluster's Secret whom to ask as; members are dialled when they are asked. Close it.
func Open(ctx context.Context, a Access, t neo4j.Topology) (*Members, error) {
	k, err := a.open()
	if err != nil {
		return nil, err
	}
	as, err := k.login(ctx, t)
	if err != nil {
		return nil, err
	}
	members, err := Over(k.dialer(t.Namespace), t, as)
	if err != nil {
		return nil, err
	}
	members.kube = k
	return members, members.showCertificate(ctx)
}

// Over reaches members by a way of the caller's own. Close it.
func Over(dial Dialer, t neo4j.Topology, as Login) (*Members, error) {
	family, err := neo4j.FamilyOf(t.Release)
	if err != nil {
		return nil, err
	}
	as.TLS = as.TLS || t.TLS
	return &Members{dial: dial, Family: family, Topology: t, as: as.named(), links: map[string]*link{}, turned: map[string]bool{}}, nil
}

// Close ends every connection and every way.
func (c *Members) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, l := range c.links {
		l.close()
		delete(c.links, name)
	}
}

func (l *link) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	l.runner.close(ctx)
	l.http.CloseIdleConnections()
	l.way.Close()
}

// link gives the open way to a member, or makes it.
func (c *Members) link(ctx context.Context, m neo4j.Member) (*link, error) {
	c.mu.Lock()
	l, as := c.links[m.Name], c.as
	as.TLS = as.TLS != c.turned[m.Name]
	c.mu.Unlock()
	if l != nil && !l.way.ended() {
		return l, nil
	}
	c.drop(m)
	way, err := c.dial(ctx, m, append(c.webPorts(), c.Family.Ports.Bolt)...)
	if err != nil {
		return nil, err
	}
	l = &link{way: way, as: as, web: c.webs(way), http: newWebClient()}
	if c.Family.Protocol == neo4j.HTTP {
		l.runner = newHTTPRunner(way.Addresses[c.Family.Ports.HTTP], as)
	} else if l.runner, err = newBoltRunner(way.Addresses[c.Family.Ports.Bolt], as); err != nil {
		way.Close()
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if other := c.links[m.Name]; other != nil {
		l.close() // somebody else was faster
		return other, nil
	}
	c.links[m.Name] = l
	return l, nil
}

// drop closes the way to a member, so that the next question opens it anew.
func (c *Members) drop(m neo4j.Member) {
	c.mu.Lock()
	l := c.links[m.Name]
	delete(c.links, m.Name)
	c.mu.Unlock()
	if l != nil {
		l.close()
	}
}

// port is the members' own port that questions go to.
func (c *Members) port() int {
	if c.Family.Protocol == neo4j.HTTP {
		return c.Family.Ports.HTTP
	}
	return c.Family.Ports.Bolt
}

// Run asks one member. What the server itself refused is a *ServerError, ErrPassword or ErrRights.
func (c *Members) Run(ctx context.Context, m neo4j.Member, q Question) (Answer, error) {
	a, again, err := c.ask(ctx, m, q)
	if again {
		a, _, err = c.ask(ctx, m, q)
	}
	return a, err
}

// ask is Run; again says that the member speaks the other tongue, and is spoken to in that from now on.
func (c *Members) ask(ctx context.Context, m neo4j.Member, q Question) (a Answer, again bool, err error) {
	l, err := c.link(ctx, m)
	if err != nil {
		return Answer{}, false, err
	}
	a, err = l.runner.run(ctx, q)
	if said := (*ServerError)(nil); err == nil || errors.As(err, &said) || Lasting(err) {
		return a, false, err
	}
	// Not the server's word, so the connection's: the pod may be another by now.
	err = plain(err, c.port())
	if u := (*unreached)(nil); errors.As(err, &u) && u.what == shut && c.Family.Protocol == neo4j.Bolt {
		if tongue := otherTongue(ctx, l.way.Addresses[c.port()], l.as); tongue != "" {
			u.what = tongue
			again = c.turn(m)
		}
	}
	c.drop(m)
	return a, again, err
}

// Get asks one member's HTTP port for a path, without credentials, and gives the body, at most 4 MiB of it, and the status line.
func (c *Members) Get(ctx context.Context, m neo4j.Member, path string) (body []byte, status string, err error) {
	l, err := c.link(ctx, m)
	if err != nil {
		return nil, "", err
	}
	for i, web := range l.web {
		var failed error
		if body, status, failed = get(ctx, l.http, web+path, m.Host); failed == nil {
			return body, status, nil
		}
		if i == 0 {
			err = plain(failed, c.webPorts()[0])
		}
	}
	c.drop(m)
	return nil, "", err
}

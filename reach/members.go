package reach

import (
	"context"
	"errors"
	"io"
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
}

// link is an open way to one member, and what speaks over it.
type link struct {
	way    Way
	runner runner
	http   *http.Client
	// web is the address of the member's HTTP port.
	web string
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
	if err == nil {
		members.kube = k
	}
	return members, err
}

// Over reaches members by a way of the caller's own. Close it.
func Over(dial Dialer, t neo4j.Topology, as Login) (*Members, error) {
	family, err := neo4j.FamilyOf(t.Release)
	if err != nil {
		return nil, err
	}
	as.TLS = as.TLS || t.TLS
	return &Members{dial: dial, Family: family, Topology: t, as: as.named(), links: map[string]*link{}}, nil
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
	l := c.links[m.Name]
	c.mu.Unlock()
	if l != nil && !l.way.ended() {
		return l, nil
	}
	c.drop(m)
	way, err := c.dial(ctx, m, c.Family.Ports.Bolt, c.Family.Ports.HTTP)
	if err != nil {
		return nil, err
	}
	l = &link{way: way, web: way.Addresses[c.Family.Ports.HTTP], http: &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}}
	if c.Family.Protocol == neo4j.HTTP {
		l.runner = newHTTPRunner(l.web, c.as)
	} else if l.runner, err = newBoltRunner(way.Addresses[c.Family.Ports.Bolt], c.as); err != nil {
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
	l, err := c.link(ctx, m)
	if err != nil {
		return Answer{}, err
	}
	a, err := l.runner.run(ctx, q)
	if said := (*ServerError)(nil); err == nil || errors.As(err, &said) || Lasting(err) {
		return a, err
	}
	// Not the server's word, so the connection's: the pod may be another by now.
	err = plain(err, c.port())
	if u := (*unreached)(nil); errors.As(err, &u) && u.what == shut && c.Family.Protocol == neo4j.Bolt {
		if tongue := otherTongue(ctx, l.way.Addresses[c.port()], c.as); tongue != "" {
			u.what = tongue
		}
	}
	c.drop(m)
	return a, err
}

// Get asks one member's HTTP port for a path, without credentials, and gives the body, at most 4 MiB of it, and the status line.
func (c *Members) Get(ctx context.Context, m neo4j.Member, path string) (body []byte, status string, err error) {
	l, err := c.link(ctx, m)
	if err != nil {
		return nil, "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.web+path, nil)
	if err != nil {
		return nil, "", err
	}
	response, err := l.http.Do(request)
	if err != nil {
		c.drop(m)
		return nil, "", plain(err, c.Family.Ports.HTTP)
	}
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(response.Body, 4<<20))
	return body, response.Status, err
}

package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"neo4j-kubernetes/neo4j"
)

// Members reaches the members of one cluster, each by a port-forward and a connection of its own, kept open between polls and
// made again when a pod was replaced. It is safe for concurrent use.
type Members struct {
	kube     *kube
	family   neo4j.Family
	topology neo4j.Topology
	password string

	mu    sync.Mutex
	links map[string]*link
}

// link is the open way to one member.
type link struct {
	forward *forward
	runner  runner
	http    *http.Client
	status  string
}

// Reach opens the Kubernetes API and reads the password; members are dialled when they are asked. Close it.
func Reach(ctx context.Context, a Access, t neo4j.Topology) (*Members, error) {
	family, err := neo4j.FamilyOf(t.Release)
	if err != nil {
		return nil, err
	}
	k, err := a.open()
	if err != nil {
		return nil, err
	}
	password, err := k.password(ctx, t)
	if err != nil {
		return nil, err
	}
	return &Members{kube: k, family: family, topology: t, password: password, links: map[string]*link{}}, nil
}

// Close ends every connection and port-forward.
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
	l.forward.stop()
}

// link gives the open way to a member, or makes it.
func (c *Members) link(ctx context.Context, m neo4j.Member) (*link, error) {
	c.mu.Lock()
	l := c.links[m.Name]
	c.mu.Unlock()
	if l != nil && !l.forward.ended() {
		return l, nil
	}
	c.drop(m)
	forward, err := c.kube.forward(ctx, c.topology.Namespace, m.Name, c.family.Ports.Bolt, c.family.Ports.HTTP)
	if err != nil {
		return nil, err
	}
	l = &link{forward: forward, http: &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}}
	if c.family.Status != "" {
		l.status = fmt.Sprintf("http://127.0.0.1:%d%s", forward.local[c.family.Ports.HTTP], c.family.Status)
	}
	if c.family.Protocol == neo4j.HTTP {
		l.runner = newHTTPRunner(forward.local[c.family.Ports.HTTP], c.password)
	} else if l.runner, err = newBoltRunner(forward.local[c.family.Ports.Bolt], c.password); err != nil {
		forward.stop()
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

// Run runs one statement on one member; see runner.
func (c *Members) Run(ctx context.Context, m neo4j.Member, write bool, after []string, statement string, parameters map[string]any) ([][]any, []string, error) {
	l, err := c.link(ctx, m)
	if err != nil {
		return nil, nil, err
	}
	rows, bookmarks, err := l.runner.run(ctx, write, after, statement, parameters)
	if err != nil && !strings.HasPrefix(err.Error(), "Neo.") {
		// Not the server's word, so the connection's: the pod may be another by now.
		c.drop(m)
	}
	return rows, bookmarks, err
}

// Observe asks one member for its view of the cluster. Sources: operations manual 3.1 and 3.5, dbms.cluster.overview,
// dbms.cluster.role, dbms.components, and the causal clustering status endpoint.
func (c *Members) Observe(ctx context.Context, m neo4j.Member) (Observation, error) {
	var o Observation
	rows, _, err := c.Run(ctx, m, false, nil, "CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0]", nil)
	if err != nil {
		return o, err
	}
	if len(rows) == 1 {
		o.Release, _ = rows[0][0].(string)
	}
	if len(c.topology.Members) == 1 {
		return o, nil
	}
	if rows, _, err = c.Run(ctx, m, false, nil, "CALL dbms.cluster.role() YIELD role RETURN role", nil); err != nil {
		return o, err
	}
	if len(rows) == 1 {
		o.Role, _ = rows[0][0].(string)
	}
	if !c.family.HasOverview(m.Role) {
		return o, nil
	}
	if rows, _, err = c.Run(ctx, m, false, nil, "CALL dbms.cluster.overview() YIELD id, addresses, role RETURN id, addresses, role", nil); err != nil {
		return o, err
	}
	for _, r := range rows {
		o.Overview = append(o.Overview, overviewRow(r))
	}
	if m.Role == neo4j.Primary && c.family.Status != "" {
		o.Voters, err = c.voters(ctx, m)
	}
	return o, err
}

func overviewRow(values []any) Row {
	var row Row
	row.ID, _ = values[0].(string)
	row.Role, _ = values[2].(string)
	addresses, _ := values[1].([]any)
	for _, a := range addresses {
		text, _ := a.(string)
		if u, err := url.Parse(text); err == nil && (u.Scheme == "bolt" || row.Host == "") {
			row.Host = u.Hostname()
		}
	}
	return row
}

// voters asks a core's status endpoint, which needs no credentials here (see neo4j.Conf).
func (c *Members) voters(ctx context.Context, m neo4j.Member) ([]string, error) {
	l, err := c.link(ctx, m)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, l.status, nil)
	if err != nil {
		return nil, err
	}
	response, err := l.http.Do(request)
	if err != nil {
		c.drop(m)
		return nil, fmt.Errorf("status endpoint: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	var status struct{ VotingMembers []string }
	if err := json.NewDecoder(response.Body).Decode(&status); err != nil {
		return nil, fmt.Errorf("status endpoint: %s: %w", response.Status, err)
	}
	if status.VotingMembers == nil {
		return nil, fmt.Errorf("status endpoint: %s: no votingMembers", response.Status)
	}
	return status.VotingMembers, nil
}

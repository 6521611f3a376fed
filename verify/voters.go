package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// voters asks a core's status endpoint, which needs no credentials here (see neo4j.Conf). 3.5 and 4.0 to 4.2 answer with one Raft
// group, 4.3 and later with a list of them, one a database.
func (c *Members) voters(ctx context.Context, m neo4j.Member) (map[string][]string, error) {
	l, err := c.link(ctx, m)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.web+c.family.Status, nil)
	if err != nil {
		return nil, err
	}
	response, err := l.http.Do(request)
	if err != nil {
		c.drop(m)
		return nil, fmt.Errorf("status endpoint: %w", plain(err, c.family.Ports.HTTP))
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, 4<<20))
	if err != nil {
		return nil, fmt.Errorf("status endpoint: %w", err)
	}
	groups, err := parseVoters(body)
	if err != nil {
		return nil, fmt.Errorf("status endpoint: %s: %w", response.Status, err)
	}
	return groups, nil
}

type group struct{ VotingMembers []string }

func parseVoters(body []byte) (map[string][]string, error) {
	voters := map[string][]string{}
	if strings.HasPrefix(strings.TrimSpace(string(body)), "[") {
		var databases []struct {
			DatabaseName   string
			DatabaseStatus group
		}
		if err := json.Unmarshal(body, &databases); err != nil {
			return nil, err
		}
		for _, d := range databases {
			voters[d.DatabaseName] = d.DatabaseStatus.VotingMembers
		}
	} else {
		var one group
		if err := json.Unmarshal(body, &one); err != nil {
			return nil, err
		}
		voters[""] = one.VotingMembers
	}
	for _, members := range voters {
		if members == nil {
			return nil, fmt.Errorf("no votingMembers")
		}
	}
	if len(voters) == 0 {
		return nil, fmt.Errorf("no databases")
	}
	return voters, nil
}

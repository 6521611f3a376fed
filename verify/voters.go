package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"neo4j-kubernetes/neo4j"
)

// voters asks a core's status endpoint, which needs no credentials here (see neo4j.Conf). 3.5 answers with its one Raft group, 4.0 to 4.2
// with that of the database in the path, so each that should run is asked for; 4.3 and later with a list of them, one a database.
func (c Members) voters(ctx context.Context, m neo4j.Member, databases []Copy) (map[string][]string, error) {
	if !strings.Contains(c.Family.Status, neo4j.AnyDatabase) {
		return c.groups(ctx, m, c.Family.Status)
	}
	all := map[string][]string{}
	for _, d := range databases {
		if _, asked := all[d.Name]; asked || d.Wanted != online || d.Status == dropped {
			continue
		}
		one, err := c.groups(ctx, m, strings.Replace(c.Family.Status, neo4j.AnyDatabase, url.PathEscape(d.Name), 1))
		if err != nil {
			return nil, fmt.Errorf("database %s: %w", d.Name, err)
		}
		all[d.Name] = one[""]
	}
	return all, nil
}

// groups asks one path.
func (c Members) groups(ctx context.Context, m neo4j.Member, path string) (map[string][]string, error) {
	body, status, err := c.Get(ctx, m, path)
	if err != nil {
		return nil, fmt.Errorf("status endpoint: %w", err)
	}
	groups, err := parseVoters(body)
	if err != nil {
		return nil, fmt.Errorf("status endpoint: %s: %w", status, err)
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

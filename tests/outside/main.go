// Command outside is a client of a Neo4j cluster as an application outside Kubernetes is one: an ordinary driver, given one URI, that follows
// the routing table. It writes, and reads from every server that the table names. It is for tests only.
//
//	NEO4J_PASSWORD=… outside neo4j://neo4j-0.graph.example.org:7687
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// Report is what the client saw.
type Report struct {
	// Table are the addresses of the routing table by role: WRITE, READ and ROUTE.
	Table map[string][]string
	// Wrote is who took the write, by the address that the driver dialled.
	Wrote string
	// Read is what each server of the table gives back of it.
	Read map[string]string
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	report, err := use(ctx, os.Args[1], neo4j.BasicAuth("neo4j", os.Getenv("NEO4J_PASSWORD"), ""))
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(report)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func use(ctx context.Context, uri string, auth neo4j.AuthToken) (Report, error) {
	r := Report{Read: map[string]string{}}
	driver, err := neo4j.NewDriverWithContext(uri, auth)
	if err != nil {
		return r, err
	}
	defer func() { _ = driver.Close(ctx) }()
	written := fmt.Sprint("written at ", time.Now().UnixNano())
	result, err := neo4j.ExecuteQuery(ctx, driver, "MERGE (n:Outside) SET n.text = $text RETURN n.text", map[string]any{"text": written}, neo4j.EagerResultTransformer)
	if err != nil {
		return r, fmt.Errorf("writing by %s: %w", uri, err)
	}
	r.Wrote = result.Summary.Server().Address()
	if r.Table, err = table(ctx, driver); err != nil {
		return r, fmt.Errorf("routing table: %w", err)
	}
	for _, address := range slices.Concat(r.Table["READ"], r.Table["WRITE"]) {
		if r.Read[address], err = read(ctx, "bolt://"+address, auth, written); err != nil {
			return r, fmt.Errorf("reading from %s: %w", address, err)
		}
		if r.Read[address] == written {
			r.Read[address] = "the same"
		}
	}
	return r, nil
}

// table asks for the routing table as drivers did before Bolt 4.3, by the procedure of the server's release.
func table(ctx context.Context, driver neo4j.DriverWithContext) (map[string][]string, error) {
	info, err := driver.GetServerInfo(ctx)
	if err != nil {
		return nil, err
	}
	call := "CALL dbms.routing.getRoutingTable($context)"
	if strings.HasPrefix(info.Agent(), "Neo4j/3.") {
		call = "CALL dbms.cluster.routing.getRoutingTable($context)"
	}
	address := info.Address()
	result, err := neo4j.ExecuteQuery(ctx, driver, call, map[string]any{"context": map[string]any{"address": address}}, neo4j.EagerResultTransformer)
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for _, record := range result.Records {
		servers, _ := record.AsMap()["servers"].([]any)
		for _, s := range servers {
			server, _ := s.(map[string]any)
			addresses, _ := server["addresses"].([]any)
			for _, a := range addresses {
				all[fmt.Sprint(server["role"])] = append(all[fmt.Sprint(server["role"])], fmt.Sprint(a))
			}
		}
	}
	for _, addresses := range all {
		slices.Sort(addresses)
	}
	return all, nil
}

// read asks one server by itself, until it has what was written: followers come behind the leader.
func read(ctx context.Context, uri string, auth neo4j.AuthToken, want string) (string, error) {
	driver, err := neo4j.NewDriverWithContext(uri, auth)
	if err != nil {
		return "", err
	}
	defer func() { _ = driver.Close(ctx) }()
	for {
		result, err := neo4j.ExecuteQuery(ctx, driver, "MATCH (n:Outside) RETURN n.text", nil, neo4j.EagerResultTransformer, neo4j.ExecuteQueryWithReadersRouting())
		if err != nil {
			return "", err
		}
		text := "nothing"
		if len(result.Records) > 0 {
			text = fmt.Sprint(result.Records[0].Values[0])
		}
		if text == want || ctx.Err() != nil {
			return text, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
}

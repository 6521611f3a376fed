package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"neo4j-kubernetes/tests/harness"
)

// member is a server that can be asked at a local HTTP address.
type member struct{ Name, Address string }

// acknowledged is a write that a member took.
type acknowledged struct {
	by       string
	sent, at time.Time
}

// writeEvery is the pause between two attempts on one member, inFlight how many attempts on one member may hang at a time.
const (
	writeEvery = 50 * time.Millisecond
	inFlight   = 4
)

// outage is what a killed leader cost, both from the order to kill: when it took its own last write (Kubernetes lets it live on
// for a moment), and when another member took the next one. The killed one's word is not the next write.
type outage struct{ Last, Next time.Duration }

// timeFailover writes on every member all the time, kills the one that acknowledges, and waits for another to.
func timeFailover(ctx context.Context, members []member, password string, kill func(ctx context.Context, name string) error) (outage, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	acks := make(chan acknowledged, 64)
	for _, m := range members {
		go keepWriting(ctx, m, password, acks)
	}
	leader := ""
	// A leader that holds for a second of writes is not on its way out.
	for steady := 0; steady < 20; {
		select {
		case a := <-acks:
			if a.by != leader {
				leader, steady = a.by, 0
			}
			steady++
		case <-ctx.Done():
			return outage{}, fmt.Errorf("waiting for a leader's acknowledged writes: %w", ctx.Err())
		}
	}
	killed := time.Now()
	if err := kill(ctx, leader); err != nil {
		return outage{}, fmt.Errorf("killing %s: %w", leader, err)
	}
	var last time.Duration
	for {
		select {
		case a := <-acks:
			if a.by == leader {
				last = max(last, a.at.Sub(killed))
			} else if a.sent.After(killed) {
				return outage{Last: last, Next: a.at.Sub(killed)}, nil
			}
		case <-ctx.Done():
			return outage{}, fmt.Errorf("no write acknowledged after %s was killed: %w", leader, ctx.Err())
		}
	}
}

func keepWriting(ctx context.Context, m member, password string, acks chan<- acknowledged) {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: inFlight}}
	defer client.CloseIdleConnections()
	slots := make(chan struct{}, inFlight)
	tick := time.NewTicker(writeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		select {
		case slots <- struct{}{}:
		default:
			continue
		}
		go func() {
			defer func() { <-slots }()
			sent := time.Now()
			if _, err := harness.Cypher(ctx, client, m.Address, password, "CREATE (n:Bench) RETURN 1"); err != nil {
				return // a follower, or nobody there: the next attempt is due
			}
			select {
			case acks <- acknowledged{m.Name, sent, time.Now()}:
			case <-ctx.Done():
			}
		}()
	}
}

// available waits until every member says that it is part of a cluster.
func available(ctx context.Context, members []member) error {
	client := &http.Client{Timeout: 2 * time.Second}
	defer client.CloseIdleConnections()
	for _, m := range members {
		for !answers(ctx, client, "http://"+m.Address+"/db/manage/server/core/available") {
			select {
			case <-ctx.Done():
				return errors.Join(fmt.Errorf("waiting for %s to be available", m.Name), context.Cause(ctx))
			case <-time.After(writeEvery):
			}
		}
	}
	return nil
}

func answers(ctx context.Context, client *http.Client, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

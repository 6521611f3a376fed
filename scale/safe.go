package scale

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/verify"
)

// observeTime bounds one member's answer: one that is down must not eat the time of the step.
const observeTime = 15 * time.Second

// patience is how many looks a cluster gets that is not safe to shrink right now, such as one that elects a leader.
const patience = 20

// awaitSafe asks a few times, then says why a voter cannot be taken out now.
func awaitSafe(ctx context.Context, prober verify.Prober, before neo4j.Topology, leaves neo4j.Member, o Options) error {
	for look := 1; ; look++ {
		err := safe(ctx, prober, before, leaves)
		if err == nil || look == patience || errors.Is(err, verify.ErrPassword) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(o.pause):
		}
	}
}

// safe refuses to take a voter out when those who stay and answer are not a majority of the present voters, counted as the
// members themselves count them: the group could then not agree to drop it. All of them must answer and one must see a leader. A
// member that is down may leave, if it is the one that goes.
func safe(ctx context.Context, prober verify.Prober, before neo4j.Topology, leaves neo4j.Member) error {
	stay := slices.DeleteFunc(before.Of(neo4j.Primary), func(m neo4j.Member) bool { return m.Name == leaves.Name })
	seen, errs := observe(ctx, prober, stay)
	for _, err := range errs {
		if errors.Is(err, verify.ErrPassword) {
			return err
		}
	}
	voters, led := len(stay)+1, false
	for _, o := range seen {
		voters = max(voters, o.VoterCount())
		led = led || o.SeesLeader()
	}
	var silent []string
	for _, m := range stay {
		if err := errs[m.Name]; err != nil {
			silent = append(silent, fmt.Sprintf("%s (%v)", m.Name, err))
		}
	}
	if quorum := neo4j.Quorum(voters); len(seen) < quorum {
		mend := "wait until the group has dropped those who left"
		if len(silent) > 0 {
			mend = "bring back " + strings.Join(silent, ", ") + " first"
		}
		return fmt.Errorf("without %s only %d of %d voting members answer, under the quorum of %d; %s", leaves.Name, len(seen), voters, quorum, mend)
	}
	if len(silent) > 0 {
		// The quorum would bear it, but nobody could say afterwards that all who stay agree, nor lose another one.
		return fmt.Errorf("%s stays and does not answer; bring it back first", strings.Join(silent, ", "))
	}
	if !led {
		return fmt.Errorf("no member sees a leader, so nobody could drop %s from the Raft group; see neo4jcheck for what each says", leaves.Name)
	}
	return nil
}

// observe asks members at once; a member is in one of the two maps.
func observe(ctx context.Context, prober verify.Prober, members []neo4j.Member) (map[string]verify.Observation, map[string]error) {
	ctx, cancel := context.WithTimeout(ctx, observeTime)
	defer cancel()
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		seen = map[string]verify.Observation{}
		errs = map[string]error{}
	)
	for _, m := range members {
		wait.Go(func() {
			o, err := prober.Observe(ctx, m)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs[m.Name] = err
				return
			}
			seen[m.Name] = o
		})
	}
	wait.Wait()
	return seen, errs
}

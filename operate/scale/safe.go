package scale

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/reach"
	"neo4j-kubernetes/verify"
)

// safe refuses to take a voter out when those who stay and answer are not a majority of the present voters, counted as the
// members themselves count them: the group could then not agree to drop it. All of them must answer and one must see a leader. A
// member that is down may leave, if it is the one that goes.
func safe(ctx context.Context, prober verify.Prober, before neo4j.Topology, leaves neo4j.Member) error {
	stay := slices.DeleteFunc(before.Of(neo4j.Primary), func(m neo4j.Member) bool { return m.Name == leaves.Name })
	seen, errs := reach.All(ctx, stay, prober.Observe)
	for _, err := range errs {
		if reach.Lasting(err) {
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

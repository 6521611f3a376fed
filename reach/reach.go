// Package reach is the way to the members of a cluster: the Kubernetes API, a port-forward a member through it, Bolt (or HTTP, for
// releases whose Bolt the driver no longer speaks) over that, and questions to one member or to all at once. It knows what to ask
// and what the answer means as little as a telephone does; packages verify and operate do. It knows nothing of Pulumi.
package reach

import (
	"context"
	"sync"
	"time"

	"neo4j-kubernetes/neo4j"
)

// Asker asks one member at a time; *Members is one.
type Asker interface {
	Run(ctx context.Context, m neo4j.Member, q Question) (Answer, error)
}

// AnswerTime bounds one member's answer where all are asked: one that is down must not eat the time of the others' questions.
const AnswerTime = 15 * time.Second

// All asks members at once and waits for all of them, at most AnswerTime. A member is in one of the two maps, by its name.
func All[T any](ctx context.Context, members []neo4j.Member, ask func(context.Context, neo4j.Member) (T, error)) (map[string]T, map[string]error) {
	ctx, cancel := context.WithTimeout(ctx, AnswerTime)
	defer cancel()
	var (
		wait    sync.WaitGroup
		mu      sync.Mutex
		answers = map[string]T{}
		errs    = map[string]error{}
	)
	for _, m := range members {
		wait.Go(func() {
			answer, err := ask(ctx, m)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs[m.Name] = err
				return
			}
			answers[m.Name] = answer
		})
	}
	wait.Wait()
	return answers, errs
}

package policy

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// pool is a StatefulSet of Neo4j's of a component and so many members.
func pool(name, component string, members int) string {
	return fmt.Sprintf(`{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: %s, namespace: graph}, spec: {replicas: %d,
  template: {metadata: {labels: {app.kubernetes.io/name: neo4j, app.kubernetes.io/component: %s}}}}}`, name, members, component)
}

func budget(namespace, spec string) string {
	return fmt.Sprintf("{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: budget, namespace: %s}, spec: %s}", namespace, spec)
}

// A budget is judged by what Kubernetes lets drains take of the pods that it selects.
func TestDisruptionBudget(t *testing.T) {
	const (
		voters = "selector: {matchLabels: {app.kubernetes.io/component: primary}}"
		all    = "selector: {matchLabels: {app.kubernetes.io/name: neo4j}}"
		none   = "neo4j: 3 voting members have no PodDisruptionBudget: declare one with minAvailable 2"
	)
	three, withReaders := pool("neo4j", "primary", 3), stack(pool("neo4j", "primary", 3), pool("neo4j-read", "secondary", 3))
	left := func(n int) []string {
		return []string{fmt.Sprintf("budget: leaves %d of 3 voting members, and the quorum is 2: set minAvailable to 2", n)}
	}
	for name, c := range map[string]struct {
		objects string
		want    []string
	}{
		"by number":                 {stack(three, budget("graph", "{minAvailable: 2, "+voters+"}")), nil},
		"too small a number":        {stack(three, budget("graph", "{minAvailable: 1, "+voters+"}")), left(1)},
		"one away":                  {stack(three, budget("graph", "{maxUnavailable: 1, "+voters+"}")), nil},
		"two away":                  {stack(three, budget("graph", "{maxUnavailable: 2, "+voters+"}")), left(1)},
		"more away than there are":  {stack(three, budget("graph", "{maxUnavailable: 9, "+voters+"}")), left(0)},
		"half, rounded up":          {stack(three, budget("graph", "{minAvailable: 50%, "+voters+"}")), nil},
		"no share":                  {stack(three, budget("graph", "{minAvailable: 0%, "+voters+"}")), left(0)},
		"all away":                  {stack(three, budget("graph", "{maxUnavailable: 100%, "+voters+"}")), left(0)},
		"a third away, rounded up":  {stack(three, budget("graph", "{maxUnavailable: 34%, "+voters+"}")), left(1)},
		"a fifth away, rounded up":  {stack(three, budget("graph", "{maxUnavailable: 20%, "+voters+"}")), nil},
		"neither takes nobody":      {stack(three, budget("graph", "{"+voters+"}")), nil},
		"not known yet":             {stack(three, budget("graph", "{minAvailable: UNKNOWN, "+voters+"}")), nil},
		"a selector not known yet":  {stack(three, budget("graph", "{minAvailable: 2, selector: {matchLabels: {a: UNKNOWN}}}")), nil},
		"no number":                 {stack(three, budget("graph", "{minAvailable: two, "+voters+"}")), nil}, // which Kubernetes refuses
		"elsewhere":                 {stack(three, budget("other", "{minAvailable: 2, "+voters+"}")), []string{none}},
		"of others":                 {stack(three, budget("graph", "{minAvailable: 2, selector: {matchLabels: {app.kubernetes.io/component: secondary}}}")), []string{none}},
		"no selector takes nothing": {stack(three, budget("graph", "{minAvailable: 2}")), []string{none}},
		"an empty one everything":   {stack(three, budget("graph", "{minAvailable: 2, selector: {}}")), nil},
		"by an expression": {stack(three, budget("graph",
			"{minAvailable: 2, selector: {matchExpressions: [{key: app.kubernetes.io/component, operator: In, values: [primary]}]}}")), nil},
		"but for an expression": {stack(three, budget("graph",
			"{minAvailable: 2, "+all[:len(all)-1]+", matchExpressions: [{key: app.kubernetes.io/component, operator: NotIn, values: [primary]}]}}")), []string{none}},
		"an expression Kubernetes refuses": {stack(three, budget("graph", "{minAvailable: 2, selector: {matchExpressions: [{key: a, operator: Like}]}}")), []string{none}},
		"voters and readers, two of six": {stack(withReaders, budget("graph", "{minAvailable: 2, "+all+"}")),
			[]string{"budget: lets drains take 4 of the 6 pods that it selects, which may be 3 of 3 voting members, and their quorum is 2: " +
				"select the voting members alone, with minAvailable 2"}},
		"voters and readers, five of six": {stack(withReaders, budget("graph", "{minAvailable: 5, "+all+"}")), nil},
		"one member needs none":           {pool("neo4j", "primary", 1), nil},
		"readers need none":               {pool("neo4j-read", "secondary", 3), nil},
		"two, of whom one may go":         {stack(pool("neo4j", "primary", 2), budget("graph", "{minAvailable: 1, "+voters+"}")), nil},
	} {
		assert.Equal(t, c.want, said(t, "disruption-budget", c.objects), name)
	}
}

// An even number of voting members bears no more than the odd one below it.
func TestOddPrimaries(t *testing.T) {
	for members, want := range map[int][]string{
		1: nil, 3: nil, 0: nil,
		4: {"neo4j: 4 voting members bear the loss of 1, as many as 3 do: set cluster.primaries to 3 or 5"},
	} {
		assert.Equal(t, want, said(t, "odd-primaries", pool("neo4j", "primary", members)), members)
	}
	assert.Empty(t, said(t, "odd-primaries", pool("neo4j-read", "secondary", 4)))
}

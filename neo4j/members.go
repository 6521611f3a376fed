package neo4j

// formationSize is how many primaries the first discovery list names and formation waits for. It does not follow the pool:
// growing from 3 to 5 must rewrite no configuration, or every member would restart.
const formationSize = 3

// Formation is how many primaries must find each other before a new cluster forms.
func (s Spec) Formation() int { return min(formationSize, s.Primaries) }

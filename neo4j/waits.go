package neo4j

import "time"

// What the servers wait for by default (operations manuals 3.5 and 4.4, reference/configuration-settings).
const (
	electionTimeout = 7 * time.Second
	topologyRefresh = 5 * time.Second
)

// ElectionTimeout is how long followers of 3.x and 4.x hear nothing of their leader before they call an election: each of them draws its
// own wait between once and twice that.
func (s Spec) ElectionTimeout() time.Duration {
	return s.wait(func(k Keys) string { return k.LeaderTimeout }, electionTimeout)
}

// DiscoveryPeriod is how often a member asks discovery who is there and who leads.
func (s Spec) DiscoveryPeriod() time.Duration {
	return s.wait(func(k Keys) string { return k.TopologyRefresh }, topologyRefresh)
}

// Settle is how long members must agree without a break before that is believed: until discovery was asked once more and has answered.
func (s Spec) Settle() time.Duration { return s.DiscoveryPeriod() + time.Second }

// wait is a duration as the stack has it, or its platform, or the servers by default.
func (s Spec) wait(of func(Keys) string, otherwise time.Duration) time.Duration {
	f, err := FamilyOf(s.Release)
	if err != nil || of(f.Keys) == "" {
		return otherwise
	}
	value, given := s.Settings[of(f.Keys)]
	if !given {
		for _, setting := range platformSettings(f, s) {
			if setting.Key == of(f.Keys) {
				value, given = setting.Value, true
			}
		}
	}
	if !given || !duration.MatchString(value) {
		return otherwise
	}
	return time.Duration(nanoseconds(value))
}

package plan

// The gates of a rolling change: what must hold before a member that serves is stopped.
const (
	// GateAgreement is the check's own verdict over all members.
	GateAgreement = "agreement"
	// GateQuorum is a majority of the voting members without the one that goes.
	GateQuorum = "quorum"
	// GateReplication is dbms.cluster.statusCheck of every database, where the release has it.
	GateReplication = "replication"
	// GateBackup is that no backup runs.
	GateBackup = "backup"
)

// Gates are all of them, in the order in which they are asked.
var Gates = []string{GateAgreement, GateQuorum, GateReplication, GateBackup}

// Rolling says how members are replaced. Waive names gates that may be shut.
type Rolling struct{ Waive []string }

package scripted

import "neo4j-kubernetes/neo4j"

// What releases differ in. Each rule names the page of Neo4j's operations manual that has it (a branch and a page of the manual's
// source, github.com/neo4j/docs-operations), or says that it was seen or is a guess. A rule is what the manual says, not what the
// program under test believes.
const (
	// dryRunFrom: 5.x clustering/databases.adoc, "DRYRUN is available from Neo4j 5.2 and later"; 5.0's pages do not know the word.
	dryRunFrom = "5.2.0"
	// offlineCopiesFrom: 5.x database-administration/standard-databases/listing-databases.adoc, as of 5.3 databases on servers that are
	// offline are shown: address NULL, currentStatus unknown, statusMessage "Server is unavailable".
	offlineCopiesFrom = "5.3.0"
	// compositesRequestedFrom: the upgrade guide's query for servers that do not host what they should has a second form up to 5.9, for
	// composite databases are not in requestedHosting there. The operations manual (5.x and dev clustering/servers.adoc) still says that
	// they never are: CompositesRequested has a test try both.
	compositesRequestedFrom = "5.10.0"
	// deallocatedFrom: 5.x clustering/servers.adoc, "Deallocated, introduced in 5.15"; 5.0 clustering/servers.adoc has five states, and a
	// server may be dropped that is Deallocating and hosts the system database only.
	deallocatedFrom = "5.15.0"
	// statusCheckFrom: 5.x clustering/monitoring/status-check.adoc, introduced in 5.24.
	statusCheckFrom = "5.24.0"
	// reloadFrom: dev security/ssl-framework.adoc, the certificates of a running server are reloaded from 2025.03 on, by a server that was
	// started with dbms.security.tls_reload_enabled=true; 5.x's page does not know it. A real 2026.08.1 Community knows neither.
	reloadFrom = "2025.03.0"
	// Composite databases have no current counts: 5.x listing-databases.adoc, "5.26.5 and later", dev the same and "2025.04 and later".
	compositeCountsGone5, compositeCountsGone2025 = "5.26.5", "2025.04.0"
)

// since says whether the cluster's release is another or later.
func (c *Cluster) since(release string) bool {
	return c.release.Compare(neo4j.MustRelease(release)) >= 0
}

func (c *Cluster) compositeCountsGone() bool {
	if c.release.Major == 5 {
		return c.since(compositeCountsGone5)
	}
	return c.since(compositeCountsGone2025)
}

// The failures that servers answer with, by the codes of the status-codes manual. The texts are the servers' own where one was seen
// (5.26.30 Community), and stand for them elsewhere.
func syntaxError(message string) Answer {
	return Answer{Code: "Neo.ClientError.Statement.SyntaxError", Message: message}
}

func refused(message string) Answer {
	return Answer{Code: "Neo.ClientError.Statement.ExecutionFailed", Message: message}
}

func forbidden(message string) Answer {
	return Answer{Code: "Neo.ClientError.Security.Forbidden", Message: message}
}

func notFound(database string) Answer {
	return Answer{Code: "Neo.ClientError.Database.DatabaseNotFound", Message: "Database " + database + " does not exist"}
}

func notALeader() Answer {
	return Answer{Code: "Neo.ClientError.Cluster.NotALeader", Message: "No write operations are allowed directly on this database"}
}

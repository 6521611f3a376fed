package scripted

import (
	"slices"
	"strings"
)

// Rights are what a user other than neo4j, the administrator, was granted beside what every user has from the role PUBLIC: to execute
// procedures, and access to the home database (dev authentication-authorization/built-in-roles.adoc).
type Rights struct {
	// ShowServers is GRANT SHOW SERVERS ON DBMS (dev authentication-authorization/dbms-administration/dbms-server-management-privileges.adoc).
	ShowServers bool
	// AdminProcedures is GRANT EXECUTE ADMIN PROCEDURES ON DBMS; dbms.cluster.statusCheck is labelled admin-only (dev
	// procedures/built-in-procedures.adoc).
	AdminProcedures bool
	// ServerManagement is GRANT SERVER MANAGEMENT ON DBMS, which every order to a server wants (dev clustering/server-syntax.adoc), and
	// DatabaseManagement GRANT DATABASE MANAGEMENT ON DBMS.
	ServerManagement, DatabaseManagement bool
	// Access are the databases of GRANT ACCESS ON DATABASE, "*" for all: only these are shown, and the system database (dev
	// listing-databases.adoc). Write are those that may be written.
	Access, Write []string
}

func (c *Cluster) sees(user, database string) bool {
	rights, limited := c.Rights[user]
	return !limited || database == "system" || rights.DatabaseManagement || granted(rights.Access, database)
}

func granted(list []string, database string) bool {
	return slices.Contains(list, "*") || slices.Contains(list, database)
}

// forbids refuses what the user was not granted.
func (c *Cluster) forbids(q Query) Answer {
	rights, limited := c.Rights[q.User]
	if !limited {
		return Answer{}
	}
	text := strings.ToUpper(q.Text)
	switch {
	case strings.HasPrefix(text, "SHOW SERVER") && !rights.ShowServers && !rights.ServerManagement:
		return forbidden("Permission has not been granted for user '" + q.User + "' to show servers.")
	case strings.HasPrefix(text, "CALL DBMS.CLUSTER.STATUSCHECK") && !rights.AdminProcedures:
		return forbidden("Executing admin procedure 'dbms.cluster.statusCheck' permission has not been granted for user '" + q.User + "' with roles [PUBLIC].")
	case (orders.MatchString(q.Text) || reallocations.MatchString(q.Text)) && !rights.ServerManagement, topology.MatchString(q.Text) && !rights.DatabaseManagement:
		return forbidden("Permission has not been granted for user '" + q.User + "'.")
	case q.Write && strings.HasPrefix(text, "CREATE ") && !granted(rights.Write, q.Database):
		return forbidden("Create node on database '" + q.Database + "' is not allowed for user '" + q.User + "' with roles [PUBLIC].")
	}
	return Answer{}
}

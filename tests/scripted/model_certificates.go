package scripted

// reload answers the order to read certificates anew, which counts for the server alone that is asked (dev security/ssl-framework.adoc: on
// each member over bolt://).
func (c *Cluster) reload(host string) Answer {
	if !c.runs(host, reloadFrom) || c.Edition != "enterprise" || c.Started["dbms.security.tls_reload_enabled"] != "true" {
		// The words of a real 2026.08.1 Community, which has no such procedure.
		return Answer{Code: "Neo.ClientError.Procedure.ProcedureNotFound", Message: "There is no procedure with the name `dbms.security.reloadTLS` registered for this database instance. " +
			"Please ensure you've spelled the procedure name correctly and that the procedure is properly deployed."}
	}
	c.Reloaded = append(c.Reloaded, host)
	if c.Reload != nil {
		c.Reload(host)
	}
	return Answer{}
}

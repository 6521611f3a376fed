package cluster

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"neo4j-kubernetes/neo4j"
)

// Export gives the stack's outputs but for topology, which is Confirm's. Nothing in them is secret. kubeconfig and kubeContext
// are where the stack was deployed to, for neo4jcheck.
func (c *Cluster) Export(ctx *pulumi.Context, kubeconfig, kubeContext string) error {
	family, err := neo4j.FamilyOf(c.topology.Release)
	if err != nil {
		return err
	}
	ctx.Export("authSecret", c.AuthSecret)
	ctx.Export("boltURI", c.BoltURI)
	if c.outside != nil {
		ctx.Export("outsideURI", c.outside)
	}
	if c.web != "" {
		ctx.Export("outsideHTTP", pulumi.String(c.web))
	}
	var members pulumi.Array
	for _, m := range c.topology.Members {
		member := pulumi.StringMap{"name": pulumi.String(m.Name), "host": pulumi.String(m.Host), "role": pulumi.String(m.Role)}
		if address := c.addressOf(m); address != "" {
			member["outside"] = pulumi.String(address)
		}
		members = append(members, member)
	}
	ctx.Export("members", members)
	web, port := "http", family.Ports.HTTP
	if c.topology.HTTPOff {
		web, port = "https", family.Ports.HTTPS
	}
	ctx.Export("browser", pulumi.String(fmt.Sprintf("%s://localhost:%d/browser/", web, port)))
	// Browser offers the address that the server advertises, which a laptop may not resolve: this one works beside portForward.
	bolt := "bolt"
	if c.topology.TLS {
		bolt = "bolt+ssc" // a certificate need not bear the name localhost
	}
	ctx.Export("localBolt", pulumi.String(fmt.Sprintf("%s://localhost:%d", bolt, family.Ports.Bolt)))
	ctx.Export("portForward", pulumi.String(fmt.Sprintf("kubectl --context %s -n %s port-forward pod/%s %d %d",
		kubeContext, c.topology.Namespace, c.topology.Members[0].Name, port, family.Ports.Bolt)))
	ctx.Export("kubernetes", pulumi.StringMap{"kubeconfig": pulumi.String(kubeconfig), "context": pulumi.String(kubeContext)})
	text, err := json.Marshal(c.topology)
	if err != nil {
		return err
	}
	var expectation map[string]any
	if err := json.Unmarshal(text, &expectation); err != nil {
		return err
	}
	ctx.Export("expectation", pulumi.ToMap(expectation))
	return nil
}

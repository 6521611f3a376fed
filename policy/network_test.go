package policy

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// balancer is a Service of type LoadBalancer with these annotations and fields.
func balancer(annotations, fields string) string {
	return fmt.Sprintf("{apiVersion: v1, kind: Service, metadata: {name: s, annotations: %s}, spec: {type: LoadBalancer, %s}}", annotations, fields)
}

// An external load balancer names the networks of its clients; one that its cloud keeps inside need not.
func TestSourceRanges(t *testing.T) {
	open := []string{"s: the load balancer is external and serves everybody: give it source ranges, or keep it internal by its cloud's annotation"}
	wide := func(blocks ...string) (lines []string) {
		for _, b := range blocks {
			lines = append(lines, "s: the load balancer is external and its source range "+b+" is everybody: name the networks of its clients")
		}
		return lines
	}
	const (
		gke = "networking.gke.io/load-balancer-type"
		aws = "service.beta.kubernetes.io/aws-load-balancer-scheme"
		old = "service.beta.kubernetes.io/load-balancer-source-ranges"
	)
	for name, c := range map[string]struct {
		object string
		want   []string
	}{
		"nothing":                  {balancer("{}", "ports: []"), open},
		"an empty list":            {balancer("{}", "loadBalancerSourceRanges: []"), open},
		"its clients":              {balancer("{}", "loadBalancerSourceRanges: [203.0.113.0/24]"), nil},
		"everybody":                {balancer("{}", "loadBalancerSourceRanges: [0.0.0.0/0]"), wide("0.0.0.0/0")},
		"everybody in six":         {balancer("{}", "loadBalancerSourceRanges: ['::/0', '::0/0']"), wide("::/0", "::0/0")},
		"everybody in two":         {balancer("{}", "loadBalancerSourceRanges: [0.0.0.0/1, 128.0.0.0/1]"), wide("0.0.0.0/1", "128.0.0.0/1")},
		"everybody by another":     {balancer("{}", "loadBalancerSourceRanges: [1.2.3.4/0]"), wide("1.2.3.4/0")},
		"by the older way":         {balancer("{"+old+": '10.0.0.0/8,203.0.113.0/24'}", "ports: []"), nil},
		"everybody, the older way": {balancer("{"+old+": '10.0.0.0/8, 0.0.0.0/0'}", "ports: []"), wide("0.0.0.0/0")},
		"not known yet":            {balancer("{}", "loadBalancerSourceRanges: [UNKNOWN]"), nil},
		"annotations not known":    {balancer("UNKNOWN", "ports: []"), nil},
		"inside":                   {balancer("{"+gke+": Internal}", "ports: []"), nil},
		"inside, in small letters": {balancer("{"+gke+": internal}", "ports: []"), nil},
		"another word":             {balancer("{"+gke+": Inside}", "ports: []"), open},
		"inside of one cloud, to the internet of another": {balancer("{"+gke+": Internal, "+aws+": internet-facing}", "ports: []"), open},
		"inside of both clouds":                           {balancer("{"+gke+": Internal, "+aws+": internal}", "ports: []"), nil},
		"no load balancer":                                {"{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {type: NodePort}}", nil},
	} {
		assert.Equal(t, c.want, said(t, "source-ranges", c.object), name)
	}
}

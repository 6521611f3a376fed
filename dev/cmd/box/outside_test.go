package main

import (
	"fmt"
	"strings"

	"neo4j-kubernetes/dev/internal/node"
)

// aBalancer is the API server's own address as a load balancer, at the port 7443, and at a port of every node.
const aBalancer = `apiVersion: v1
kind: Service
metadata: {name: balanced, namespace: default}
spec: {type: LoadBalancer, ports: [{port: 7443, targetPort: 6443, nodePort: 30443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: balanced, namespace: default, labels: {kubernetes.io/service-name: balanced}}
addressType: IPv4
endpoints: [{addresses: [ADDRESS]}]
ports: [{port: 6443}]
`

// dialsFromOutside holds that what runs outside reaches load balancers and the nodes' ports, and neither Services nor pods, nor the world.
func (s *subject) dialsFromOutside() {
	s.t.Helper()
	remove := s.creates(strings.ReplaceAll(aBalancer, "ADDRESS", node.Address(1)))
	address := ""
	s.eventually("the load balancer has an address", func() bool {
		address = s.must("kubectl", "get", "service/balanced", "-o", "jsonpath={.status.loadBalancer.ingress[0].ip}")
		return address != ""
	})
	dial := func(address string, port int) (string, int) {
		return s.run("outside", "timeout", "5", "bash", "-c", fmt.Sprintf("exec 3<>/dev/tcp/%s/%d", address, port))
	}
	for address, port := range map[string]int{address: 7443, node.Address(1): 6443, node.Address(2): 30443, node.Address(3): 30443} {
		s.eventually(fmt.Sprintf("%s:%d is reached from outside", address, port), func() bool { _, code := dial(address, port); return code == 0 })
	}
	service := s.must("kubectl", "get", "service/balanced", "-o", "jsonpath={.spec.clusterIP}")
	pod := strings.TrimSuffix(strings.Split(node.PodCIDR, "/")[0], ".0.0") + ".1.1" // the bridge of the first node's pods
	for address, port := range map[string]int{service: 7443, pod: 6443, "192.0.2.1": 443} {
		if out, code := dial(address, port); code == 0 || !strings.Contains(out, "unreachable") {
			s.t.Errorf("%s:%d from outside: exit code %d\n%s", address, port, code, out)
		}
	}
	if _, code := s.run("outside", "bash", "-c", "exit 7"); code != 7 {
		s.t.Errorf("the exit code is %d, not the command's own", code)
	}
	remove()
}

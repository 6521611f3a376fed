// Package node is one node of a box, seen from inside its own namespaces: mounts, network, and the supervised components.
package node

import (
	"encoding/json"
	"fmt"

	"neo4j-kubernetes/dev/internal/home"
)

// Spec says which node this is. It is passed on the command line as JSON.
type Spec struct {
	// Home is the box's home folder, Box the name of its cgroups, Self this program, Images the folder of image archives.
	Home, Box, Self, Images string
	// Number counts from 1; node 1 carries the control plane. Nodes is how many there are.
	Number, Nodes int
}

// The addresses of a box. They exist in its own network namespaces only.
const (
	PodCIDR     = "10.78.0.0/16"
	ServiceCIDR = "10.79.0.0/16"
	apiService  = "10.79.0.1"
	apiPort     = 6443
	// BalancerCIDR has the addresses of load balancers.
	BalancerCIDR = "10.80.0.0/24"
	// Outside is the address, with its network, of what dials from outside the cluster.
	Outside = "10.77.0.1/24"
	// LinkName is a node's only link, to the box's bridge.
	LinkName = "box0"
)

// Name is the name of a node in Kubernetes.
func Name(number int) string { return fmt.Sprintf("dev%d", number) }

// Address is a node's address on the bridge.
func Address(number int) string { return fmt.Sprintf("10.77.0.1%d", number) }

func podSubnet(number int) string { return fmt.Sprintf("10.78.%d.0/24", number) }

// APIServer is the API server as the nodes reach it.
func APIServer() string { return fmt.Sprintf("https://%s:%d", Address(1), apiPort) }

// APINames are the names and addresses under which the API server is reached, for its certificate.
func APINames() (names, addresses []string) {
	return []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"},
		[]string{"127.0.0.1", Address(1), apiService}
}

// Zone is the zone label of a node: three zones, so that spreading can be seen.
func Zone(number int) string { return "box-" + string(rune('a'+(number-1)%3)) }

func (s Spec) name() string { return Name(s.Number) }

func (s Spec) box() home.Box { return home.Box{Dir: s.Home} }

func (s Spec) pki(file string) string { return s.box().Path("pki", file) }

func (s Spec) data(names ...string) string {
	return s.box().Path(append([]string{"data", s.name()}, names...)...)
}

// String is the Spec as a command-line argument.
func (s Spec) String() string {
	text, _ := json.Marshal(s) //nolint:errchkjson // plain fields
	return string(text)
}

// ParseSpec reads what String wrote.
func ParseSpec(text string) (s Spec, err error) {
	err = json.Unmarshal([]byte(text), &s)
	return s, err
}

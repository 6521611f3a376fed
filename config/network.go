package config

import (
	"fmt"
	"net/netip"

	networkingv1 "k8s.io/api/networking/v1"

	"neo4j-kubernetes/neo4j"
	"neo4j-kubernetes/plan"
)

// readNetwork says who may dial the members, by port class.
func readNetwork(f *file, p platform) plan.Network {
	n := plan.Network{Clients: readPeers(f, "clients"), Metrics: readPeers(f, "metrics"), Backup: readPeers(f, "backup"), Enforced: f.boolean("enforced", p.enforced)}
	f.end()
	return n
}

// readPeers takes the peers of a NetworkPolicy: nil where the stack has none, and none where it has an empty list.
func readPeers(f *file, key string) []networkingv1.NetworkPolicyPeer {
	given := f.has(key)
	peers := typedList[networkingv1.NetworkPolicyPeer](f, key, "networkpolicy.spec.ingress.from")
	if given && peers == nil {
		return []networkingv1.NetworkPolicyPeer{}
	}
	return peers
}

// validateNetwork refuses what Kubernetes would refuse in the middle of an update, and peers of what nobody serves.
func validateNetwork(stack *Stack, problems *Problems) {
	p := stack.Plan
	for _, of := range []struct {
		key   string
		peers []networkingv1.NetworkPolicyPeer
	}{{"clients", p.Network.Clients}, {"metrics", p.Network.Metrics}, {"backup", p.Network.Backup}} {
		for i, peer := range of.peers {
			checkPeer(fmt.Sprintf("cluster.network.%s[%d]", of.key, i), peer, problems)
		}
	}
	if len(p.Network.Metrics) > 0 && !p.Metrics {
		stack.Warnings = append(stack.Warnings, "neo4j:cluster.network.metrics: says nothing while metrics is false, for nobody serves them")
	}
	if len(p.Network.Backup) > 0 && p.Edition == neo4j.Community {
		problems.add("cluster.network.backup", len(p.Network.Backup), "is for a port that Community has not", "leave it out")
	}
}

// checkPeer holds a peer to what Kubernetes takes (kubectl explain networkpolicy.spec.ingress.from): selectors or a block of addresses.
func checkPeer(at string, peer networkingv1.NetworkPolicyPeer, problems *Problems) {
	selects := peer.PodSelector != nil || peer.NamespaceSelector != nil
	switch {
	case !selects && peer.IPBlock == nil:
		problems.add(at, "{}", "names nobody", "write podSelector, namespaceSelector or both, or ipBlock")
	case selects && peer.IPBlock != nil:
		problems.add(at, peer.IPBlock.CIDR, "has selectors and ipBlock, which exclude each other", "make two items of it")
	}
	const reason = "is no selector of labels: "
	checkSelector(at+".podSelector", peer.PodSelector, reason, labelMend, problems)
	checkSelector(at+".namespaceSelector", peer.NamespaceSelector, reason, labelMend, problems)
	if peer.IPBlock == nil {
		return
	}
	block, ok := checkBlock(at+".ipBlock.cidr", peer.IPBlock.CIDR, problems)
	for i, text := range peer.IPBlock.Except {
		below := fmt.Sprintf("%s.ipBlock.except[%d]", at, i)
		except, parsed := checkBlock(below, text, problems)
		if ok && parsed && (!block.Contains(except.Addr()) || except.Bits() <= block.Bits()) {
			problems.add(below, text, "is no part of "+block.String(), "write a smaller block within it")
		}
	}
}

// checkBlock takes a block of addresses as networks are written.
func checkBlock(at, text string, problems *Problems) (netip.Prefix, bool) {
	block, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		problems.add(at, text, "is no block of addresses", "write an address and a length, such as 10.0.0.0/8")
		return block, false
	case block.Masked() != block:
		problems.add(at, text, "is an address within its block", "write "+block.Masked().String())
		return block, false
	}
	return block, true
}

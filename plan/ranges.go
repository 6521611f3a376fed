package plan

import "net/netip"

// Blocks wider than these are nobody's network: /8 of IPv4 and /12 of IPv6 is what a regional registry has for all its members (IANA, "IPv4
// Address Space" and "IPv6 Global Unicast Address Assignments"). So 0.0.0.0/1 with 128.0.0.0/1 is everybody as much as 0.0.0.0/0 is.
const widest4, widest6 = 8, 16

// private6 is the one block wider than that which no stranger has an address of (RFC 4193). Those of IPv4 are no wider (RFC 1918).
var private6 = netip.MustParsePrefix("fc00::/7")

// ServesEverybody says whether a block of addresses is so wide that to name it is to serve everybody, or a part of everybody that nobody
// would mean. A text that is no block is none: Kubernetes refuses it.
func ServesEverybody(block string) bool {
	p, err := netip.ParsePrefix(block)
	if err != nil {
		return false
	}
	address, bits := p.Addr(), p.Bits()
	switch {
	case address.Is4In6() && bits >= 96:
		return bits-96 < widest4
	case address.Is4():
		return bits < widest4
	case bits >= private6.Bits() && private6.Contains(address):
		return false
	}
	return bits < widest6
}

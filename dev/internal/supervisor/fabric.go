package supervisor

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"

	"neo4j-kubernetes/dev/internal/home"
	"neo4j-kubernetes/dev/internal/node"
)

const bridge = "box-bridge"

// startFabric starts the process whose network namespace holds the bridge between the nodes, so that the host gets no interface.
func (s *supervisor) startFabric() error {
	cmd, err := s.start("fabric", syscall.CLONE_NEWNET, "fabric")
	if err != nil {
		return err
	}
	s.fabric = cmd.Process.Pid
	go func() {
		// With it goes the bridge and every node's link, so the box cannot go on.
		err := cmd.Wait()
		select {
		case s.failed <- fmt.Errorf("the fabric, which holds the nodes' bridge, ended by itself: %s", reason(err)):
		default:
		}
	}()
	deadline := time.Now().Add(5 * time.Second)
	for {
		err := inFabric(cmd.Process.Pid, func(h *netlink.Handle) error {
			link, err := h.LinkByName(bridge)
			if err == nil && link.Attrs().Flags&1 == 0 {
				err = fmt.Errorf("the bridge is down")
			}
			return err
		})
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// Fabric makes the bridge and holds its namespace until it is killed.
func Fabric() error {
	if err := netlink.LinkAdd(&netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: bridge}}); err != nil {
		return fmt.Errorf("bridge: %w", err)
	}
	link, err := netlink.LinkByName(bridge)
	if err != nil {
		return err
	}
	if err := netlink.LinkSetUp(link); err != nil {
		return err
	}
	if err := outside(link); err != nil {
		return fmt.Errorf("the way from outside: %w", err)
	}
	held := make(chan os.Signal, 1)
	signal.Notify(held, syscall.SIGTERM)
	<-held
	return nil
}

// outside makes the bridge's namespace a place beside the nodes and outside the cluster, as a client of a cloud's network is: it reaches the
// nodes, and by the first of them the addresses of load balancers, but neither pods nor Services; and nothing beyond the bridge.
func outside(link netlink.Link) error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return err
	}
	address, err := netlink.ParseAddr(node.Outside)
	if err != nil {
		return err
	}
	if err := netlink.AddrAdd(link, address); err != nil {
		return err
	}
	_, block, err := net.ParseCIDR(node.BalancerCIDR)
	if err != nil {
		return err
	}
	return netlink.RouteAdd(&netlink.Route{Dst: block, Gw: net.ParseIP(node.Address(1)), LinkIndex: link.Attrs().Index})
}

// Enter takes the calling thread into the network outside the cluster: see outside. The thread must be locked, and end with its work.
func Enter(b home.Box) error {
	state, alive := Load(b)
	if !alive {
		return fmt.Errorf("the box is not running")
	}
	namespace, err := netns.GetFromPid(state.Fabric)
	if err != nil {
		return err
	}
	defer func() { _ = namespace.Close() }()
	return netns.Set(namespace)
}

// connect joins a node to the bridge by a pair of links, one end in each namespace. A link left by the node's last run goes first.
func connect(fabricPid, nodePid, number int) error {
	return inFabric(fabricPid, func(h *netlink.Handle) error {
		name := fmt.Sprintf("node%d", number)
		if old, err := h.LinkByName(name); err == nil {
			if err := h.LinkDel(old); err != nil {
				return err
			}
		}
		master, err := h.LinkByName(bridge)
		if err != nil {
			return err
		}
		pair := &netlink.Veth{
			LinkAttrs: netlink.LinkAttrs{Name: name}, PeerName: node.LinkName, PeerNamespace: netlink.NsPid(nodePid),
		}
		if err := h.LinkAdd(pair); err != nil {
			return err
		}
		link, err := h.LinkByName(name)
		if err != nil {
			return err
		}
		if err := h.LinkSetMaster(link, master); err != nil {
			return err
		}
		return h.LinkSetUp(link)
	})
}

func inFabric(pid int, do func(*netlink.Handle) error) error {
	namespace, err := netns.GetFromPid(pid)
	if err != nil {
		return err
	}
	defer func() { _ = namespace.Close() }()
	handle, err := netlink.NewHandleAt(namespace)
	if err != nil {
		return err
	}
	defer handle.Close()
	return do(handle)
}

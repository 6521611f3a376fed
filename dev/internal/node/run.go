package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
)

// Run makes this process's namespaces into a node and runs its components until it is killed.
func Run(ctx context.Context, s Spec) error {
	if err := s.mounts(); err != nil {
		return fmt.Errorf("mounts: %w", err)
	}
	if err := syscall.Sethostname([]byte(s.name())); err != nil {
		return fmt.Errorf("host name: %w", err)
	}
	if err := s.network(); err != nil {
		return fmt.Errorf("network: %w", err)
	}
	if err := s.writeFiles(); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	logs := s.box().Path("logs", s.name())
	if err := os.MkdirAll(logs, 0o755); err != nil {
		return err
	}
	if s.Number == 1 {
		if err := s.relay(ctx); err != nil {
			return fmt.Errorf("relay: %w", err)
		}
	}
	for _, c := range s.components() {
		go c.keepRunning(ctx, logs)
	}
	go s.importImages(ctx)
	<-ctx.Done()
	return ctx.Err()
}

// MountPoints are the folders over which a node mounts its own. Those that the host lacks are made for as long as the box runs.
var MountPoints = []string{"/var/lib/kubelet", "/var/lib/containerd", "/var/log/pods", "/var/log/containers", "/etc/cni/net.d", "/data"}

// mounts gives the node folders of its own where the components have fixed paths, in a mount namespace of its own.
func (s Spec) mounts() error {
	if err := syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_SHARED, ""); err != nil {
		return fmt.Errorf("making / shared: %w", err)
	}
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("/proc: %w", err)
	}
	if err := syscall.Mount("tmpfs", "/run", "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("/run: %w", err)
	}
	for _, dir := range []string{"/run/netns", "/run/lock", "/run/box"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	own := map[string]string{
		"/var/lib/kubelet": s.data("kubelet"), "/var/lib/containerd": s.data("containerd"), "/var/log/pods": s.data("pods"),
		"/var/log/containers": s.data("containers"), "/etc/cni/net.d": s.data("cni"),
		// hostPath volumes: the same for all nodes, so that a pod which moves finds its data.
		"/data": s.box().Path("data", "hostpath"),
	}
	for target, source := range own {
		for _, dir := range []string{target, source} {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
		}
		if err := syscall.Mount(source, target, "", syscall.MS_BIND, ""); err != nil {
			return fmt.Errorf("%s: %w", target, err)
		}
		if err := syscall.Mount("none", target, "", syscall.MS_REC|syscall.MS_SHARED, ""); err != nil {
			return fmt.Errorf("%s: %w", target, err)
		}
	}
	return nil
}

// network brings up the node's link, which the supervisor puts into its namespace, and the routes to the other nodes' pods.
// There is no default route: nothing leaves the box.
func (s Spec) network() error {
	if err := up("lo", ""); err != nil {
		return err
	}
	deadline := time.Now().Add(10 * time.Second)
	for up(LinkName, Address(s.Number)+"/24") != nil {
		if time.Now().After(deadline) {
			return fmt.Errorf("no link %s", LinkName)
		}
		time.Sleep(10 * time.Millisecond)
	}
	for other := 1; other <= s.Nodes; other++ {
		if other == s.Number {
			continue
		}
		_, subnet, err := net.ParseCIDR(podSubnet(other))
		if err != nil {
			return err
		}
		route := &netlink.Route{Dst: subnet, Gw: net.ParseIP(Address(other))}
		if err := netlink.RouteReplace(route); err != nil {
			return fmt.Errorf("route to the pods of %s: %w", Name(other), err)
		}
	}
	if err := s.serviceRoutes(); err != nil {
		return fmt.Errorf("route to the Services: %w", err)
	}
	return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644)
}

// serviceRoutes are for the processes of the node itself, the API server first, which dials webhooks by their Services: kube-proxy puts a
// pod's address in the place of a Service's only after the kernel has found a route, and there is no default one.
func (s Spec) serviceRoutes() error {
	link, err := netlink.LinkByName(LinkName)
	if err != nil {
		return err
	}
	for _, addresses := range []string{ServiceCIDR, BalancerCIDR} {
		_, block, err := net.ParseCIDR(addresses)
		if err != nil {
			return err
		}
		if err := netlink.RouteReplace(&netlink.Route{Dst: block, LinkIndex: link.Attrs().Index}); err != nil {
			return err
		}
	}
	return nil
}

func up(name, address string) error {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	if address != "" {
		a, err := netlink.ParseAddr(address)
		if err != nil {
			return err
		}
		if err := netlink.AddrReplace(link, a); err != nil {
			return err
		}
	}
	return netlink.LinkSetUp(link)
}

// relay lets the host reach the API server through a socket in the box's home, so that the host needs no route.
func (s Spec) relay(ctx context.Context) error {
	socket := s.box().Socket()
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		_ = listener.Close()
	}()
	go Relay(listener, func() (net.Conn, error) {
		return net.DialTimeout("tcp", fmt.Sprintf("%s:%d", Address(1), apiPort), 5*time.Second)
	})
	return nil
}

func (s Spec) file(name string) string { return filepath.Join("/run/box", name) }

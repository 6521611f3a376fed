package control

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
)

// debian are the host's programs that a box needs, with the Debian package that brings each.
var debian = map[string]string{
	"containerd": "containerd", "ctr": "containerd", "runc": "runc", "nft": "nftables", "/usr/lib/cni/bridge": "containernetworking-plugins",
	"mkfs.xfs": "xfsprogs", "iptables": "iptables", "ipset": "ipset",
}

// Supported says in an error why this machine cannot run a box, and what to do instead.
func Supported() error {
	const instead = "use minikube with an ordinary Pulumi instead: minikube start && pulumi stack init minikube && pulumi up"
	if runtime.GOOS != "linux" {
		return fmt.Errorf("the local box needs Linux; %s", instead)
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("the local box needs root; %s", instead)
	}
	missing := map[string]bool{}
	for program, pkg := range debian {
		if _, err := exec.LookPath(program); err != nil {
			missing[pkg] = true
		}
	}
	if len(missing) > 0 {
		names := slices.Sorted(maps.Keys(missing))
		return fmt.Errorf("the local box needs the Debian packages %s: apt-get install them, or run dev/setup.sh", strings.Join(names, ", "))
	}
	return nil
}

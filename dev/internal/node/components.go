package node

import "context"

// lean are settings of Go's collector for components that serve three nodes, not thousands.
var lean = []string{"GOGC=50"}

// components are what runs on this node, control plane first.
func (s Spec) components() []part {
	var parts []part
	if s.Number == 1 {
		parts = append(parts, s.controlPlane()...)
	}
	return append(parts,
		part{name: "containerd", args: []string{"containerd", "-c", s.file("containerd.toml"), "-l", "warn"}, env: lean},
		s.part("kubelet", nil, "--config="+s.file("kubelet.yaml"), "--kubeconfig="+s.pki(s.name()+".kubeconfig"),
			"--hostname-override="+s.name(), "--node-ip="+Address(s.Number), "--root-dir=/var/lib/kubelet",
			"--node-labels=topology.kubernetes.io/region=box,topology.kubernetes.io/zone="+Zone(s.Number)),
		s.part("network", apiReady, s.file("proxy.yaml"), s.pki("admin.kubeconfig"), s.name(), ServiceCIDR),
	)
}

// part is a component that this program holds itself.
func (s Spec) part(name string, ready func(context.Context) bool, args ...string) part {
	return part{name: name, args: append([]string{s.Self, "component", name}, args...), env: lean, ready: ready}
}

func (s Spec) controlPlane() []part {
	return []part{
		// The data are a developer's: not worth an fsync each.
		s.part("etcd", nil, "--data-dir="+s.data("etcd"), "--unsafe-no-fsync", "--log-level=warn",
			"--listen-client-urls=http://127.0.0.1:2379", "--advertise-client-urls=http://127.0.0.1:2379",
			"--listen-peer-urls=http://127.0.0.1:2380", "--initial-advertise-peer-urls=http://127.0.0.1:2380",
			"--initial-cluster=default=http://127.0.0.1:2380", "--auto-compaction-retention=5m"),
		s.part("kube-apiserver", nil, "--etcd-servers=http://127.0.0.1:2379", "--advertise-address="+Address(1), "--secure-port=6443",
			"--client-ca-file="+s.pki("ca.crt"), "--tls-cert-file="+s.pki("apiserver.crt"), "--tls-private-key-file="+s.pki("apiserver.key"),
			"--service-account-issuer=https://kubernetes.default.svc.cluster.local", "--service-account-key-file="+s.pki("sa.pub"),
			"--service-account-signing-key-file="+s.pki("sa.key"), "--service-cluster-ip-range="+ServiceCIDR,
			"--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction", "--allow-privileged=true",
			"--kubelet-certificate-authority="+s.pki("ca.crt"), "--kubelet-client-certificate="+s.pki("admin.crt"),
			"--kubelet-client-key="+s.pki("admin.key"), "--kubelet-preferred-address-types=InternalIP",
			"--profiling=false", "--endpoint-reconciler-type=lease", "--shutdown-delay-duration=0s"),
		// Both crash on rules that the API server has not made yet, and lose four seconds by it.
		s.part("kube-controller-manager", apiReady, "--kubeconfig="+s.pki("controllers.kubeconfig"),
			"--authentication-kubeconfig="+s.pki("controllers.kubeconfig"), "--authorization-kubeconfig="+s.pki("controllers.kubeconfig"),
			"--bind-address=127.0.0.1", "--root-ca-file="+s.pki("ca.crt"), "--service-account-private-key-file="+s.pki("sa.key"),
			"--use-service-account-credentials", "--leader-elect=false", "--service-cluster-ip-range="+ServiceCIDR,
			"--cluster-cidr="+PodCIDR, "--allocate-node-cidrs=false", "--kube-api-qps=500", "--kube-api-burst=1000",
			"--concurrent-statefulset-syncs=5"),
		s.part("kube-scheduler", apiReady, "--kubeconfig="+s.pki("scheduler.kubeconfig"), "--authentication-kubeconfig="+s.pki("scheduler.kubeconfig"),
			"--authorization-kubeconfig="+s.pki("scheduler.kubeconfig"), "--bind-address=127.0.0.1", "--leader-elect=false",
			"--kube-api-qps=500", "--kube-api-burst=1000"),
		s.part("cloud", apiReady, s.pki("admin.kubeconfig"), s.box().Volumes(), BalancerCIDR),
		s.part("coredns", apiReady, s.file("Corefile")),
	}
}

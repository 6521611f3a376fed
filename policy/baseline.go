package policy

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"neo4j-kubernetes/plan"
)

// safeSysctls are those that the level baseline of Kubernetes' Pod Security Standards lets a pod set (pod-security-admission of 1.34).
var safeSysctls = []string{
	"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
	"net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
}

// shared are the faults of what a pod's securityContext has in common with a container's, each with its mend.
func shared(context property.Value) []string {
	var faults []string
	for _, key := range []string{"seccompProfile", "appArmorProfile"} {
		if text(at(context, key, "type")) == "Unconfined" {
			faults = append(faults, key+" Unconfined: take RuntimeDefault")
		}
	}
	if kind := text(at(context, "seLinuxOptions", "type")); !slices.Contains(plan.BaselineSELinux, kind) {
		faults = append(faults, fmt.Sprintf("seLinuxOptions.type %s: take it away", kind))
	}
	for _, key := range []string{"user", "role"} {
		if text(at(context, "seLinuxOptions", key)) != "" {
			faults = append(faults, fmt.Sprintf("seLinuxOptions.%s: take it away", key))
		}
	}
	if yes(at(context, "windowsOptions", "hostProcess")) {
		faults = append(faults, "windowsOptions.hostProcess: take it away")
	}
	return faults
}

// ofContainer are the faults of a container, each with its mend.
func ofContainer(c property.Value) []string {
	var faults []string
	context := at(c, "securityContext")
	for _, key := range []string{"privileged", "allowPrivilegeEscalation"} {
		if yes(at(context, key)) {
			faults = append(faults, "securityContext."+key+": set it to false")
		}
	}
	for _, v := range list(at(context, "capabilities", "add")) {
		if !slices.Contains(plan.BaselineCapabilities, text(v)) {
			faults = append(faults, fmt.Sprintf("securityContext.capabilities.add %s: take it away", text(v)))
		}
	}
	if kind := text(at(context, "procMount")); kind != "" && kind != "Default" {
		faults = append(faults, "securityContext.procMount "+kind+": take it away")
	}
	for _, fault := range shared(context) {
		faults = append(faults, "securityContext."+fault)
	}
	for _, port := range list(at(c, "ports")) {
		if number := at(port, "hostPort"); number.IsNumber() && number.AsNumber() != 0 {
			faults = append(faults, fmt.Sprintf("hostPort %d: leave it to a Service", int(number.AsNumber())))
		}
	}
	return append(faults, elsewhere(c)...)
}

// elsewhere are the probes and hooks by which a container would have the kubelet, which is in the node's network, dial somebody else.
func elsewhere(c property.Value) []string {
	var faults []string
	for _, path := range [][]string{{"livenessProbe"}, {"readinessProbe"}, {"startupProbe"}, {"lifecycle", "postStart"}, {"lifecycle", "preStop"}} {
		for _, kind := range []string{"httpGet", "tcpSocket"} {
			if host := text(at(at(c, path...), kind, "host")); host != "" {
				faults = append(faults, fmt.Sprintf("%s.%s.host %s: leave it out, which is the pod", path[len(path)-1], kind, host))
			}
		}
	}
	return faults
}

package policy

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A pod that reaches into its node is told by what.
func TestNoPrivilegedPod(t *testing.T) {
	for fields, want := range map[string]string{
		"hostNetwork: true":  "the pod has hostNetwork: take it away",
		"hostPID: true":      "the pod has hostPID: take it away",
		"hostIPC: true":      "the pod has hostIPC: take it away",
		"hostNetwork: false": "",
		"volumes: [{name: v, hostPath: {path: /var/lib}}]":                     "volume v is the node's /var/lib: take a claim",
		"volumes: [{name: v, emptyDir: {}}]":                                   "",
		"securityContext: {sysctls: [{name: kernel.msgmax, value: '1'}]}":      "the pod has securityContext.sysctls kernel.msgmax, which is the node's own: take it away",
		"securityContext: {sysctls: [{name: net.ipv4.tcp_rmem, value: '1'}]}":  "",
		"securityContext: {seccompProfile: {type: Unconfined}}":                "the pod has securityContext.seccompProfile Unconfined: take RuntimeDefault",
		"securityContext: {appArmorProfile: {type: Unconfined}}":               "the pod has securityContext.appArmorProfile Unconfined: take RuntimeDefault",
		"securityContext: {seLinuxOptions: {type: spc_t}}":                     "the pod has securityContext.seLinuxOptions.type spc_t: take it away",
		"securityContext: {seLinuxOptions: {user: system_u}}":                  "the pod has securityContext.seLinuxOptions.user: take it away",
		"securityContext: {seLinuxOptions: {role: system_r}}":                  "the pod has securityContext.seLinuxOptions.role: take it away",
		"securityContext: {windowsOptions: {hostProcess: true}}":               "the pod has securityContext.windowsOptions.hostProcess: take it away",
		"securityContext: {seccompProfile: {type: RuntimeDefault}}":            "",
		"securityContext: {seLinuxOptions: {type: container_t, level: 's0'}}":  "",
		"initContainers: [{name: i, securityContext: {privileged: true}}]":     "container i has securityContext.privileged: set it to false",
		"ephemeralContainers: [{name: e, securityContext: {procMount: Open}}]": "container e has securityContext.procMount Open: take it away",
	} {
		var lines []string
		if want != "" {
			lines = []string{"p: " + want}
		}
		assert.Equal(t, lines, said(t, "no-privileged-pod", "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {"+fields+"}}"), fields)
	}
}

func TestNoPrivilegedContainer(t *testing.T) {
	for fields, want := range map[string]string{
		"securityContext: {privileged: true}":                      "securityContext.privileged: set it to false",
		"securityContext: {allowPrivilegeEscalation: true}":        "securityContext.allowPrivilegeEscalation: set it to false",
		"securityContext: {privileged: false}":                     "",
		"securityContext: {capabilities: {add: [SYS_ADMIN]}}":      "securityContext.capabilities.add SYS_ADMIN: take it away",
		"securityContext: {capabilities: {add: [ALL]}}":            "securityContext.capabilities.add ALL: take it away",
		"securityContext: {capabilities: {add: [CHOWN]}}":          "",
		"securityContext: {capabilities: {drop: [ALL]}}":           "",
		"securityContext: {procMount: Unmasked}":                   "securityContext.procMount Unmasked: take it away",
		"securityContext: {procMount: Default}":                    "",
		"securityContext: {seccompProfile: {type: Unconfined}}":    "securityContext.seccompProfile Unconfined: take RuntimeDefault",
		"ports: [{containerPort: 7687, hostPort: 7687}]":           "hostPort 7687: leave it to a Service",
		"ports: [{containerPort: 7687, hostPort: 0}]":              "",
		"livenessProbe: {httpGet: {host: 169.254.169.254}}":        "livenessProbe.httpGet.host 169.254.169.254: leave it out, which is the pod",
		"readinessProbe: {tcpSocket: {host: db}}":                  "readinessProbe.tcpSocket.host db: leave it out, which is the pod",
		"startupProbe: {tcpSocket: {host: db}}":                    "startupProbe.tcpSocket.host db: leave it out, which is the pod",
		"lifecycle: {postStart: {httpGet: {host: db}}}":            "postStart.httpGet.host db: leave it out, which is the pod",
		"lifecycle: {preStop: {httpGet: {host: db}}}":              "preStop.httpGet.host db: leave it out, which is the pod",
		"readinessProbe: {tcpSocket: {port: bolt}}, lifecycle: {}": "",
	} {
		var lines []string
		if want != "" {
			lines = []string{"p: container c has " + want}
		}
		assert.Equal(t, lines, said(t, "no-privileged-pod", podOf(fields)), fields)
	}
}

// Every workload's pods are looked at, wherever it declares them.
func TestPodsOfWorkloads(t *testing.T) {
	const spec = "spec: {hostPID: true}"
	for kind, template := range map[string]string{
		"StatefulSet": "template: {" + spec + "}", "Deployment": "template: {" + spec + "}", "DaemonSet": "template: {" + spec + "}",
		"ReplicaSet": "template: {" + spec + "}", "Job": "template: {" + spec + "}", "CronJob": "jobTemplate: {spec: {template: {" + spec + "}}}",
		"Pod": "hostPID: true",
	} {
		object := fmt.Sprintf("{apiVersion: apps/v1, kind: %s, metadata: {name: w}, spec: {%s}}", kind, template)
		assert.Equal(t, []string{"w: the pod has hostPID: take it away"}, said(t, "no-privileged-pod", object), kind)
	}
	assert.Empty(t, said(t, "no-privileged-pod", "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {hostPID: true}}"))
}

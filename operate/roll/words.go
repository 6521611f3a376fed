package roll

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"neo4j-kubernetes/neo4j"
)

// complaint is what a line looks like that says why a server, its launcher or its JVM ended.
var complaint = regexp.MustCompile(`(?i)\b(error|improperly|exception|unrecognized|invalid|failed|could not|cannot|out of memory)\b`)

func (k kubernetesPods) lastWords(ctx context.Context, m neo4j.Member, p pod) error {
	for range logTries {
		for _, previous := range []bool{true, false} {
			if line := k.log(ctx, m, previous); line != "" {
				return fmt.Errorf("%s does not come up: %s; its log says: %s", m.Name, p.broken, line)
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not come up: %s", m.Name, p.broken)
		case <-time.After(logPause):
		}
	}
	return fmt.Errorf("%s does not come up: %s", m.Name, p.broken)
}

// A log is asked for again for a while: between two tries of a container the kubelet has removed the last one and not begun the next.
const (
	logTries = 8
	logPause = time.Second
)

// log is the line of a container's log that says why it ended, empty where there is none.
func (k kubernetesPods) log(ctx context.Context, m neo4j.Member, previous bool) string {
	lines := int64(80)
	text, err := k.client.CoreV1().Pods(k.namespace).GetLogs(m.Name, &corev1.PodLogOptions{Container: "neo4j", TailLines: &lines, Previous: previous}).DoRaw(ctx)
	if err != nil || bytes.HasPrefix(text, noLog) {
		return ""
	}
	return said(text)
}

// noLog begins what the kubelet answers, with status 200, where a container's log is gone.
var noLog = []byte("unable to retrieve container logs")

// said is the first line of a log that says why, or its last one.
func said(log []byte) string {
	last := ""
	for scanner := bufio.NewScanner(bytes.NewReader(log)); scanner.Scan(); {
		line := strings.TrimSpace(scanner.Text())
		if line == "" {
			continue
		}
		if complaint.MatchString(line) {
			return line
		}
		last = line
	}
	return last
}

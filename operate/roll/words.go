package roll

import (
	"bufio"
	"bytes"
	"cmp"
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

// verdict is the line with which a server of 5.x and later ends. 2026.08.1 writes it on standard output and what is wrong on standard error,
// so that what collects both may give it first, or alone for a moment: once it was all that this read.
var verdict = regexp.MustCompile(`^(Configuration file validation failed\.|Configuration contains errors\..*)$`)

func (k kubernetesPods) lastWords(ctx context.Context, m neo4j.Member, p pod) error {
	heard := ""
	for range logTries {
		for _, previous := range []bool{true, false} {
			line := k.log(ctx, m, previous)
			if line != "" && !verdict.MatchString(line) {
				return quoting(m, p, line)
			}
			heard = cmp.Or(heard, line)
		}
		select {
		case <-ctx.Done():
			return quoting(m, p, heard)
		case <-time.After(logPause):
		}
	}
	return quoting(m, p, heard)
}

// quoting is the error of a member that cannot come up, with the line of its log that says why, where there is one.
func quoting(m neo4j.Member, p pod, line string) error {
	if line == "" {
		return fmt.Errorf("%s does not come up: %s", m.Name, p.broken)
	}
	return fmt.Errorf("%s does not come up: %s; its log says: %s", m.Name, p.broken, line)
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

// said is the first line of a log that says why, else its first verdict, else its last line.
func said(log []byte) string {
	last, judged := "", ""
	for scanner := bufio.NewScanner(bytes.NewReader(log)); scanner.Scan(); {
		line := strings.TrimSpace(scanner.Text())
		if line == "" {
			continue
		}
		switch {
		case verdict.MatchString(line):
			judged = cmp.Or(judged, line)
		case complaint.MatchString(line):
			return line
		}
		last = line
	}
	return cmp.Or(judged, last)
}

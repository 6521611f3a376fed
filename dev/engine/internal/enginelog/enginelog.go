// Package enginelog speaks to the person at the terminal through the engine that started a plugin.
package enginelog

import (
	"context"
	"fmt"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// Log is a connection to an engine's log. The zero value drops every message, which is what a plugin
// started by hand, without an engine, wants. Messages must never hold a secret's value.
type Log struct {
	client pulumirpc.EngineClient

	mu   sync.Mutex
	last map[string]string // last status by URN: the engine redraws at each, so repeats are dropped
}

// Dial connects to the engine at address, host:port. An empty address gives a Log that drops all.
func Dial(address string) (*Log, error) {
	if address == "" {
		return &Log{}, nil
	}
	conn, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		return nil, fmt.Errorf("connecting to the engine at %s: %w", address, err)
	}
	return &Log{client: pulumirpc.NewEngineClient(conn), last: map[string]string{}}, nil
}

// Info adds a lasting line to the command's output, under the resource of urn, or the stack if empty.
func (l *Log) Info(ctx context.Context, urn, message string) {
	l.send(ctx, pulumirpc.LogSeverity_INFO, urn, message, false)
}

// Warn adds a lasting warning.
func (l *Log) Warn(ctx context.Context, urn, message string) {
	l.send(ctx, pulumirpc.LogSeverity_WARNING, urn, message, false)
}

// Status shows message in the resource's row until the next one; an empty message clears the row.
func (l *Log) Status(ctx context.Context, urn, message string) {
	if l.repeated(urn, message) {
		return
	}
	l.send(ctx, pulumirpc.LogSeverity_INFO, urn, message, true)
}

// StatusWarn is Status for what should worry the reader.
func (l *Log) StatusWarn(ctx context.Context, urn, message string) {
	l.send(ctx, pulumirpc.LogSeverity_WARNING, urn, message, true)
}

func (l *Log) repeated(urn, message string) bool {
	if l.client == nil {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last[urn] == message {
		return true
	}
	l.last[urn] = message
	return false
}

// send ignores the engine's answer: a lost log line must not fail the operation it speaks of.
func (l *Log) send(ctx context.Context, severity pulumirpc.LogSeverity, urn, message string, passing bool) {
	if l.client == nil {
		return
	}
	_, _ = l.client.Log(ctx, &pulumirpc.LogRequest{
		Severity: severity, Urn: urn, Message: message, Ephemeral: passing,
	})
}

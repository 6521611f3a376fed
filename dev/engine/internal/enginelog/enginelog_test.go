package enginelog

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// engine remembers what it is told.
type engine struct {
	pulumirpc.UnimplementedEngineServer
	mu   sync.Mutex
	said []string
}

func (e *engine) Log(_ context.Context, req *pulumirpc.LogRequest) (*emptypb.Empty, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.said = append(e.said, fmt.Sprintf("%s %s %q %v", req.GetSeverity(), req.GetUrn(), req.GetMessage(), req.GetEphemeral()))
	return &emptypb.Empty{}, nil
}

func TestMessagesAndRepeatedStatus(t *testing.T) {
	e := &engine{}
	stop := make(chan bool)
	t.Cleanup(func() { close(stop) })
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{Cancel: stop, Init: func(s *grpc.Server) error {
		pulumirpc.RegisterEngineServer(s, e)
		return nil
	}})
	require.NoError(t, err)
	log, err := Dial(fmt.Sprintf("127.0.0.1:%d", handle.Port))
	require.NoError(t, err)

	ctx := context.Background()
	log.Info(ctx, "", "hello")
	log.Warn(ctx, "urn:a", "careful")
	for range 3 {
		log.Status(ctx, "urn:a", "1 of 2")
	}
	log.Status(ctx, "urn:b", "1 of 2")
	log.StatusWarn(ctx, "urn:a", "slow")
	log.Status(ctx, "urn:a", "")
	require.Equal(t, []string{
		`INFO  "hello" false`, `WARNING urn:a "careful" false`, `INFO urn:a "1 of 2" true`, `INFO urn:b "1 of 2" true`,
		`WARNING urn:a "slow" true`, `INFO urn:a "" true`,
	}, e.said)
}

func TestWithoutAnEngineNothingIsSaid(t *testing.T) {
	log, err := Dial("")
	require.NoError(t, err)
	log.Info(context.Background(), "", "to nobody")
	log.Status(context.Background(), "", "to nobody")
}

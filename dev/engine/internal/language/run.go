package language

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/constant"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Run builds the program if it is not prebuilt, runs it to its end, and answers as the engine
// expects: nothing after success, Bail where the program has already told the engine what was wrong,
// an Error to print for everything else.
func (h *Host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	engine, log := h.connection()
	if engine == "" {
		return nil, status.Error(codes.FailedPrecondition, "the engine's address is not known: no handshake before run")
	}
	opts, err := parseOptions(req.GetInfo().GetOptions().AsMap())
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	env, err := environment(req, engine)
	if err != nil {
		return nil, err
	}

	ctx, stop := h.either(ctx)
	defer stop()
	dir := req.GetInfo().GetProgramDirectory()
	path, done, err := executable(ctx, opts, dir, req.GetAttachDebugger(), func(what string) { log.Status(ctx, "", what) })
	defer done()
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	return h.outcome(ctx, runProgram(ctx, program{path: path, dir: req.GetPwd(), args: req.GetArgs(), env: env})), nil
}

// executable is the one that the options name, or the one that is built of a folder; done takes away what was built.
func executable(ctx context.Context, opts options, dir string, debug bool, say func(what string)) (path string, done func(), err error) {
	if opts.binary != "" {
		path, err = findBinary(opts.binary, dir)
		return path, func() {}, err
	}
	say("Compiling the program ...")
	defer say("Finished compiling")
	return build(ctx, dir, opts.buildTarget, debug)
}

// either is done when the engine's call is, or when the host is cancelled.
func (h *Host) either(call context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(call)
	unhook := context.AfterFunc(h.ctx, cancel)
	return ctx, func() { unhook(); cancel() }
}

func (h *Host) outcome(ctx context.Context, err error) *pulumirpc.RunResponse {
	var exit exitStatus
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}
	case ctx.Err() != nil:
		// The user asked for the end; whatever the program says while it dies is not news.
		return &pulumirpc.RunResponse{Bail: true}
	case errors.As(err, &exit) && int(exit) == constant.ExitStatusLoggedError:
		return &pulumirpc.RunResponse{Bail: true}
	case errors.As(err, &exit):
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("program exited with non-zero exit code: %d", int(exit))}
	default:
		return &pulumirpc.RunResponse{Error: err.Error()}
	}
}

// environment is what the Go SDK reads its run from, over this process's own environment.
func environment(req *pulumirpc.RunRequest, engine string) ([]string, error) {
	config, err := json.Marshal(req.GetConfig())
	if err != nil {
		return nil, fmt.Errorf("stack configuration: %w", err)
	}
	secretKeys := req.GetConfigSecretKeys()
	if secretKeys == nil {
		secretKeys = []string{}
	}
	secrets, err := json.Marshal(secretKeys)
	if err != nil {
		return nil, fmt.Errorf("names of secret configuration: %w", err)
	}
	env := os.Environ()
	for _, pair := range [][2]string{
		{"PULUMI_ORGANIZATION", req.GetOrganization()},
		{"PULUMI_PROJECT", req.GetProject()},
		{"PULUMI_ROOT_DIRECTORY", req.GetInfo().GetRootDirectory()},
		{"PULUMI_STACK", req.GetStack()},
		{"PULUMI_CONFIG", string(config)},
		{"PULUMI_CONFIG_SECRET_KEYS", string(secrets)},
		{"PULUMI_DRY_RUN", strconv.FormatBool(req.GetDryRun())},
		{"PULUMI_PARALLEL", strconv.Itoa(int(req.GetParallel()))},
		{"PULUMI_MONITOR", req.GetMonitorAddress()},
		{"PULUMI_ENGINE", engine},
	} {
		if pair[1] != "" {
			env = append(env, pair[0]+"="+pair[1])
		}
	}
	return env, nil
}

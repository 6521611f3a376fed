package provider

import (
	"errors"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/structpb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"neo4j-kubernetes/dev/engine/internal/await"
)

// halfDone is the error of an operation that has changed the object but not brought it to its end: the
// engine records the state beside the error, and the next update takes the wait up again.
func halfDone(id string, state, inputs *structpb.Struct, err error) error {
	reasons := []string{err.Error()}
	var unready *await.Unready
	if errors.As(err, &unready) {
		reasons = append(reasons, unready.Reasons...)
	}
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, err.Error()), &pulumirpc.ErrorResourceInitFailed{
		Id: id, Properties: state, Inputs: inputs, Reasons: reasons,
	})
}

// What follows tells apart why a dry run was refused. A preview must not fail over what the update
// itself will not meet: a right to try that the user lacks, a webhook that cannot be asked without
// effect, an object of the same name that is to be replaced first.

func dryRunUnsupported(err error) bool {
	return apierrors.IsBadRequest(err) && strings.Contains(err.Error(), "dry run")
}

func immutableField(err error) bool {
	return apierrors.IsInvalid(err) && strings.Contains(err.Error(), "field is immutable")
}

// isPolicy is true for a refusal by an admission policy (Pod Security, quotas), which the update meets too.
func isPolicy(err error) bool {
	return strings.Contains(err.Error(), "violates PodSecurity") || strings.Contains(err.Error(), "exceeded quota")
}

func namespaceTerminating(err error) bool {
	return apierrors.HasStatusCause(err, "NamespaceTerminating")
}

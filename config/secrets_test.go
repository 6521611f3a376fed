package config

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type noResources struct{}

func (noResources) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	return args.Name, args.Inputs, nil
}

func (noResources) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }

// load runs Load as the engine would, with the stack's values and which of them are secrets.
func load(t *testing.T, values map[string]string, secrets ...string) (given bool, err error) {
	t.Helper()
	require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
		var password pulumi.StringPtrInput
		_, password, err = Load(ctx)
		given = password != nil
		return nil
	}, pulumi.WithMocks("neo4j", "dev", noResources{}), func(info *pulumi.RunInfo) {
		info.Config, info.ConfigSecretKeys = values, secrets
	}))
	return given, err
}

const cluster = `{"platform": "dev", "release": "3.5.0-beta03", "acceptLicense": "yes"}`

func TestSecrets(t *testing.T) {
	given, err := load(t, map[string]string{"neo4j:cluster": cluster})
	require.NoError(t, err)
	assert.False(t, given)

	given, err = load(t, map[string]string{"neo4j:cluster": cluster, "neo4j:password": "correct-horse-battery"}, "neo4j:password")
	require.NoError(t, err)
	assert.True(t, given)
}

func TestAPasswordInPlainTextIsRefused(t *testing.T) {
	_, err := load(t, map[string]string{"neo4j:cluster": cluster, "neo4j:password": "correct-horse-battery"})
	assert.EqualError(t, err, "the stack's configuration has 1 problem; nothing was touched\n  - "+
		"neo4j:password: [not shown] is in plain text in the stack's file: take another, for this one is known: pulumi config set --secret password")
}

// A secure value inside a structured one would be read in the clear, and stand so in plans, previews and the state.
func TestASecretBelowClusterIsRefused(t *testing.T) {
	_, err := load(t, map[string]string{"neo4j:cluster": `{"platform": "dev", "settings": {"a.b": "hunter2-hunter2"}}`}, "neo4j:cluster")
	assert.EqualError(t, err, "the stack's configuration has 1 problem; nothing was touched\n  - "+
		"neo4j:cluster: [secret] has a secret below it, and a structured value does not stay one: take it out (pulumi config rm --path 'cluster.…') and put it into a Secret of the namespace: "+
		"settings and env take {secret: <name>, key: <key>}; the password is neo4j:password")
	assert.NotContains(t, err.Error(), "hunter2")
}

package conformance

import (
	"context"
	"encoding/base64"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Nothing that is secret may be read in the state or on the terminal: neither the text nor its base64.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	s.settings["enableSecretMutable"] = pulumi.Bool(true)
	s.settings["enableConfigMapMutable"] = pulumi.Bool(true)
	with := func(suffix string) program {
		return func(p *objects) error {
			// The first is a Secret's data that the program did not mark; the second a marked value elsewhere.
			_, err := p.add("core/v1:Secret", "auth", pulumi.Map{
				"metadata":   pulumi.Map{"name": pulumi.String("auth")},
				"stringData": pulumi.Map{"password": pulumi.String("open-sesame" + suffix)},
			})
			if err != nil {
				return err
			}
			_, err = p.add("core/v1:ConfigMap", "conf", pulumi.Map{
				"metadata": pulumi.Map{"name": pulumi.String("conf")},
				"data": pulumi.Map{"token": pulumi.ToSecret(pulumi.String("hush-hush" + suffix)),
					"plain": pulumi.String("seen")},
			})
			return err
		}
	}
	printed := s.preview(with("1")).out + s.mustUp(with("1")).out + s.preview(with("2")).out + s.mustUp(with("2")).out
	printed += s.refresh().out
	for _, secret := range []string{"open-sesame", "hush-hush"} {
		for _, form := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret + "1"))[:12]} {
			require.NotContains(t, printed, form)
			require.NotContains(t, s.checkpoint(), form)
		}
	}
	require.Contains(t, s.checkpoint(), "seen", "what is beside a secret stays readable")
	live, err := cluster.client.CoreV1().Secrets(s.namespace).Get(context.Background(), "auth", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, "open-sesame2", string(live.Data["password"]))
	s.unchanged(with("2"))
}

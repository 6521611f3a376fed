package plan

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhomALoadBalancerServes(t *testing.T) {
	none, inside := map[string]string{}, map[string]string{"networking.gke.io/load-balancer-type": "internal"}
	for name, test := range map[string]struct {
		class       string
		annotations map[string]string
		ranges      []string
		want        []string
	}{
		"nothing said":         {"", none, nil, []string{""}},
		"inside":               {"", inside, nil, nil},
		"inside, everybody":    {"", inside, []string{"0.0.0.0/0"}, nil},
		"internet-facing":      {"", map[string]string{"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing"}, nil, []string{""}},
		"clients":              {"", none, []string{"203.0.113.0/24"}, nil},
		"one too many":         {"", none, []string{"203.0.113.0/24", "::/0"}, []string{"::/0"}},
		"by annotation":        {"", map[string]string{rangesAnnotation: "10.0.0.0/8"}, nil, nil},
		"all by annotation":    {"", map[string]string{rangesAnnotation: "10.0.0.0/8, 0.0.0.0/0"}, nil, []string{"0.0.0.0/0"}},
		"a class inside":       {"networking.gke.io/l4-regional-internal", none, nil, nil},
		"a class outside":      {"networking.gke.io/l4-regional-external", inside, nil, []string{""}},
		"a class of no cloud":  {"tailscale", none, nil, []string{""}},
		"of two clouds":        {"", map[string]string{"networking.gke.io/load-balancer-type": "Internal", "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing"}, nil, []string{""}},
		"the AWS controller's": {"", map[string]string{"service.beta.kubernetes.io/aws-load-balancer-type": "external"}, nil, nil},
		"the same, outside":    {ControllersClass, map[string]string{"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing"}, nil, []string{""}},
		"Auto Mode's":          {"eks.amazonaws.com/nlb", none, nil, nil},
		"a class that is kept": {"service.k8s.aws/nlb", map[string]string{"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal"}, nil, nil},
	} {
		assert.Equal(t, test.want, Everybody(test.class, test.annotations, test.ranges), name)
	}
	for key, word := range internal {
		assert.Empty(t, Everybody("", map[string]string{key: word}, nil), key)
		assert.NotEmpty(t, Everybody("", map[string]string{key: facing[key]}, nil), key)
	}
}

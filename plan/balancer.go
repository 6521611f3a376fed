package plan

import (
	"slices"
	"strings"
)

// internal are the annotations by which the clouds keep a load balancer inside, of today and of before (documentation of GKE, of the AWS
// Load Balancer Controller and of the in-tree controllers of AWS and Azure).
var internal = map[string]string{
	"networking.gke.io/load-balancer-type":                           "Internal",
	"cloud.google.com/load-balancer-type":                            "Internal",
	"service.beta.kubernetes.io/aws-load-balancer-scheme":            "internal",
	"service.beta.kubernetes.io/aws-load-balancer-internal":          "true",
	"service.beta.kubernetes.io/azure-load-balancer-internal":        "true",
	"service.beta.kubernetes.io/oci-load-balancer-internal":          "true",
	"service.beta.kubernetes.io/openstack-internal-load-balancer":    "true",
	"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type": "private",
}

// facing are the same annotations' words for the internet. They win over another cloud's, which says nothing here: one that was left behind
// by a move, say, or is there for whatever cloud may come.
var facing = map[string]string{
	"networking.gke.io/load-balancer-type":                           "External",
	"cloud.google.com/load-balancer-type":                            "External",
	"service.beta.kubernetes.io/aws-load-balancer-scheme":            "internet-facing",
	"service.beta.kubernetes.io/aws-load-balancer-internal":          "false",
	"service.beta.kubernetes.io/azure-load-balancer-internal":        "false",
	"service.beta.kubernetes.io/oci-load-balancer-internal":          "false",
	"service.beta.kubernetes.io/openstack-internal-load-balancer":    "false",
	"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type": "public",
}

// insideByClass are the classes that say it themselves, whatever the annotations do (GKE, "LoadBalancer Service concepts").
var insideByClass = map[string]bool{"networking.gke.io/l4-regional-internal": true, "networking.gke.io/l4-regional-external": false}

// rangesAnnotation is an older way to give source ranges, which Kubernetes still reads.
const rangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges"

// Everybody are the source ranges by which a load balancer serves the whole internet, one empty text where it has no ranges at all. None where its
// class or its annotations keep it inside, or its ranges name somebody.
func Everybody(class string, annotations map[string]string, ranges []string) []string {
	if isInside(class, annotations) {
		return nil
	}
	all := slices.Clone(ranges)
	if given := annotations[rangesAnnotation]; given != "" {
		all = append(all, strings.Split(given, ",")...)
	}
	if len(all) == 0 {
		return []string{""}
	}
	var everybody []string
	for _, block := range all {
		if block = strings.TrimSpace(block); ServesEverybody(block) {
			everybody = append(everybody, block)
		}
	}
	return everybody
}

func isInside(class string, annotations map[string]string) bool {
	if inside, said := insideByClass[class]; said {
		return inside
	}
	inside := isControllers(class, annotations)
	for key, value := range annotations {
		if want, known := facing[key]; known && strings.EqualFold(value, want) {
			return false
		}
		if want, known := internal[key]; known && strings.EqualFold(value, want) {
			inside = true
		}
	}
	return inside
}

// isControllers says whether a load balancer is made by the AWS Load Balancer Controller, or by EKS Auto Mode, which keep it inside unless
// aws-load-balancer-scheme says otherwise (its guide, "Service annotations").
func isControllers(class string, annotations map[string]string) bool {
	kind := annotations["service.beta.kubernetes.io/aws-load-balancer-type"]
	return class == ControllersClass || class == autoModeClass || class == "" && (kind == "external" || kind == "nlb-ip")
}

// CloudsOwn says whether a class of load balancers is the default of its Kubernetes cluster, or one of Google's or Amazon's own.
func CloudsOwn(class string) bool {
	return class == "" || strings.HasPrefix(class, "networking.gke.io/") || class == ControllersClass || class == autoModeClass
}

// ControllersClass is the class of the AWS Load Balancer Controller, autoModeClass that of EKS Auto Mode.
const (
	ControllersClass = "service.k8s.aws/nlb"
	autoModeClass    = "eks.amazonaws.com/nlb"
)

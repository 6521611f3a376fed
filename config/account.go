package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"neo4j-kubernetes/plan"
)

// identities are the annotations by which clouds give an account an identity of theirs, and what they look like: a wrong one is no error
// anywhere, and the members are nobody. Sources: GKE, "Authenticate to Google Cloud APIs from workloads"; EKS, "IAM roles for service
// accounts". EKS Pod Identity needs no annotation: its association names the account.
var identities = map[string]struct {
	form *regexp.Regexp
	mend string
}{
	"iam.gke.io/gcp-service-account": {regexp.MustCompile(`^[a-z0-9-]+@[a-z0-9.:-]+\.gserviceaccount\.com$`), "write its address, <account>@<project>.iam.gserviceaccount.com"},
	"eks.amazonaws.com/role-arn":     {regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$`), "write the role's ARN, arn:aws:iam::<account>:role/<role>"},
}

// readAccount says who the members' pods are.
func readAccount(f *file, s plan.Plan) plan.ServiceAccount {
	a := plan.ServiceAccount{Name: f.text("name", ""), Annotations: f.texts("annotations", nil)}
	a.Create = f.boolean("create", len(a.Annotations) > 0 && a.Name == "")
	switch {
	case a.Name != "" && !isObjectName(a.Name):
		f.refuse("name", a.Name, "is not the name of a ServiceAccount", "write the name of one in the namespace, in lower case")
	case a.Create && a.Name == "default":
		f.refuse("name", a.Name, "is the account that Kubernetes makes in every namespace", "write another name, or create: false")
	case !a.Create && len(a.Annotations) > 0:
		f.refuse("annotations", a.Annotations, "are for an account that the program makes", "write create: true, or annotate yours yourself: kubectl annotate serviceaccount")
	case f.has("create") && !a.Create && a.Name == "" && s.AsksKubernetes():
		f.refuse("create", false, "leaves the members without an account that may list Services, by which discovery.type: K8S finds them", "write the name of one, or leave it out")
	}
	for _, key := range slices.Sorted(maps.Keys(a.Annotations)) {
		value, identity := a.Annotations[key], identities[key]
		switch {
		case len(validation.IsQualifiedName(strings.ToLower(key))) > 0:
			f.refuse("annotations."+key, value, "is under no name that an annotation may have", labelMend)
		case plan.ReservedName(key):
			f.refuse("annotations."+key, value, "is the program's own", "leave it out")
		case identity.form != nil && !identity.form.MatchString(value):
			f.refuse("annotations."+key, value, "is no identity that the cloud knows", identity.mend)
		}
	}
	f.end()
	return a
}

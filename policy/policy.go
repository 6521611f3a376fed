// Package policy is the rules that a Neo4j cluster on Kubernetes should keep, as a Pulumi policy pack in Go: for the stacks of this program
// and for any other that declares such objects by Pulumi's Kubernetes provider. policy/pack is the pack to run:
//
//	pulumi preview --policy-pack policy/pack
//
// Another pack takes the rules by Policies. A rule says what is wrong, where, and how to mend it. What a preview does not know yet is
// not judged.
package policy

import (
	"context"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
)

// Name is the pack's.
const Name = "neo4j-kubernetes"

// Pack is all rules as a policy pack.
func Pack() (policyx.PolicyPack, error) {
	return policyx.NewPolicyPack(Name, semver.MustParse("0.1.0"), policyx.EnforcementLevelMandatory, Policies())
}

// Policies are all rules, mandatory where no word says otherwise.
func Policies() []policyx.Policy {
	return []policyx.Policy{
		noPrivilegedPod(), pinnedImage(), licenseAccepted(), disruptionBudget(), oddPrimaries(), dataRetained(), sourceRanges(), tlsOutside(),
	}
}

// report says what is wrong with the resource.
type report func(message string)

// rule makes a policy that looks at one resource at a time, by its inputs.
func rule(name, description string, level policyx.EnforcementLevel, look func(r policyx.AnalyzerResource, report report)) policyx.Policy {
	return policyx.NewResourceValidationPolicy(name, policyx.ResourceValidationPolicyArgs{
		Description: description, EnforcementLevel: level,
		ValidateResource: func(_ context.Context, args policyx.ResourceValidationArgs) error {
			look(args.Resource, func(message string) { args.Manager.ReportViolation(message, args.Resource.URN) })
			return nil
		},
	})
}

// stackRule is a policy that looks at all resources of a stack at the end of a preview or update. The interface is policyx', which has
// no constructor for it in v3.229.
type stackRule struct {
	policyx.Policy
	look func(all []policyx.AnalyzerResource, report func(r policyx.AnalyzerResource, message string))
}

// Validate looks at the stack.
func (s stackRule) Validate(_ context.Context, args policyx.StackValidationArgs) error {
	s.look(args.Resources, func(r policyx.AnalyzerResource, message string) { args.Manager.ReportViolation(message, r.URN) })
	return nil
}

func overStack(name, description string, level policyx.EnforcementLevel,
	look func(all []policyx.AnalyzerResource, report func(r policyx.AnalyzerResource, message string)),
) policyx.Policy {
	// The embedded policy gives name and level; its own validation is hidden by stackRule's.
	return stackRule{policyx.NewResourceValidationPolicy(name, policyx.ResourceValidationPolicyArgs{Description: description, EnforcementLevel: level}), look}
}

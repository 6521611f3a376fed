package provider

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// markSecrets makes secret in outs what is secret in ins, field by field, so that one secret value does
// not hide a whole object from a preview. A list with a secret anywhere becomes secret as a whole: the
// API server may have reordered it. The data of a Secret is always secret, whoever wrote it.
func markSecrets(outs, ins resource.PropertyMap) {
	if kind, ok := outs["kind"]; ok && kind.IsString() && kind.StringValue() == "Secret" {
		for _, key := range []resource.PropertyKey{"data", "stringData"} {
			if value, ok := outs[key]; ok && !value.IsSecret() {
				outs[key] = resource.MakeSecret(value)
			}
		}
	}
	for key, in := range ins {
		out, ok := outs[key]
		switch {
		case !ok || out.IsSecret():
		case out.IsObject() && in.IsObject():
			markSecrets(out.ObjectValue(), in.ObjectValue())
		case in.ContainsSecrets():
			outs[key] = resource.MakeSecret(out)
		}
	}
}

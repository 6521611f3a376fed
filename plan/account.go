package plan

// ServiceAccount is who the members' pods are to Kubernetes, and to a cloud that trusts Kubernetes.
type ServiceAccount struct {
	// Name is the account's; empty takes the cluster's name for one that the program makes, and the namespace's default otherwise.
	Name string
	// Create has the program make the account, with Annotations.
	Create      bool
	Annotations map[string]string
}

// AsksKubernetes says whether the members ask the Kubernetes API for each other.
func (p Plan) AsksKubernetes() bool { return p.Clustered() && p.Discovery.Type == "K8S" }

// MakesAccount says whether the program makes the members' account: where the stack wants one, and where members ask the Kubernetes API and
// the stack names none.
func (p Plan) MakesAccount() bool {
	return p.ServiceAccount.Create || p.AsksKubernetes() && p.ServiceAccount.Name == ""
}

// Account is the name of the members' account, empty for the namespace's default.
func (p Plan) Account() string {
	if p.ServiceAccount.Name == "" && p.MakesAccount() {
		return p.Name
	}
	return p.ServiceAccount.Name
}

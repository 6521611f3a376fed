package roll

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"neo4j-kubernetes/neo4j"
)

// The kubelet answers with status 200 and a sentence of its own where it has removed a container's log (seen on the box with Kubernetes
// 1.34, between two tries): that is no reason for which a member ended.
func TestALogThatIsGoneForAMomentIsAskedForAgain(t *testing.T) {
	asked := 0
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/api/v1/namespaces/db/pods/neo4j-1/log", r.URL.Path)
		if asked++; asked < 4 {
			_, _ = fmt.Fprint(w, "unable to retrieve container logs for containerd://31db17e2")
			return
		}
		_, _ = fmt.Fprintln(w, "Starting Neo4j.\nUnrecognized option: -XX:Nonsense\nError: Could not create the Java Virtual Machine.")
	}))
	defer api.Close()
	client, err := kubernetes.NewForConfig(&rest.Config{Host: api.URL})
	require.NoError(t, err)
	err = kubernetesPods{client, "db"}.lastWords(t.Context(), neo4j.Member{Name: "neo4j-1"}, pod{broken: ended})
	require.EqualError(t, err, "neo4j-1 does not come up: "+ended+"; its log says: Unrecognized option: -XX:Nonsense")
}

// What 2026.08.1 prints for a value that it refuses: the reason on one stream, the verdict on the other, in either order, one maybe late.
func TestAVerdictIsNotTheReason(t *testing.T) {
	const reason = "Error: Error evaluating value for setting 'db.transaction.timeout'. Missing numeric value"
	const verdict = "Configuration file validation failed."
	for name, logs := range map[string][]string{
		"reason first":  {"1 issue found.\n" + reason + "\n\nConfiguration contains errors. This validation can be performed again.\n" + verdict},
		"verdict first": {verdict + "\n1 issue found.\n" + reason},
		"reason late":   {verdict, verdict, verdict + "\n1 issue found.\n" + reason},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = fmt.Fprintln(w, logs[min(asked, len(logs)-1)])
				asked++
			}))
			defer api.Close()
			client, err := kubernetes.NewForConfig(&rest.Config{Host: api.URL})
			require.NoError(t, err)
			err = kubernetesPods{client, "db"}.lastWords(t.Context(), neo4j.Member{Name: "neo4j-1"}, pod{broken: ended})
			require.EqualError(t, err, "neo4j-1 does not come up: "+ended+"; its log says: "+reason)
		})
	}
	require.Equal(t, verdict, said([]byte(verdict+"\nRun with '--verbose' for more.")), "where nothing else is said")
}

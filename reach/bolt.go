package reach

import (
	"context"
	"crypto/tls"
	"errors"
	"time"

	driver "github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"
)

// boltRunner speaks direct Bolt to one member. A routing driver would ask for in-cluster addresses that nobody resolves here.
type boltRunner struct {
	driver driver.DriverWithContext
	user   string
}

// shown gives the driver a client's certificate.
type shown struct{ certificate *tls.Certificate }

func (s shown) GetCertificate() *tls.Certificate { return s.certificate }

func newBoltRunner(address string, as Login) (runner, error) {
	d, err := driver.NewDriverWithContext(as.scheme()+address, driver.BasicAuth(as.User, as.Password, ""), func(c *config.Config) {
		c.MaxConnectionPoolSize = 2
		c.SocketConnectTimeout = 5 * time.Second
		c.ConnectionAcquisitionTimeout = 10 * time.Second
		c.TelemetryDisabled = true
		c.UserAgent = "neo4jcheck"
		if as.Certificate != nil {
			c.ClientCertificateProvider = shown{as.Certificate}
		}
	})
	if err != nil {
		return nil, err
	}
	return boltRunner{d, as.User}, nil
}

func (b boltRunner) run(ctx context.Context, q Question) (Answer, error) {
	mode := driver.AccessModeRead
	if q.Write {
		mode = driver.AccessModeWrite
	}
	session := b.driver.NewSession(ctx, driver.SessionConfig{
		DatabaseName: q.Database, AccessMode: mode, Bookmarks: driver.BookmarksFromRawValues(q.After...),
	})
	defer func() { _ = session.Close(ctx) }()
	result, err := session.Run(ctx, q.Statement, q.Parameters)
	if err != nil {
		return Answer{}, b.plain(err)
	}
	a := Answer{}
	if a.Columns, err = result.Keys(); err != nil {
		return Answer{}, b.plain(err)
	}
	records, err := result.Collect(ctx)
	if err != nil {
		return Answer{}, b.plain(err)
	}
	for _, r := range records {
		a.Rows = append(a.Rows, r.Values)
	}
	a.Bookmarks = driver.BookmarksToRawValues(session.LastBookmarks())
	return a, nil
}

func (b boltRunner) plain(err error) error {
	var server *driver.Neo4jError
	if errors.As(err, &server) {
		return codeError(b.user, server.Code, server.Msg)
	}
	return err
}

func (b boltRunner) close(ctx context.Context) { _ = b.driver.Close(ctx) }

package box;

import org.neo4j.commandline.admin.RealOutsideWorld;
import org.neo4j.commandline.admin.security.SetInitialPasswordCommandProvider;
import org.neo4j.graphdb.facade.GraphDatabaseDependencies;
import org.neo4j.kernel.configuration.Config;
import org.neo4j.server.NeoServer;
import org.neo4j.server.ServerBootstrapper;
import org.neo4j.server.database.EnterpriseGraphFactory;
import org.neo4j.server.database.GraphFactory;
import org.neo4j.server.enterprise.OpenEnterpriseNeoServer;

/** Starts the Enterprise server; the release's own bootstrapper was never published. */
public final class Launch extends ServerBootstrapper {
    @Override
    protected GraphFactory createGraphFactory(Config config) {
        return new EnterpriseGraphFactory();
    }

    @Override
    protected NeoServer createNeoServer(GraphFactory factory, Config config, GraphDatabaseDependencies dependencies) {
        return new OpenEnterpriseNeoServer(config, factory, dependencies);
    }

    public static void main(String[] args) throws Exception {
        FirstPassword.set(new SetInitialPasswordCommandProvider()::create, new RealOutsideWorld());
        int status = ServerBootstrapper.start(new Launch(), args);
        if (status != 0) {
            System.exit(status);
        }
    }
}

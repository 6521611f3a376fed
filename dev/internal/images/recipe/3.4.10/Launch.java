package box;

import java.util.Collection;
import java.util.Collections;
import org.neo4j.commandline.admin.RealOutsideWorld;
import org.neo4j.commandline.admin.security.SetInitialPasswordCommandProvider;
import org.neo4j.kernel.GraphDatabaseDependencies;
import org.neo4j.kernel.configuration.Config;
import org.neo4j.kernel.configuration.ConfigurationValidator;
import org.neo4j.logging.LogProvider;
import org.neo4j.server.NeoServer;
import org.neo4j.server.ServerBootstrapper;
import org.neo4j.server.enterprise.OpenEnterpriseNeoServer;

/** Starts the Enterprise server; the release's own bootstrapper was never published. */
public final class Launch extends ServerBootstrapper {
    @Override
    protected NeoServer createNeoServer(Config config, GraphDatabaseDependencies dependencies, LogProvider logs) {
        return new OpenEnterpriseNeoServer(config, dependencies, logs);
    }

    @Override
    protected Collection<ConfigurationValidator> configurationValidators() {
        return Collections.emptyList();
    }

    public static void main(String[] args) throws Exception {
        FirstPassword.set(new SetInitialPasswordCommandProvider()::create, new RealOutsideWorld());
        int status = ServerBootstrapper.start(new Launch(), args);
        if (status != 0) {
            System.exit(status);
        }
    }
}

package box;

import org.neo4j.commandline.admin.RealOutsideWorld;
import org.neo4j.commandline.admin.security.SetInitialPasswordCommand;
import org.neo4j.server.enterprise.EnterpriseEntryPoint;

/** Starts the Enterprise server by its own entry point. */
public final class Launch {
    private Launch() {}

    public static void main(String[] args) throws Exception {
        FirstPassword.set(new SetInitialPasswordCommand.Provider()::create, new RealOutsideWorld());
        EnterpriseEntryPoint.main(args);
    }
}

package box;

import java.nio.file.Path;
import java.nio.file.Paths;
import org.neo4j.commandline.admin.AdminCommand;
import org.neo4j.commandline.admin.CommandFailed;
import org.neo4j.commandline.admin.OutsideWorld;

/**
 * Sets the first password inside the server's own process, before the server starts, as set-initial-password does. The official
 * images run that command with the password as an argument, where every process list shows it, and pay for a second JVM.
 */
final class FirstPassword {
    /** Makes the command; its factory is another class in every release. */
    interface Command {
        AdminCommand create(Path home, Path conf, OutsideWorld world);
    }

    private FirstPassword() {}

    static void set(Command command, OutsideWorld world) throws Exception {
        String password = System.getenv("BOX_FIRST_PASSWORD");
        if (password == null || password.isEmpty()) {
            return;
        }
        Path home = Paths.get(System.getenv("NEO4J_HOME"));
        try {
            command.create(home, home.resolve("conf"), world).execute(new String[] {password});
        } catch (CommandFailed e) {
            // A volume that has users already keeps them.
            System.out.println(e.getMessage());
        }
    }
}

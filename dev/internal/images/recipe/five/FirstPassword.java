package box;

import java.nio.file.Path;

/**
 * Sets the first password as neo4j-admin dbms set-initial-password does, but takes it from the environment. By reflection: the
 * releases' classes are of different Javas, and the one that compiles this need not be able to read them all.
 */
public final class FirstPassword {
    private FirstPassword() {}

    public static void main(String[] args) throws Exception {
        Path home = Path.of(System.getenv("NEO4J_HOME"));
        Class<?> context = Class.forName("org.neo4j.cli.ExecutionContext");
        Object command = Class.forName("org.neo4j.commandline.admin.security.SetInitialPasswordCommand")
            .getConstructor(context)
            .newInstance(context.getConstructor(Path.class, Path.class).newInstance(home, home.resolve("conf")));
        Class<?> line = Class.forName("picocli.CommandLine");
        String[] password = {System.getenv("BOX_FIRST_PASSWORD")};
        Object status = line.getMethod("execute", String[].class).invoke(line.getConstructor(Object.class).newInstance(command), (Object) password);
        System.exit((Integer) status);
    }
}

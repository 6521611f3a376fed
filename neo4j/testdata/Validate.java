import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Asks a server's own configuration classes of each line key=value of the standard input, and prints what they say, or ok. */
public class Validate {
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line;
        while ((line = in.readLine()) != null) {
            int at = line.indexOf('=');
            System.out.println(verdict(line.substring(0, at), line.substring(at + 1)));
        }
    }

    private static String verdict(String key, String value) {
        try {
            build(key, value);
            return "ok";
        } catch (Throwable e) {
            while (e.getCause() != null) {
                e = e.getCause();
            }
            return String.valueOf(e.getMessage()).replace('\n', ' ');
        }
    }

    private static void build(String key, String value) throws Exception {
        Map<String, String> settings = new HashMap<>();
        Class<?> config;
        try { // 4.0 and later
            config = Class.forName("org.neo4j.configuration.Config");
        } catch (ClassNotFoundException e) { // 3.x
            config = Class.forName("org.neo4j.kernel.configuration.Config");
            settings.put("dbms.config.strict_validation", "true");
            settings.put(key, value);
            Object builder = config.getMethod("builder").invoke(null);
            call(call(builder, "withSettings", settings), "build");
            return;
        }
        settings.put("server.config.strict_validation.enabled", "true");
        settings.put(key, value);
        Object builder = config.getMethod("newBuilder").invoke(null);
        call(call(builder, "setRaw", settings), "build");
    }

    private static Object call(Object on, String name, Object... arguments) throws Exception {
        for (Method method : on.getClass().getMethods()) {
            if (method.getName().equals(name) && method.getParameterCount() == arguments.length
                    && (arguments.length == 0 || method.getParameterTypes()[0].isInstance(arguments[0]))) {
                return method.invoke(on, arguments);
            }
        }
        throw new NoSuchMethodException(name);
    }
}

import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Prints every setting that a server's own configuration classes declare, and whether it is dynamic: name=true. The arguments, key=value,
 * are set, so that the settings of their groups are there.
 */
public class Dynamic {
    public static void main(String[] args) throws Exception {
        Map<String, String> settings = new HashMap<>();
        for (String arg : args) {
            settings.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
        }
        Map<String, Object> dynamic = new TreeMap<>();
        try { // 4.0 and later
            Class<?> config = Class.forName("org.neo4j.configuration.Config");
            Object builder = config.getMethod("newBuilder").invoke(null);
            builder.getClass().getMethod("setRaw", Map.class).invoke(builder, settings);
            Object built = builder.getClass().getMethod("build").invoke(builder);
            for (Map.Entry<?, ?> setting : ((Map<?, ?>) config.getMethod("getDeclaredSettings").invoke(built)).entrySet()) {
                dynamic.put((String) setting.getKey(), ask(setting.getValue()));
            }
        } catch (ClassNotFoundException e) { // 3.x
            Class<?> config = Class.forName("org.neo4j.kernel.configuration.Config");
            Object built = config.getMethod("defaults", Map.class).invoke(null, settings);
            for (Map.Entry<?, ?> setting : ((Map<?, ?>) config.getMethod("getConfigValues").invoke(built)).entrySet()) {
                dynamic.put((String) setting.getKey(), ask(setting.getValue()));
            }
        }
        dynamic.forEach((name, is) -> System.out.println(name + "=" + is));
    }

    private static Object ask(Object setting) throws Exception {
        for (Class<?> type = setting.getClass(); type != null; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                if (method.getName().equals("dynamic") && method.getParameterCount() == 0) {
                    method.setAccessible(true);
                    return method.invoke(setting);
                }
            }
        }
        throw new NoSuchMethodException(setting.getClass() + ".dynamic");
    }
}

package org.neo4j.bolt.v1.packstream.utf8;

/**
 * Stands before the server's own class of the name, which reads the char[] that Java 8 keeps in a String and whose failure on a
 * later Java the server does not survive. Without a public constructor the server takes its plain encoder instead.
 */
public final class SunMiscUTF8Encoder {
    private SunMiscUTF8Encoder() {}
}

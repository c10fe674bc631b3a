package dev.fanfara.auth;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What is kept of a secret to know it again. */
public final class Sha256 {
    private Sha256() {}

    public static byte[] of(byte[] secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}

package dev.fanfara.config;

import java.nio.file.Path;

/** Certificate chain and private key as PEM files. Immutable. */
public record TlsConfig(Path certificate, Path key) {}

package dev.fanfara.config;

/** A self-signed certificate for localhost, its key, and the key of somebody else; made for tests, trusted by no one. */
final class TestPem {
    static final String CERTIFICATE = """
            -----BEGIN CERTIFICATE-----
            MIIBfzCCASWgAwIBAgIUDjcWeV+0cCphqN7ld06ztE9ZNWowCgYIKoZIzj0EAwIw
            FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA4Mzg0NFoYDzIxMjYxMDI4
            MDgzODQ0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
            PQMBBwNCAARLZW+p8a8VG2pvn+fZGzezsspE1/g6LdBPUyhkPZFbM1AOEQbHzr0m
            y905QzRUa8LUts3R1MZ1pCTaIiw7RRfLo1MwUTAdBgNVHQ4EFgQUEOOHAmiwm046
            WbBVVUAzMi+cFywwHwYDVR0jBBgwFoAUEOOHAmiwm046WbBVVUAzMi+cFywwDwYD
            VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiByKDmClZl5lLFQXhsIkNvs
            090dlgjYOuuh4wW3Ti2S0QIhALf0N6SNN1u1H0v0bBRHmp29ZwFFSTt4t297uChX
            EoRp
            -----END CERTIFICATE-----
            """;

    static final String KEY = """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgqBwtQUgRBC/mSw/N
            9FIfK5Vhr/n9Pepuztp9P/4kqKyhRANCAARLZW+p8a8VG2pvn+fZGzezsspE1/g6
            LdBPUyhkPZFbM1AOEQbHzr0my905QzRUa8LUts3R1MZ1pCTaIiw7RRfL
            -----END PRIVATE KEY-----
            """;

    static final String OTHER_KEY = """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgB/dGDO8Pf/94V8KR
            aPjARAj3yvQxHmIM9ayWNr62rxOhRANCAAQ2mlPJ7KCBMbIRapDxyBgXn2pv0M18
            Ry6jZpxlqUUaABan1+sifEKVPD0XdXYT8fpSws5Qw0o+W+BPvFsido+l
            -----END PRIVATE KEY-----
            """;

    private TestPem() {}
}

package dev.fanfara.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.protocol.RoomPattern;
import dev.fanfara.protocol.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigRulesTest {
    private static final String EC_PEM = "-----BEGIN PUBLIC KEY-----\\n"
            + "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9\\n"
            + "q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==\\n-----END PUBLIC KEY-----";
    private static final String ED_PEM = PemKey.EXAMPLE.replace("\n", "\\n");
    private static final String HMAC = "'secret':'" + ConfigFixture.SECRET + "'";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {'connections':{'heartbeat':25}}        | /connections/heartbeat: expected a duration from 100ms to 1h, such as "25s" (ms, s, m, h, d), got 25 (fanfara.json:1); did you mean "25s"?
                    {'connections':{'heartbeat':25000}}     | /connections/heartbeat: expected a duration from 100ms to 1h, such as "25s" (ms, s, m, h, d), got 25000 (fanfara.json:1); did you mean "25000ms"?
                    {'connections':{'heartbeat':'25 sec'}}  | /connections/heartbeat: expected a duration from 100ms to 1h, such as "25s" (ms, s, m, h, d), got "25 sec" (fanfara.json:1); did you mean "25s"?
                    {'connections':{'heartbeat':'2h'}}      | /connections/heartbeat: expected a duration from 100ms to 1h, such as "25s" (ms, s, m, h, d), got "2h" (fanfara.json:1)
                    {'connections':{'maxMessageSize':65536}}| /connections/maxMessageSize: expected a size from 64B to 64MiB, such as "64KiB" (B, KiB, MiB, GiB), got 65536 (fanfara.json:1); did you mean "64KiB"?
                    {'connections':{'maxMessageSize':'64k'}}| /connections/maxMessageSize: expected a size from 64B to 64MiB, such as "64KiB" (B, KiB, MiB, GiB), got "64k" (fanfara.json:1); did you mean "64KiB"?
                    {'connections':{'maxMessageSize':'9GiB'}}| /connections/maxMessageSize: expected a size from 64B to 64MiB, such as "64KiB" (B, KiB, MiB, GiB), got "9GiB" (fanfara.json:1)
                    {'limits':{'messages':600}}             | /limits/messages: expected a rate such as "600/1m": at least one event in 1ms to 1d, got 600 (fanfara.json:1); did you mean "600/1m"?
                    {'limits':{'messages':'600/m'}}         | /limits/messages: expected a rate such as "600/1m": at least one event in 1ms to 1d, got "600/m" (fanfara.json:1); did you mean "600/1m"?
                    {'limits':{'messages':'0/1m'}}          | /limits/messages: expected a rate such as "600/1m": at least one event in 1ms to 1d, got "0/1m" (fanfara.json:1)
                    {'limits':{'roomsPerNode':0}}           | /limits/roomsPerNode: expected a whole number from 1 to 10000000, got 0 (fanfara.json:1)
                    {'limits':{'roomsPerNode':1.5}}         | /limits/roomsPerNode: expected a whole number from 1 to 10000000, got 1.5 (fanfara.json:1)
                    {'limits':{'outboundPerNode':25}}       | /limits/outboundPerNode: expected a share of the memory from 1% to 100%, such as "25%", or a size of at least 1MiB, such as "256MiB" (B, KiB, MiB, GiB), got 25 (fanfara.json:1); did you mean "25%"?
                    {'limits':{'outboundPerNode':268435456}}   | /limits/outboundPerNode: expected a share of the memory from 1% to 100%, such as "25%", or a size of at least 1MiB, such as "256MiB" (B, KiB, MiB, GiB), got 268435456 (fanfara.json:1); did you mean "262144KiB"?
                    {'limits':{'outboundPerNode':0.25}}     | /limits/outboundPerNode: expected a share of the memory from 1% to 100%, such as "25%", or a size of at least 1MiB, such as "256MiB" (B, KiB, MiB, GiB), got 0.25 (fanfara.json:1); did you mean "25%"?
                    {'limits':{'outboundPerNode':'25'}}     | /limits/outboundPerNode: expected a share of the memory from 1% to 100%, such as "25%", or a size of at least 1MiB, such as "256MiB" (B, KiB, MiB, GiB), got "25" (fanfara.json:1); did you mean "25%"?
                    {'limits':{'outboundPerNode':'0%'}}     | /limits/outboundPerNode: expected a share of the memory from 1% to 100%, such as "25%", or a size of at least 1MiB, such as "256MiB" (B, KiB, MiB, GiB), got "0%" (fanfara.json:1)
                    {'limits':{'outboundPerNode':'101%'}}   | /limits/outboundPerNode: expected a share of the memory from 1% to 100%, such as "25%", or a size of at least 1MiB, such as "256MiB" (B, KiB, MiB, GiB), got "101%" (fanfara.json:1)
                    {'limits':{'outboundPerNode':'1.5%'}}   | /limits/outboundPerNode: expected a share of the memory from 1% to 100%, such as "25%", or a size of at least 1MiB, such as "256MiB" (B, KiB, MiB, GiB), got "1.5%" (fanfara.json:1)
                    {'limits':{'outboundPerNode':'256MB'}}  | /limits/outboundPerNode: expected a share of the memory from 1% to 100%, such as "25%", or a size of at least 1MiB, such as "256MiB" (B, KiB, MiB, GiB), got "256MB" (fanfara.json:1); did you mean "256MiB"?
                    {'limits':{'outboundPerNode':'1KiB'}}   | /limits/outboundPerNode: expected a share of the memory from 1% to 100%, such as "25%", or a size of at least 1MiB, such as "256MiB" (B, KiB, MiB, GiB), got "1KiB" (fanfara.json:1)
                    {'limits':{'outboundPerNode':'a lot'}}  | /limits/outboundPerNode: expected a share of the memory from 1% to 100%, such as "25%", or a size of at least 1MiB, such as "256MiB" (B, KiB, MiB, GiB), got "a lot" (fanfara.json:1)
                    {'connections':{'heartbeat':'5s','heartbeatTimeout':'6s'}} | /connections/heartbeatTimeout: expected at most heartbeat, which is 5s, got "6s" (fanfara.json:1)
                    {'connections':{'maxMessageSize':'2MiB'}} | /connections/outboundBudget: expected at least maxMessageSize, or a message of that size could reach no one, got "1MiB" (the default) (fanfara.json:1)
                    {'server':{'port':65536}}               | /server/port: expected a whole number from 0 to 65535, got 65536 (fanfara.json:1)
                    {'server':{'port':9090}}                | /management/port: expected another port than server.port, or 0, got 9090 (the default) (fanfara.json:1)
                    {'server':{'host':'localhost:8080'}}    | /server/host: expected a host name or address, without port, got "localhost:8080" (fanfara.json:1); did you mean "localhost"?
                    {'server':{'transport':'iouring'}}      | /server/transport: expected one of auto, io_uring, epoll, nio, got "iouring" (fanfara.json:1); did you mean "io_uring"?
                    {'server':{'allowedOrigins':['dash.example.com']}} | /server/allowedOrigins/0: expected an origin such as "https://dash.example.com", or "*" alone, got "dash.example.com" (fanfara.json:1); did you mean "https://dash.example.com"?
                    {'server':{'allowedOrigins':['https://a.example/']}} | /server/allowedOrigins/0: expected an origin such as "https://dash.example.com", or "*" alone, got "https://a.example/" (fanfara.json:1); did you mean "https://a.example"?
                    {'server':{'allowedOrigins':['*','https://a.example']}} | /server/allowedOrigins: expected "*" alone, or origins without it, got ["*","https://a.example"] (fanfara.json:1)
                    {'server':{'trustedProxies':['10.0.0.0/33']}} | /server/trustedProxies/0: expected an address or a block of addresses such as "10.0.0.0/8", got "10.0.0.0/33" (fanfara.json:1)
                    {'server':{'prot':1}}                   | /server/prot: expected one of allowedOrigins, compression, eventLoops, host, port, tls, transport, trustedProxies, got the unknown key "prot" (fanfara.json:1); did you mean "port"?
                    {'server':{'tls':{'certificate':'no.crt','key':'no.key'}}} | /server/tls/certificate: expected a readable file no.crt (there is none), got "no.crt" (fanfara.json:1)
                    {'auth':{'required':true}}              | /auth/required: expected a key in auth.keys or auth.apiKeys when it is true, for nobody could enter, got true (fanfara.json:1)
                    {'cluster':{'host':'0.0.0.0'}}          | /cluster/host: expected the address at which other members reach this node; a wildcard is none, got "0.0.0.0" (fanfara.json:1)
                    {'cluster':{'host':'::'}}               | /cluster/host: expected the address at which other members reach this node; a wildcard is none, got "::" (fanfara.json:1)
                    {'cluster':{'minimumSize':0}}           | /cluster/minimumSize: expected a whole number from 1 to 100, got 0 (fanfara.json:1)
                    {'cluster':{'enabled':true,'discovery':{'members':[]}}} | /cluster/discovery/members: expected at least one member when the type is members, got a list of 0 (fanfara.json:1)
                    {'cluster':{'discovery':{'members':['10.0.0.5:0']}}} | /cluster/discovery/members/0: expected host:port of a member, such as "10.0.0.5:5701", got "10.0.0.5:0" (fanfara.json:1)
                    {'cluster':{'discovery':{'type':'dns'}}} | /cluster/discovery/service: expected the DNS name of a headless service when the type is dns, got nothing (fanfara.json:1)
                    {'cluster':{'enabled':true,'port':8080}} | /cluster/port: expected another port than server.port and management.port, or 0, got 8080 (fanfara.json:1)
                    {'cluster':{'enabled':true,'eventBusPort':5701}} | /cluster/eventBusPort: expected another port than server.port, management.port and cluster.port, or 0, got 5701 (fanfara.json:1)
                    {'rooms':[{'match':'a:**:b'}]}          | /rooms/0/match: expected a room pattern such as "dash:*" or "dash:**" (** only as the last segment), got "a:**:b" (fanfara.json:1)
                    {'rooms':[{'mode':'plain'}]}            | /rooms/0/match: expected a room pattern such as "dash:*" or "dash:**" (** only as the last segment), got nothing (fanfara.json:1)
                    {'rooms':[{'match':'a'},{'match':'a'}]} | /rooms/1/match: expected another value than that of rooms/0/match, got "a" (fanfara.json:1)
                    {'rooms':[{'match':'a','mode':'stat'}]} | /rooms/0/mode: expected one of plain, log, state, got "stat" (fanfara.json:1); did you mean "state"?
                    {'rooms':[{'match':'a','history':{}}]}  | /rooms/0/history: expected no such key unless mode is log or state: a plain room keeps nothing, got an object (fanfara.json:1)
                    {'rooms':[{'match':'a','mode':'log','state':{}}]} | /rooms/0/state: expected no such key unless mode is state: this room keeps none, got an object (fanfara.json:1)
                    {'rooms':[{'match':'a','mode':'log','maxRate':20}]} | /rooms/0/maxRate: expected no such key unless mode is state: messages cannot be merged, got 20 (fanfara.json:1)
                    {'rooms':[{'match':'a','mode':'log','slow':'conflate'}]} | /rooms/0/slow: expected close unless mode is state: messages cannot be merged, got "conflate" (fanfara.json:1)
                    {'rooms':[{'match':'a','mode':'log','slow':'drop'}]} | /rooms/0/slow: expected one of conflate, close, got "drop" (fanfara.json:1)
                    {'rooms':[{'match':'a','mode':'log','history':{'size':0}}]} | /rooms/0/history/size: expected a whole number from 1 to 100000, got 0 (fanfara.json:1)
                    {'rooms':[{'match':'a','mode':'log','history':{'ttl':'25h'}}]} | /rooms/0/history/ttl: expected a duration from 1s to 24h, such as "25s" (ms, s, m, h, d), got "25h" (fanfara.json:1)
                    {'rooms':[{'match':'a','mode':'log','history':{'bytes':'5MiB'}}]} | /rooms/0/history/bytes: expected a size from 1KiB to 4MiB, such as "64KiB" (B, KiB, MiB, GiB), got "5MiB" (fanfara.json:1)
                    {'rooms':[{'match':'a','mode':'state','state':{'bytes':'1B'}}]} | /rooms/0/state/bytes: expected a size from 1KiB to 4MiB, such as "64KiB" (B, KiB, MiB, GiB), got "1B" (fanfara.json:1)
                    {'rooms':[{'match':'a','mode':'state','maxRate':0}]} | /rooms/0/maxRate: expected a whole number from 1 to 1000, got 0 (fanfara.json:1)
                    {'rooms':[{'match':'a','join':'everyone'}]} | /rooms/0/join: expected one of anyone, user, token, api, nobody, got "everyone" (fanfara.json:1)
                    {'rooms':[{'match':'a','join':'tokn'}]} | /rooms/0/join: expected one of anyone, user, token, api, nobody, got "tokn" (fanfara.json:1); did you mean "token"?
                    {'routes':[{'path':'app','upstreams':['http://a']}]} | /routes/0/path: expected a path such as "/app/users" or "/app/**", without query, escapes, empty or dot segments, got "app" (fanfara.json:1)
                    {'routes':[{'path':'/a/*','upstreams':['http://a']}]} | /routes/0/path: expected a path such as "/app/users" or "/app/**", without query, escapes, empty or dot segments, got "/a/*" (fanfara.json:1)
                    {'routes':[{'path':'/a/../b','upstreams':['http://a']}]} | /routes/0/path: expected a path such as "/app/users" or "/app/**", without query, escapes, empty or dot segments, got "/a/../b" (fanfara.json:1)
                    {'routes':[{'path':'/api/v2/**','upstreams':['http://a']}]} | /routes/0/path: expected a path that the gateway does not serve itself (/, /ws, /sse, /echo, /client, /socket.io, /api), got "/api/v2/**" (fanfara.json:1)
                    {'routes':[{'path':'/','upstreams':['http://a']}]} | /routes/0/path: expected a path that the gateway does not serve itself (/, /ws, /sse, /echo, /client, /socket.io, /api), got "/" (fanfara.json:1)
                    {'routes':[{'path':'/a','upstreams':[]}]} | /routes/0/upstreams: expected at least one of: an origin such as "http://127.0.0.1:3000", without path, got an empty list (fanfara.json:1)
                    {'routes':[{'path':'/a','upstreams':['http://a/b']}]} | /routes/0/upstreams/0: expected an origin such as "http://127.0.0.1:3000", without path, got "http://a/b" (fanfara.json:1); did you mean "http://a"?
                    {'routes':[{'path':'/a','upstreams':['http://a']},{'path':'/a','upstreams':['http://b']}]} | /routes/1/path: expected another value than that of routes/0/path, got "/a" (fanfara.json:1)
                    {'routes':[{'path':'/a','upstreams':['http://a'],'auth':'require'}]} | /routes/0/auth: expected one of none, optional, required, got "require" (fanfara.json:1); did you mean "required"?
                    {'routes':[{'path':'/a','upstreams':['http://a'],'stripPrefix':true}]} | /routes/0/stripPrefix: expected false unless the path ends in /**, got true (fanfara.json:1)
                    {'socketio':{'namespaces':['chat']}}    | /socketio/namespaces/0: expected a name that begins with "/", without commas, question marks and blanks, got "chat" (fanfara.json:1)
                    {'socketio':{'pingInterval':'1ms'}}     | /socketio/pingInterval: expected a duration from 100ms to 1h, such as "25s" (ms, s, m, h, d), got "1ms" (fanfara.json:1)
                    {'drain':'20s'}                         | /drain: expected an object, got a text of 3 characters (fanfara.json:1)
                    """)
    void mistakeNamesPlaceAndRemedy(String file, String mistake) {
        assertThat(new ConfigFixture(folder).file(file).mistakes())
                .first()
                .asString()
                .isEqualTo(mistake);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {'algorithms':['HS256'],'secret':'short'} | /auth/keys/0/secret: expected a secret of at least 32 bytes, got a text of 5 characters
                    {'algorithms':['HS256']}                  | /auth/keys/0: expected exactly one of secret, pem, jwks, got none of them
                    {'algorithms':['RS256'],'jwks':'https://a/b','secret':'0123456789abcdef0123456789abcdef'} | /auth/keys/0: expected exactly one of secret, pem, jwks, got secret and jwks
                    {'algorithms':['RS256'],'secret':'0123456789abcdef0123456789abcdef'} | /auth/keys/0/algorithms: expected HS256, HS384 or HS512 with a secret, got ["RS256"]
                    {'algorithms':['HS256'],'jwks':'https://a/b'} | /auth/keys/0/algorithms: expected RS…, ES… or EdDSA with pem or jwks; HS… needs a secret, got ["HS256"]
                    {'algorithms':['HS255'],'jwks':'https://a/b'} | /auth/keys/0/algorithms/0: expected one of HS256, HS384, HS512, RS256, RS384, RS512, ES256, ES384, EdDSA, got "HS255"; did you mean "HS256"?
                    {'algorithms':['none'],'jwks':'https://a/b'}  | /auth/keys/0/algorithms/0: expected one of HS256, HS384, HS512, RS256, RS384, RS512, ES256, ES384, EdDSA, got "none"
                    {'algorithms':[],'jwks':'https://a/b'}    | /auth/keys/0/algorithms: expected at least one of: one of HS256, HS384, HS512, RS256, RS384, RS512, ES256, ES384, EdDSA, got an empty list
                    {'algorithms':['RS256'],'jwks':'http://idp/jwks'} | /auth/keys/0/jwks: expected an https URL, or http on loopback, got "http://idp/jwks"
                    {'algorithms':['RS256'],'pem':'idp.pem'}  | /auth/keys/0/pem: expected a public key or certificate in PEM (-----BEGIN PUBLIC KEY-----), got a text of 7 characters
                    """)
    void keyIsBoundToWhatItIs(String key, String mistake) {
        List<String> mistakes =
                new ConfigFixture(folder).file(ConfigFixture.keys(key)).mistakes();

        assertThat(mistakes).hasSize(1);
        assertThat(mistakes.get(0).replace(" (fanfara.json:1)", "")).isEqualTo(mistake);
    }

    @Test
    void algorithmMustFitTheKeyInPem() {
        assertThat(new ConfigFixture(folder)
                        .file(ConfigFixture.keys(
                                "{'algorithms':['ES384'],'pem':'" + EC_PEM + "'}",
                                "{'algorithms':['ES256'],'pem':'" + EC_PEM + "'}",
                                "{'algorithms':['EdDSA'],'pem':'" + ED_PEM + "'}",
                                "{'algorithms':['RS256'],'pem':'" + ED_PEM + "'}"))
                        .mistakes())
                .containsExactly(
                        "/auth/keys/0/algorithms: expected algorithms of the key in pem, which is EC with 256 bits,"
                                + " got [\"ES384\"] (fanfara.json:1)",
                        "/auth/keys/3/algorithms: expected algorithms of the key in pem, which is Ed25519,"
                                + " got [\"RS256\"] (fanfara.json:1)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://idp.example.com/jwks.json",
                "http://localhost:9000/jwks",
                "http://127.0.0.1/jwks",
                "http://[::1]:81/jwks"
            })
    void keySetComesOverAWayNobodyCanTamperWith(String url) {
        assertThat(new ConfigFixture(folder)
                        .file(ConfigFixture.keys("{'algorithms':['ES256'],'jwks':'" + url + "'}"))
                        .mistakes())
                .isEmpty();
    }

    @Test
    void certificateAndKeyBelongTogether() {
        String tls = "{'server':{'tls':{'certificate':'a.crt','key':'a.key'}}}";
        ConfigFixture fixture = new ConfigFixture(folder)
                .write("a.crt", TestPem.CERTIFICATE)
                .write("a.key", TestPem.KEY)
                .file(tls);
        assertThat(fixture.mistakes()).isEmpty();
        assertThat(fixture.write("a.key", TestPem.CERTIFICATE + TestPem.KEY).mistakes())
                .isEmpty();

        assertThat(fixture.write("a.key", TestPem.OTHER_KEY).mistakes())
                .containsExactly("/server/tls/key: expected the private key of the certificate, got \"a.key\""
                        + " (fanfara.json:1)");
        assertThat(fixture.write("a.crt", TestPem.KEY)
                        .write("a.key", TestPem.CERTIFICATE)
                        .mistakes())
                .containsExactly(
                        "/server/tls/certificate: expected a file with a certificate in PEM"
                                + " (-----BEGIN CERTIFICATE-----), got \"a.crt\" (fanfara.json:1)",
                        "/server/tls/key: expected a file with a private key in PEM (-----BEGIN PRIVATE KEY-----),"
                                + " without password, got \"a.key\" (fanfara.json:1)");
    }

    @Test
    void namesAndKeysOccurOnce() {
        String key = "{'id':'k1','algorithms':['HS256']," + HMAC + "}";
        assertThat(new ConfigFixture(folder)
                        .file("{'auth':{'keys':[" + key + "," + key + "],'apiKeys':["
                                + "{'name':'a','key':'0123456789abcdef','scope':'publish'},"
                                + "{'name':'a','key':'0123456789abcdef','scope':'publish'}]}}")
                        .mistakes())
                .containsExactly(
                        "/auth/keys/1/id: expected another value than that of keys/0/id, got \"k1\" (fanfara.json:1)",
                        "/auth/apiKeys/1/name: expected another value than that of apiKeys/0/name, got \"a\""
                                + " (fanfara.json:1)",
                        "/auth/apiKeys/1/key: expected another value than that of apiKeys/0/key,"
                                + " got a text of 16 characters (fanfara.json:1)");
    }

    @Test
    void apiKeyIsRead() {
        assertThat(new ConfigFixture(folder)
                        .file("{'auth':{'apiKeys':[{'name':'a','key':'0123456789abcdef','scope':'publish admin',"
                                + "'rooms':['dash:*']}]}}")
                        .config()
                        .auth()
                        .apiKeys())
                .containsExactly(new ApiKeyConfig(
                        "a",
                        "0123456789abcdef",
                        Set.of(Scope.PUBLISH, Scope.ADMIN),
                        List.of(new RoomPattern("dash:*"))));
    }

    @Test
    void wrongApiKeyIsExplained() {
        assertThat(new ConfigFixture(folder)
                        .file("{'auth':{'apiKeys':[{'key':'short','scope':'publish, admin','rooms':['a b']}]}}")
                        .mistakes())
                .containsExactly(
                        "/auth/apiKeys/0/name: expected a name for logs, got nothing (fanfara.json:1)",
                        "/auth/apiKeys/0/key: expected a key of at least 16 characters, got a text of 5 characters"
                                + " (fanfara.json:1)",
                        "/auth/apiKeys/0/scope: expected words of publish, broadcast, private, admin, parted by a space,"
                                + " got \"publish, admin\" (fanfara.json:1)",
                        "/auth/apiKeys/0/rooms/0: expected a room pattern such as \"dash:*\" or \"dash:**\""
                                + " (** only as the last segment), got \"a b\" (fanfara.json:1)");
    }

    @Test
    void originsAreSpelledAsBrowsersSendThem() {
        assertThat(new ConfigFixture(folder)
                        .file(
                                "{'server':{'allowedOrigins':['HTTPS://Dash.Example.com:443','http://a:80','http://a:8080']}}")
                        .config()
                        .server()
                        .allowedOrigins())
                .containsExactly("https://dash.example.com", "http://a", "http://a:8080");
    }

    @Test
    void unitsAreRead() {
        GatewayConfig config = new ConfigFixture(folder)
                .file("{'connections':{'heartbeat':'2m','heartbeatTimeout':'1500ms','maxMessageSize':'512B',"
                        + "'outboundBudget':'1GiB'},'limits':{'messages':'7/1d'},'drain':{'window':'1h'}}")
                .config();

        assertThat(config.connections())
                .isEqualTo(new ConnectionsConfig(Duration.ofMinutes(2), Duration.ofMillis(1500), 512, 1 << 30));
        assertThat(config.limits().messages()).isEqualTo(new Rate(7, Duration.ofDays(1)));
        assertThat(config.drain().window()).isEqualTo(Duration.ofHours(1));
    }

    @ParameterizedTest
    @CsvSource({"1%,0.01", "25%,0.25", "100%,1"})
    void aShareIsOneOfTheMemoryTheProcessMayUse(String share, double part) {
        assertThat(outboundPerNode(share))
                .isCloseTo((long) (part * Runtime.getRuntime().maxMemory()), Offset.offset(100L));
    }

    @ParameterizedTest
    @CsvSource({"1MiB,1048576", "256MiB,268435456", "3GiB,3221225472"})
    void memoryMayBeWrittenAsASize(String size, long bytes) {
        assertThat(outboundPerNode(size)).isEqualTo(bytes);
    }

    private long outboundPerNode(String written) {
        return new ConfigFixture(folder)
                .file("{'limits':{'outboundPerNode':'" + written + "'}}")
                .config()
                .limits()
                .outboundPerNode();
    }

    @Test
    void portZeroMayStandTwice() {
        assertThat(new ConfigFixture(folder)
                        .file("{'server':{'port':0},'management':{'port':0}}")
                        .mistakes())
                .isEmpty();
    }

    @Test
    void brokenFileIsNamedWithLineAndColumn() {
        assertThat(new ConfigFixture(folder).file("{\n  'server': {\n}").mistakes())
                .containsExactly(
                        "fanfara.json:3:2: expected JSON: Unexpected end-of-input: expected close marker for Object");
        assertThat(new ConfigFixture(folder).file("[]").mistakes())
                .containsExactly("fanfara.json:1:1: expected a JSON object, got a list");
        assertThat(new ConfigFixture(folder).file("").mistakes())
                .containsExactly("fanfara.json:1:1: expected JSON, got an empty text");
    }

    @Test
    void messageListsAllMistakesOneALine() {
        assertThat(new ConfigFixture(folder)
                        .file("{'server':{'port':'a','hots':''}}")
                        .rejection())
                .hasMessage(folder + "/fanfara.json: 2 mistakes\n"
                        + "  /server/port: expected a whole number from 0 to 65535, got \"a\" (" + folder
                        + "/fanfara.json:1)\n"
                        + "  /server/hots: expected one of allowedOrigins, compression, eventLoops, host, port, tls,"
                        + " transport, trustedProxies, got the unknown key \"hots\" (" + folder
                        + "/fanfara.json:1); did you mean \"host\"?");
    }

    @Test
    void whatIsAllowedButDangerousIsAWarning() throws Exception {
        ConfigFixture fixture = new ConfigFixture(folder)
                .write("token", "0123456789abcdef")
                .write("tls.crt", TestPem.CERTIFICATE)
                .write("tls.key", TestPem.KEY)
                .file("{'server':{'host':'0.0.0.0','tls':{'certificate':'tls.crt','key':'tls.key'}},"
                        + "'management':{'adminToken':'${file:token}'},'rooms':[{'match':'**'},{'match':'a'}]}");
        for (String file : List.of("token", "tls.crt", "tls.key")) {
            Files.setPosixFilePermissions(folder.resolve(file), PosixFilePermissions.fromString("rw-r--r--"));
        }

        String open = ": every user of this machine can read " + folder + "/";
        assertThat(fixture.load().warnings())
                .containsExactly(
                        "/server/tls/key" + open + "tls.key; take the right away (chmod o-r)",
                        "/management/adminToken" + open + "token; take the right away (chmod o-r)",
                        "/rooms/1: never used: rooms/0 matches every room before",
                        "/auth/required: is false and server.host is no loopback address: whoever reaches it may enter");
        assertThat(new ConfigFixture(folder)
                        .file("{'management':{'host':'10.0.0.5'}}")
                        .load()
                        .warnings())
                .containsExactly("/management/adminToken: is not set and management.host is no loopback address:"
                        + " /admin/ answers 403");
        assertThat(new ConfigFixture(folder)
                        .file("{'management':{'adminToken':'short'}}")
                        .load()
                        .warnings())
                .containsExactly("/management/adminToken: shorter than 16 characters can be guessed");
    }

    @Test
    void schemaKeyIsForEditors() {
        assertThat(new ConfigFixture(folder)
                        .file("{'$schema':'./fanfara.schema.json'}")
                        .mistakes())
                .isEmpty();
    }
}

package dev.fanfara.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema is judged by another implementation than ours: what editors say must be what the gateway does. */
class ConfigSchemaTest {
    private static final Validator VALIDATOR = Validator.create(
            JsonSchema.of(ConfigSchema.schema()),
            new JsonSchemaOptions().setDraft(Draft.DRAFT7).setBaseUri("https://fanfara.dev/"));

    @TempDir
    private Path folder;

    @Test
    void publishedSchemaIsTheOneInForce() throws IOException {
        assertThat(Files.readString(Path.of("conf/fanfara.schema.json")).strip())
                .as("stale; renew it with: java -jar target/fanfara.jar schema > conf/fanfara.schema.json")
                .isEqualTo(ConfigSchema.schema().encodePrettily().strip());
    }

    @Test
    void defaultsFollowTheSchema() {
        assertThat(validate(ConfigSchema.defaults()).getValid()).isTrue();
    }

    @Test
    void developmentFileIsValidAndSpellsOutTheDefaults() throws IOException {
        Path file = Path.of("conf/fanfara.json");
        GatewayConfig defaults = new ConfigFixture(folder).config();

        assertThat(validate(new JsonObject(Files.readString(file))).getValid()).isTrue();
        assertThat(new ConfigFixture(folder).file(Files.readString(file)).load().config())
                .isEqualTo(defaults);
    }

    @Test
    void productionExampleIsValidOnceItsSecretsAreThere() throws IOException {
        String example = Files.readString(Path.of("conf/production.example.json"));
        assertThat(validate(new JsonObject(example)).getValid()).isTrue();

        ConfigFixture fixture = new ConfigFixture(folder)
                .write("admin-token", "an admin token of some length")
                .write("jwt-secret", ConfigFixture.SECRET)
                .write("partner.pem", PemKey.EXAMPLE)
                .write("pricing-api-key", "pricing-0123456789")
                .write("operations-api-key", "operations-0123456789")
                .write("tls.crt", TestPem.CERTIFICATE)
                .write("tls.key", TestPem.KEY)
                .env("POD_IP", "10.0.0.5")
                .file(example.replace("/run/secrets", folder.toString()));

        assertThat(fixture.mistakes()).isEmpty();
        assertThat(fixture.config().auth().keys()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'server':{'port':'${env:PORT}','trustedProxies':['${env:PROXIES}']},'demo':'${env:DEMO}'}",
                "{'server':{'tls':null},'management':{'adminToken':null,'tls':null},'auth':{'issuer':null}}",
                "{'auth':{'keys':[{'algorithms':['HS256'],'secret':'${env:SECRET}','pem':null}]}}",
                "{'rooms':[{'match':'**'},{'match':'a:*:**','join':null},{'match':':'},{'match':'*'}]}",
                "{'server':{'trustedProxies':['::ffff:10.0.0.0/104','fd00::/8'],'allowedOrigins':['*']}}",
                "{'cluster':{'discovery':{'members':['[::1]:5701','a-b_c.d']}}}",
                "{'rooms':[{'match':'a','mode':'log','history':{'size':100000,'ttl':'24h','bytes':'4MiB'},'slow':'close'}]}",
                "{'rooms':[{'match':'a','mode':'state','history':{},'state':{'bytes':'1KiB'},'maxRate':1,'slow':'conflate'}]}",
                "{'rooms':[{'match':'a','slow':null,'maxRate':null}]}",
                "{'routes':[]}",
                "{'routes':[{'path':'/**','upstreams':['http://a:3000','https://b'],'auth':'optional','timeout':'1m','maxBody':'0B',"
                        + "'stripPrefix':true,'passHost':false,'maxConcurrent':9,'health':{'path':'/up?a=1','interval':'1s'},'ca':null}]}",
                "{'limits':{'outboundPerNode':'100%'}}",
                "{'limits':{'outboundPerNode':'256MiB'}}"
            })
    void rightOnesPassInBoth(String file) {
        ConfigFixture fixture = new ConfigFixture(folder)
                .env("PORT", "8081")
                .env("PROXIES", "10.0.0.0/8")
                .env("DEMO", "true")
                .env("SECRET", ConfigFixture.SECRET)
                .file(file);

        assertThat(validate(new JsonObject(file.replace('\'', '"'))).getValid()).isTrue();
        assertThat(fixture.mistakes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'serverr':{}}",
                "{'routes':[{'path':'app','upstreams':['http://a']}]}",
                "{'routes':[{'path':'/app/**','upstreams':['http://a/b']}]}",
                "{'routes':[{'path':'/app/**'}]}",
                "{'server':[]}",
                "{'server':null}",
                "{'server':{'port':'8080'}}",
                "{'server':{'port':65536}}",
                "{'server':{'port':-1}}",
                "{'server':{'port':1.5}}",
                "{'server':{'port':null}}",
                "{'server':{'host':'http://a'}}",
                "{'server':{'transport':'kqueue'}}",
                "{'server':{'allowedOrigins':'*'}}",
                "{'server':{'allowedOrigins':['a.example']}}",
                "{'server':{'trustedProxies':['localhost']}}",
                "{'server':{'tls':{'certificate':'a'}}}",
                "{'demo':1}",
                "{'demo':'yes'}",
                "{'management':{'adminToken':''}}",
                "{'auth':{'leeway':30}}",
                "{'auth':{'leeway':'30'}}",
                "{'auth':{'leeway':'30 s'}}",
                "{'auth':{'keys':[{'secret':'0123456789abcdef0123456789abcdef'}]}}",
                "{'auth':{'keys':[{'algorithms':[],'jwks':'https://a'}]}}",
                "{'auth':{'keys':[{'algorithms':['none'],'jwks':'https://a'}]}}",
                "{'auth':{'keys':[{'algorithms':['HS256']}]}}",
                "{'auth':{'keys':[{'algorithms':['RS256'],'jwks':'https://a','pem':'x'}]}}",
                "{'auth':{'keys':[{'algorithms':['RS256'],'jwks':'ftp://a'}]}}",
                "{'auth':{'apiKeys':[{'name':'a','key':'0123456789abcdef'}]}}",
                "{'auth':{'apiKeys':[{'name':'a','key':'0123456789abcdef','scope':'write'}]}}",
                "{'cluster':{'backups':7}}",
                "{'cluster':{'minimumSize':0}}",
                "{'cluster':{'discovery':{'type':'gossip'}}}",
                "{'connections':{'maxMessageSize':65536}}",
                "{'connections':{'maxMessageSize':'64KB'}}",
                "{'limits':{'messages':600}}",
                "{'limits':{'outboundPerNode':25}}",
                "{'limits':{'outboundPerNode':'0%'}}",
                "{'limits':{'outboundPerNode':'101%'}}",
                "{'limits':{'outboundPerNode':'25'}}",
                "{'limits':{'messages':'600'}}",
                "{'limits':{'messages':'0/1m'}}",
                "{'limits':{'roomsPerNode':0}}",
                "{'rooms':{}}",
                "{'rooms':[{}]}",
                "{'rooms':[{'match':''}]}",
                "{'rooms':[{'match':'**:a'}]}",
                "{'rooms':[{'match':'a','mode':'stat'}]}",
                "{'rooms':[{'match':'a','mode':'log','history':{'size':0}}]}",
                "{'rooms':[{'match':'a','mode':'log','history':{'bytes':1024}}]}",
                "{'rooms':[{'match':'a','mode':'log','history':{'age':'1m'}}]}",
                "{'rooms':[{'match':'a','mode':'state','state':{}, 'maxRate':1001}]}",
                "{'rooms':[{'match':'a','mode':'state','slow':'drop'}]}",
                "{'logging':{'level':'INFO'}}"
            })
    void wrongOnesFailInBoth(String file) {
        assertThat(validate(new JsonObject(file.replace('\'', '"'))).getValid())
                .as("schema")
                .isFalse();
        assertThat(new ConfigFixture(folder).file(file).mistakes())
                .as("gateway")
                .isNotEmpty();
    }

    @Test
    void exampleKeyIsAKey() {
        assertThat(PemKey.kind(PemKey.EXAMPLE)).isEqualTo("Ed25519");
        assertThat(PemKey.isReadable("-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getEncoder().encodeToString(new byte[40]) + "\n-----END PUBLIC KEY-----"))
                .isFalse();
    }

    private static OutputUnit validate(JsonObject document) {
        return VALIDATOR.validate(document);
    }
}

package dev.fanfara.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FieldsTest {
    private static final Value<String> PIN = Value.text("a pin of 4 digits", "0000")
            .where(pin -> pin.length() == 4)
            .secret();

    @TempDir
    private Path folder;

    private enum Colour {
        RED,
        DARK_BLUE
    }

    private record Lamp(
            int watts,
            boolean lit,
            Colour colour,
            @Nullable String pin,
            List<String> rooms,
            @Nullable Plug plug) {
        static Lamp read(Fields fields) {
            Lamp lamp = new Lamp(
                    fields.atStart().value("watts", Value.integer(1, 100), 40, "Power"),
                    fields.value("lit", Value.flag(), false, "Whether it is on"),
                    fields.value("colour", Value.word(Colour.class), "red", "Of the light"),
                    fields.optional("pin", PIN, "Opens it"),
                    fields.list("rooms", Value.text("a room", "hall"), List.of(), "Where it hangs"),
                    fields.atStart().optionalObject("plug", Plug::read, "How it is fed"));
            fields.check(!lamp.lit() || lamp.watts() > 10, "watts", "more than 10 when it is lit", "lit");
            return lamp;
        }
    }

    private record Plug(String country, int volts) {
        static Plug read(Fields fields) {
            return new Plug(
                    fields.required("country", Value.text("a country", "CH"), "Where it fits"),
                    fields.value("volts", Value.integer(1, 400), 230, "Tension"));
        }
    }

    @Test
    void absentKeysHaveTheirDefaults() {
        Reading reading = reading("{}");

        assertThat(reading.read(Lamp::read)).isEqualTo(new Lamp(40, false, Colour.RED, null, List.of(), null));
        assertThat(reading.mistakes()).isEmpty();
    }

    @Test
    void writtenKeysAreRead() {
        Reading reading = reading("{'watts':60,'lit':true,'colour':'dark_blue','pin':'1234','rooms':['hall'],"
                + "'plug':{'country':'CH'}}");

        assertThat(reading.read(Lamp::read))
                .isEqualTo(new Lamp(60, true, Colour.DARK_BLUE, "1234", List.of("hall"), new Plug("CH", 230)));
        assertThat(reading.mistakes()).isEmpty();
    }

    @Test
    void allMistakesAreFoundAtOnce() {
        assertThat(mistakes("{\n'watts':'60',\n'lit':1,\n'colour':'rde',\n'pin':'12345',\n'rooms':['',7],\n"
                        + "'plug':{'volts':0},\n'lits':true}"))
                .containsExactly(
                        "/watts: expected a whole number from 1 to 100, got \"60\" (lamp.json:2)",
                        "/lit: expected true or false, got 1 (lamp.json:3)",
                        "/colour: expected one of red, dark_blue, got \"rde\" (lamp.json:4); did you mean \"red\"?",
                        "/pin: expected a pin of 4 digits, got a text of 5 characters (lamp.json:5)",
                        "/rooms/0: expected a room, got \"\" (lamp.json:6)",
                        "/rooms/1: expected a room, got 7 (lamp.json:6)",
                        "/plug/country: expected a country, got nothing (lamp.json:7)",
                        "/plug/volts: expected a whole number from 1 to 400, got 0 (lamp.json:7)",
                        "/lits: expected one of colour, lit, pin, plug, rooms, watts, got the unknown key \"lits\""
                                + " (lamp.json:8); did you mean \"lit\"?");
    }

    @Test
    void wrongShapesAreNamed() {
        assertThat(mistakes("{'watts':null,'rooms':'hall','plug':[1],'lit':{}}"))
                .containsExactly(
                        "/watts: expected a whole number from 1 to 100, got null (lamp.json:1)",
                        "/lit: expected true or false, got an object (lamp.json:1)",
                        "/rooms: expected a list, got a text of 4 characters (lamp.json:1)",
                        "/plug: expected an object, got a list (lamp.json:1)");
    }

    @Test
    void nullMeansAbsentWhereAbsentIsAllowed() {
        Reading reading = reading("{'pin':null,'plug':null}");

        assertThat(reading.read(Lamp::read).plug()).isNull();
        assertThat(reading.mistakes()).isEmpty();
    }

    @Test
    void ruleBetweenKeysIsToldOnce() {
        assertThat(mistakes("{'watts':5,'lit':true}"))
                .containsExactly("/watts: expected more than 10 when it is lit, got 5 (lamp.json:1)");
        assertThat(mistakes("{'watts':5,'lit':'true'}"))
                .containsExactly("/lit: expected true or false, got \"true\" (lamp.json:1)");
    }

    @Test
    void referenceTakesTheTypeOfItsKey() throws Exception {
        Files.writeString(folder.resolve("watts"), "75\n");
        Reading reading = reading("{'watts':'${file:watts}','lit':'${env:LIT}','rooms':['at ${env:CITY}, $${x}']}");

        Lamp lamp = reading.read(Lamp::read);

        assertThat(reading.mistakes()).isEmpty();
        assertThat(lamp.watts()).isEqualTo(75);
        assertThat(lamp.lit()).isTrue();
        assertThat(lamp.rooms()).containsExactly("at Bern, ${x}");
    }

    @Test
    void contentOfAReferenceIsNeitherShownNorReadAgain() throws Exception {
        Files.writeString(folder.resolve("pin"), "${env:CITY}");

        assertThat(mistakes("{'watts':'${env:CITY}','pin':'${file:pin}'}"))
                .containsExactly(
                        "/watts: expected a whole number from 1 to 100, got \"${env:CITY}\" (lamp.json:1)",
                        "/pin: expected a pin of 4 digits, got \"${file:pin}\" (lamp.json:1)");
    }

    @Test
    void brokenReferencesAreNamed() {
        assertThat(mistakes(
                        "{'watts':'${env:NONE}','pin':'${file:none}','rooms':['${CITY}','${env:CITY','${file:.}']}"))
                .containsExactly(
                        "/watts: expected the environment variable NONE to be set, got \"${env:NONE}\" (lamp.json:1)",
                        "/pin: expected a readable file " + folder.resolve("none")
                                + " (there is none), got \"${file:none}\" (lamp.json:1)",
                        "/rooms/0: expected ${env:NAME} or ${file:PATH} ($${ stands for a plain ${), got \"${CITY}\""
                                + " (lamp.json:1)",
                        "/rooms/1: expected ${env:NAME} or ${file:PATH} ($${ stands for a plain ${), got \"${env:CITY\""
                                + " (lamp.json:1)",
                        "/rooms/2: expected a readable file " + folder.resolve(".")
                                + " (it is a directory), got \"${file:.}\" (lamp.json:1)");
    }

    @Test
    void writtenPartOfASecretIsNotShownBesideAReference() {
        assertThat(mistakes("{'pin':'s3cret-${env:NONE}'}"))
                .containsExactly("/pin: expected the environment variable NONE to be set, got a text of 18 characters"
                        + " (lamp.json:1)");
        assertThat(mistakes("{'pin':'s3cret${'}"))
                .containsExactly("/pin: expected ${env:NAME} or ${file:PATH} ($${ stands for a plain ${),"
                        + " got a text of 8 characters (lamp.json:1)");
    }

    @Test
    void strangeKeysAreQuoted() {
        assertThat(mistakes("{'a/b~c\\n':1}"))
                .containsExactly("/a~1b~0c\n: expected one of colour, lit, pin, plug, rooms, watts,"
                        + " got the unknown key \"a/b~c\\n\" (lamp.json:1)");
    }

    @Test
    void onlyOneNewlineIsTakenOffAFile() throws Exception {
        Files.writeString(folder.resolve("pin"), "12 \n\n");
        Reading reading = reading("{'pin':'${file:pin}'}");

        assertThat(reading.read(Lamp::read).pin()).isEqualTo("12 \n");
    }

    @Test
    void secretFileThatAllMayReadIsAWarning() throws Exception {
        Path file = Files.writeString(folder.resolve("pin"), "1234");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Reading open = reading("{'pin':'${file:pin}','rooms':['${file:pin}']}");
        open.read(Lamp::read);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Reading closed = reading("{'pin':'${file:pin}'}");
        closed.read(Lamp::read);

        assertThat(open.warnings())
                .containsExactly(
                        "/pin: every user of this machine can read " + file + "; take the right away (chmod o-r)");
        assertThat(closed.warnings()).isEmpty();
    }

    @Test
    void keysThatCountAtStartAreKnown() {
        Reading reading = reading("{'watts':60,'lit':true,'plug':{'country':'CH'}}");
        reading.read(Lamp::read);

        assertThat(reading.atStart()).isEqualTo(Map.of("/watts", 60, "/plug", true));
    }

    @Test
    void sameReaderDescribesItself() {
        Shape shape = Shape.of(Lamp::read);

        assertThat(shape.defaults())
                .isEqualTo(json("{'watts':40,'lit':false,'colour':'red','pin':null,'rooms':[],'plug':null}"));
        JsonObject properties = shape.schema("Lamp").getJsonObject("properties");
        assertThat(properties.fieldNames()).containsExactly("watts", "lit", "colour", "pin", "rooms", "plug");
        assertThat(properties.getJsonObject("watts"))
                .isEqualTo(json("{'description':'Power. A change needs a restart','anyOf':["
                        + "{'type':'integer','minimum':1,'maximum':100},{'$ref':'#/definitions/reference'}],"
                        + "'default':40}"));
        assertThat(shape.find(List.of("plug", "volts"))).isEqualTo(new Shape.Key(Shape.Kind.SCALAR, false, null));
        assertThat(shape.find(List.of("plug", "amps"))).isNull();
    }

    private List<String> mistakes(String json) {
        Reading reading = reading(json);
        reading.read(Lamp::read);
        return reading.mistakes().stream().map(Mistake::line).toList();
    }

    private Reading reading(String json) {
        try {
            Document document = Document.parse("lamp.json", folder, json.replace('\'', '"'));
            return new Reading(document, new References(Map.of("CITY", "Bern", "LIT", "true")));
        } catch (BrokenJson e) {
            throw new AssertionError(e);
        }
    }

    private static JsonObject json(String text) {
        return new JsonObject(text.replace('\'', '"'));
    }
}

package dev.fanfara.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/** The judge finds what it is there for: each of these gateways does one thing wrong. */
class CheckerTest {
    private static final String LOG = "log:r";
    private static final String STATE = "state:r";

    private final Journal journal = new Journal();

    // A gateway that does all right

    @Test
    void nothingIsFoundWhereNothingIsWrong() {
        join("a", LOG, "", "'offset':0");
        join("b", LOG, "", "'offset':0");
        for (int i = 1; i <= 10; i++) {
            publish("a", LOG, i);
            message("b", LOG, "a", i, i);
        }
        cut("b");
        publish("a", LOG, 11);
        join(
                "b",
                LOG,
                "'since':{'epoch':'e','offset':10}",
                "'offset':11,'recovered':true,'messages':[" + msg(LOG, "a", 11, 11) + "]");
        remember("n1", LOG, 4, 11);
        remember("n2", LOG, 4, 11);

        found();
    }

    @Test
    void nothingIsFoundWhereAStateIsRight() {
        join("a", STATE, "", "'offset':0,'state':{}");
        publish("a", STATE, 1);
        join("b", STATE, "'maxRate':5", "'offset':1,'state':" + state("a", 1));
        publish("a", STATE, 2);
        publish("a", STATE, 3);
        heard("b", patch("a", 3, 1, 3));
        journal.remembers(new Journal.Memory(
                "n1",
                STATE,
                history(STATE, patch("a", 1, 0, 1), patch("a", 2, 1, 2), patch("a", 3, 2, 3)),
                json(state("a", 3))));

        found();
    }

    @Test
    void aNewEpochInAStormIsNoFault() {
        join("a", LOG, "", "'offset':0");
        publish("a", LOG, 1);
        heard("a", "{'type':'joined','room':'log:r','epoch':'f','offset':0,'recovered':false,'messages':[]}");
        journal.remembers(new Journal.Memory("n1", LOG, json("{'epoch':'f','offset':0,'messages':[]}"), null));

        assertThat(Checker.faults(journal, Rules.STORM)).isEmpty();
        found("the epoch ended in fair weather");
    }

    // One member's stream

    @Test
    void aDroppedMessage() {
        join("b", LOG, "", "'offset':0");
        message("b", LOG, "a", 1, 1);
        message("b", LOG, "a", 3, 3);

        found("a hole after 1", "said by nobody");
    }

    @Test
    void aDuplicatedMessage() {
        join("b", LOG, "", "'offset':0");
        say("a", LOG, 1);
        message("b", LOG, "a", 1, 1);
        message("b", LOG, "a", 1, 1);

        found("came again after 1");
    }

    @Test
    void reorderedMessages() {
        say("a", LOG, 1);
        say("a", LOG, 2);
        join("b", LOG, "", "'offset':0");
        message("b", LOG, "a", 2, 2);
        message("b", LOG, "a", 1, 1);

        found("a hole after 0", "came again after 2");
    }

    @Test
    void aMessageOfAnotherRoom() {
        join("b", LOG, "", "'offset':0");
        say("a", "log:other", 1);
        message("b", LOG, "a", 1, 1, "log:other");

        found("leaked");
    }

    @Test
    void aMessageToOneWhoLeft() {
        join("b", LOG, "", "'offset':0");
        heard("b", "{'type':'left','room':'log:r'}");
        say("a", LOG, 1);
        message("b", LOG, "a", 1, 1);

        found("came to one who is not a member");
    }

    @Test
    void anAckThatOvertakesTheStream() {
        join("a", LOG, "", "'offset':0");
        say("b", LOG, 1);
        say("a", LOG, 1);
        ack("a", LOG, 1, 2);

        found("acknowledged before what came earlier");
    }

    @Test
    void anAckThatComesTooLate() {
        join("a", LOG, "", "'offset':0");
        say("b", LOG, 1);
        say("b", LOG, 2);
        say("a", LOG, 1);
        message("a", LOG, "b", 1, 1);
        message("a", LOG, "b", 2, 3);
        ack("a", LOG, 1, 2);

        found("a hole after 1", "acknowledged after what came later");
    }

    @Test
    void acksThatOvertakeEachOther() {
        join("a", STATE, "'maxRate':1", "'offset':0,'state':{}");
        say("a", STATE, 1);
        say("a", STATE, 2);
        heard("a", patch("a", 2, 0, 2));
        ack("a", STATE, 2, 2);
        ack("a", STATE, 1, 1);

        found("acknowledged after 2");
    }

    @Test
    void aSenderThatHearsItself() {
        join("a", LOG, "", "'offset':0");
        say("a", LOG, 1);
        message("a", LOG, "a", 1, 1);
        ack("a", LOG, 1, 1);

        found("heard itself");
    }

    // Coming back

    @Test
    void recoveredButNotAll() {
        say("a", LOG, 3);
        join(
                "b",
                LOG,
                "'since':{'epoch':'e','offset':1}",
                "'offset':3,'recovered':true,'messages':[" + msg(LOG, "a", 3, 3) + "]");

        found("a hole after 1");
    }

    @Test
    void recoveredButNotToTheEnd() {
        say("a", LOG, 2);
        join(
                "b",
                LOG,
                "'since':{'epoch':'e','offset':1}",
                "'offset':3,'recovered':true,'messages':[" + msg(LOG, "a", 2, 2) + "]");

        found("2 is as far as it goes");
    }

    @Test
    void recoveredAcrossEpochs() {
        join("b", LOG, "'since':{'epoch':'d','offset':1}", "'offset':1,'recovered':true,'messages':[]");

        found("not in this epoch's past");
    }

    @Test
    void notRecoveredThoughItIsRemembered() {
        join("b", LOG, "'since':{'epoch':'e','offset':1}", "'offset':3,'recovered':false");

        found("though only 2 were missed");
    }

    @Test
    void aPartUnderRecoveredFalse() {
        say("a", LOG, 30);
        join(
                "b",
                LOG,
                "'since':{'epoch':'e','offset':1}",
                "'offset':30,'recovered':false,'messages':[" + msg(LOG, "a", 30, 30) + "]");

        found("a part of what was missed");
    }

    @Test
    void aNewEpochThatIsNotAnnounced() {
        join("a", LOG, "", "'offset':5");
        heard("a", "{'type':'joined','room':'log:r','epoch':'f','offset':0,'messages':[]}");

        found("a new epoch without recovered:false");
    }

    @Test
    void anEpochThatComesBack() {
        join("a", LOG, "", "'offset':5");
        heard("a", "{'type':'joined','room':'log:r','epoch':'f','offset':0,'recovered':false,'messages':[]}");
        heard("a", "{'type':'joined','room':'log:r','epoch':'e','offset':5,'recovered':false,'messages':[]}");

        found("an epoch that ended came back");
    }

    // What all see together

    @Test
    void anOffsetWithTwoPayloads() {
        say("a", LOG, 1);
        say("a", LOG, 2);
        join("b", LOG, "", "'offset':0");
        join("c", LOG, "", "'offset':0");
        message("b", LOG, "a", 1, 1);
        message("c", LOG, "a", 2, 1);

        found("two publications at one place", "two publications at one place");
    }

    @Test
    void anOffsetThatWasAcknowledgedToTwo() {
        join("a", LOG, "", "'offset':0");
        join("b", LOG, "", "'offset':0");
        publish("a", LOG, 1);
        say("b", LOG, 1);
        ack("b", LOG, 1, 1);

        found("two publications at one place");
    }

    @Test
    void aPublicationAtTwoPlaces() {
        say("a", LOG, 1);
        join("b", LOG, "", "'offset':0");
        message("b", LOG, "a", 1, 1);
        message("b", LOG, "a", 1, 2);

        found("delivered twice");
    }

    @Test
    void aKeyAtTwoPlaces() {
        journal.said("a", publication("a", LOG, 1).put("key", "k"));
        journal.said("a", publication("a", LOG, 2).put("key", "k"));
        join("b", LOG, "", "'offset':0");
        message("b", LOG, "a", 1, 1);
        message("b", LOG, "a", 2, 2);

        assertThat(Checker.faults(journal, Rules.STORM)).anyMatch(fault -> fault.contains("delivered twice: key k"));
    }

    @Test
    void aPublisherOutOfOrder() {
        say("a", LOG, 1);
        say("a", LOG, 2);
        join("b", LOG, "", "'offset':0");
        message("b", LOG, "a", 2, 1);
        message("b", LOG, "a", 1, 2);

        found("out of order");
    }

    @Test
    void anAckThatWasLost() {
        join("a", LOG, "", "'offset':0");
        publish("a", LOG, 1);
        publish("a", LOG, 2);
        remember("n1", LOG, 1, 1);

        found("never came further", "acknowledged and lost");
    }

    @Test
    void nodesThatDisagree() {
        say("a", LOG, 1);
        say("a", LOG, 2);
        remember("n1", LOG, 1, 2);
        remember("n2", LOG, 1, 1);

        found("nodes disagree");
    }

    @Test
    void aMemberThatIsLeftBehind() {
        say("a", LOG, 1);
        join("b", LOG, "", "'offset':0");
        remember("n1", LOG, 1, 1);

        found("never came further");
    }

    // State

    @Test
    void aWrongState() {
        join("a", STATE, "", "'offset':0,'state':{}");
        publish("a", STATE, 1);
        join("b", STATE, "", "'offset':1,'state':{'_name':'state:r/a/1','n':7}");

        found("two states at one place");
    }

    @Test
    void aPatchThatLeavesAHole() {
        say("a", STATE, 1);
        say("a", STATE, 2);
        join("b", STATE, "", "'offset':0,'state':{}");
        heard("b", patch("a", 2, 1, 2));

        found("a hole after 0");
    }

    @Test
    void aMergedPatchThatForgetsAName() {
        join("b", STATE, "", "'offset':0,'state':{}");
        join("c", STATE, "'maxRate':1", "'offset':0,'state':{}");
        journal.said("a", publication("a", STATE, 1).put("data", json("{'_name':'state:r/a/1','x':1}")));
        say("a", STATE, 2);
        heard("b", "{'type':'patch','room':'state:r','previous':0,'offset':1,'data':{'_name':'state:r/a/1','x':1}}");
        heard("b", patch("a", 2, 1, 2));
        heard("c", patch("a", 2, 0, 2));

        found("two states at one place");
    }

    @Test
    void aPatchToOneWhoIsPaused() {
        say("a", STATE, 1);
        join("b", STATE, "'maxRate':0", "'offset':0,'state':{}");
        heard("b", patch("a", 1, 0, 1));

        found("served though paused");
    }

    @Test
    void aCommandWithoutAnAnswer() {
        join("a", LOG, "", "'offset':0");
        say("a", LOG, 1);

        found("1 commands were not answered");
    }

    @Test
    void anAckOnTheWayWhileOneWhoIsPausedAsksToBeServedAgain() {
        join("a", STATE, "'maxRate':0", "'offset':0,'state':{}");
        say("b", STATE, 1);
        say("a", STATE, 1);
        journal.said("a", json("{'type':'update','room':'state:r','id':9,'maxRate':5}"));
        ack("a", STATE, 1, 2);
        assertThat(Checker.faults(journal, Rules.STORM)).noneMatch(fault -> fault.contains("acknowledged before"));

        heard("a", "{'type':'updated','id':9,'room':'state:r','maxRate':5}");
        say("a", STATE, 2);
        ack("a", STATE, 2, 4);
        found("acknowledged before what came earlier");
    }

    @Test
    void aRefusalWithoutAnIdAnswersAPublicationWithoutOne() {
        join("a", LOG, "", "'offset':0");
        JsonObject unnamed = publication("a", LOG, 1);
        unnamed.remove("id");
        journal.said("a", unnamed);
        heard("a", "{'type':'error','code':'unavailable','message':'later'}");

        assertThat(Checker.faults(journal, Rules.STORM)).isEmpty();
    }

    // Vocabulary

    private void found(String... sentences) {
        var faults = Checker.faults(journal, Rules.FAIR);
        for (String sentence : sentences) {
            assertThat(faults).anyMatch(fault -> fault.contains(sentence));
        }
        if (sentences.length == 0) {
            assertThat(faults).isEmpty();
        }
    }

    private void join(String client, String room, String asked, String told) {
        journal.said(
                client,
                json("{'type':'join','room':'" + room + "','id':0" + (asked.isEmpty() ? "" : ",") + asked + "}"));
        heard(client, "{'type':'joined','room':'" + room + "','id':0,'epoch':'e'," + told + "}");
    }

    private void cut(String client) {
        journal.ended(client, 0);
    }

    private void publish(String client, String room, int number) {
        say(client, room, number);
        ack(client, room, number, number);
    }

    private void say(String client, String room, int number) {
        journal.said(client, publication(client, room, number));
    }

    private void ack(String client, String room, int number, int offset) {
        heard(client, "{'type':'ack','room':'" + room + "','id':" + number + ",'epoch':'e','offset':" + offset + "}");
    }

    private static JsonObject publication(String client, String room, int number) {
        return new JsonObject()
                .put("type", "message")
                .put("room", room)
                .put("id", number)
                .put("data", data(room, client, number));
    }

    private static JsonObject data(String room, String client, int number) {
        return new JsonObject()
                .put(Publication.NAME, Publication.name(room, client, number))
                .put("n", number);
    }

    private static String state(String client, int number) {
        return data(STATE, client, number).encode();
    }

    private void message(String to, String room, String author, int number, int offset) {
        message(to, room, author, number, offset, room);
    }

    private void message(String to, String room, String author, int number, int offset, String saidIn) {
        heard(
                to,
                json(msg(room, author, number, offset))
                        .put("data", data(saidIn, author, number))
                        .encode());
    }

    private static String msg(String room, String author, int number, int offset) {
        return new JsonObject()
                .put("type", "message")
                .put("room", room)
                .put("offset", offset)
                .put("data", data(room, author, number))
                .encode();
    }

    private static String patch(String author, int number, int previous, int offset) {
        return new JsonObject()
                .put("type", "patch")
                .put("room", STATE)
                .put("previous", previous)
                .put("offset", offset)
                .put("data", data(STATE, author, number))
                .encode();
    }

    private void remember(String node, String room, int first, int last) {
        String[] messages = new String[last - first + 1];
        for (int i = first; i <= last; i++) {
            messages[i - first] = msg(room, "a", i, i);
        }
        journal.remembers(new Journal.Memory(node, room, history(room, messages), null));
    }

    private static JsonObject history(String room, String... messages) {
        JsonArray array = new JsonArray();
        for (String message : messages) {
            array.add(json(message));
        }
        return new JsonObject()
                .put("epoch", "e")
                .put("offset", array.getJsonObject(array.size() - 1).getLong("offset"))
                .put("messages", array);
    }

    private void heard(String client, String message) {
        journal.heard(client, json(message));
    }

    private static JsonObject json(String singleQuoted) {
        return new JsonObject(singleQuoted.replace('\'', '"'));
    }
}

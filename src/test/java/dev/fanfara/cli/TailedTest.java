package dev.fanfara.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.protocol.Cursor;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TailedTest {
    private static final RoomName LOG = new RoomName("log:a");

    private final List<String> lines = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();
    private final Tailed tailed = new Tailed(List.of(LOG, new RoomName("lobby")), false, this::prints, gaps::add);

    @Test
    void publicationsArePrintedAndComingsAndGoingsAreNot() {
        hears("joined", "{'room':'log:a','epoch':'e1','offset':4,'members':1}");
        hears("user-joined", "{'room':'log:a','user':'bob'}");
        hears("message", "{'room':'log:a','data':1,'offset':5}");
        hears("message", "{'room':'lobby','text':'hi'}");

        assertThat(lines).containsExactly("{'room':'log:a','data':1,'offset':5}", "{'room':'lobby','text':'hi'}");
        assertThat(gaps).isEmpty();
    }

    @Test
    void whoComesBackAsksForWhatFollowsTheLastLine() {
        assertThat(tailed.cursor()).isNull();

        hears("joined", "{'room':'log:a','epoch':'e1','offset':4}");
        hears("joined", "{'room':'lobby'}");
        hears("message", "{'room':'log:a','data':1,'offset':5}");

        Cursor cursor = Cursor.read(String.valueOf(tailed.cursor()));
        assertThat(cursor.in(LOG)).isEqualTo(new Position("e1", 5));
        assertThat(cursor.in(new RoomName("lobby"))).isEqualTo(new Position("", 0));
    }

    @Test
    void whatComesAgainIsNotPrintedAgain() {
        hears("joined", "{'room':'log:a','epoch':'e1','offset':4}");
        hears("message", "{'room':'log:a','data':1,'offset':5}");
        hears(
                "joined",
                "{'room':'log:a','epoch':'e1','offset':6,'recovered':true,'messages':["
                        + "{'room':'log:a','data':1,'offset':5},{'room':'log:a','data':2,'offset':6}]}");
        hears("message", "{'room':'log:a','data':2,'offset':6}");

        assertThat(lines)
                .containsExactly("{'room':'log:a','data':1,'offset':5}", "{'room':'log:a','data':2,'offset':6}");
        assertThat(gaps).isEmpty();
    }

    @Test
    void aNewEpochIsAGapAndItsOffsetsAreNew() {
        hears("joined", "{'room':'log:a','epoch':'e1','offset':4}");
        hears(
                "joined",
                "{'room':'log:a','epoch':'e2','offset':1,'recovered':false,"
                        + "'messages':[{'room':'log:a','data':9,'offset':1}]}");

        assertThat(lines).containsExactly("{'room':'log:a','data':9,'offset':1}");
        assertThat(gaps).containsExactly("log:a: not all that was said meanwhile is known any more");
    }

    @Test
    void aRoomThatKeepsNothingHasAGapWheneverOneComesBack() {
        hears("joined", "{'room':'lobby'}");
        hears("joined", "{'room':'lobby','recovered':false}");

        assertThat(gaps).containsExactly("lobby: what was said meanwhile is lost, since the room keeps nothing");
    }

    @Test
    void aWholeStateIsALineAndNoGap() {
        hears("joined", "{'room':'log:a','epoch':'e1','offset':4,'state':{'n':4}}");
        hears("patch", "{'room':'log:a','data':{'n':5},'offset':5,'previous':4}");
        hears("joined", "{'room':'log:a','epoch':'e1','offset':9,'state':{'n':9}}");

        assertThat(lines).hasSize(3);
        assertThat(gaps).isEmpty();
    }

    private void hears(String name, String data) {
        tailed.heard(name, data.replace('\'', '"'));
    }

    private void prints(String line) {
        lines.add(line.replace('"', '\''));
    }
}

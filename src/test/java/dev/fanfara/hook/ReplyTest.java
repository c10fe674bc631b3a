package dev.fanfara.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfara.protocol.Payload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyTest {
    @Test
    void yesAndNoAndWhatElseIsKnown() throws IOException {
        assertThat(read("")).isEqualTo(new Reply(true, null, null));
        assertThat(read("{'allow':false,'reason':['x']}")).isEqualTo(new Reply(false, null, null));
        assertThat(read("{'user':'alice','allow':true}")).isEqualTo(new Reply(true, "alice", null));
        assertThat(read("{'allow':true,'data':{ 'a':1.10}}"))
                .isEqualTo(new Reply(true, null, new Payload(Payload.Kind.DATA, bytes("{'a':1.10}"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "true",
                "{'allow':'yes'}",
                "{'allow':true}{}",
                "{'allow':true",
                "{'allow':true,'user':''}",
                "{'allow':true,'text':1}",
                "<html>"
            })
    void whatIsNeitherIsAFailure(String answer) {
        assertThatThrownBy(() -> read(answer)).isInstanceOf(IOException.class);
    }

    private static Reply read(String answer) throws IOException {
        return Reply.read(bytes(answer));
    }

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}

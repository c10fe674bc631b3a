package dev.fanfara.transport.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PacketTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0;CONNECT;0;/;;''",
                "0{\"token\":\"x\"};CONNECT;0;/;;{\"token\":\"x\"}",
                "0/custom,;CONNECT;0;/custom;;''",
                "0/custom;CONNECT;0;/custom;;''",
                "0/custom?a=b,{};CONNECT;0;/custom;;{}",
                "1;DISCONNECT;0;/;;''",
                "1/custom,;DISCONNECT;0;/custom;;''",
                "2[\"a\",1];EVENT;0;/;;[\"a\",1]",
                "212[\"a\"];EVENT;0;/;12;[\"a\"]",
                "2/custom,7[\"a\"];EVENT;0;/custom;7;[\"a\"]",
                "307[\"a\"];ACK;0;/;7;[\"a\"]",
                "52-/custom,3[\"a\",{\"_placeholder\":true,\"num\":0}];BINARY_EVENT;2;/custom;3;[\"a\",{\"_placeholder\":true,\"num\":0}]",
                "61-3[{\"_placeholder\":true,\"num\":0}];BINARY_ACK;1;/;3;[{\"_placeholder\":true,\"num\":0}]",
            })
    void itIsReadAsTheProtocolWritesIt(
            String text, Packet.Type type, int attachments, String namespace, String id, String data) throws Exception {
        Packet packet = read(text);

        assertThat(packet.type()).isEqualTo(type);
        assertThat(packet.attachments()).isEqualTo(attachments);
        assertThat(packet.namespace()).isEqualTo(namespace);
        assertThat(packet.id() == null ? null : packet.id().json()).isEqualTo(id);
        assertThat(new String(packet.data(), StandardCharsets.UTF_8)).isEqualTo(data);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7",
                "x",
                "abc",
                "2",
                "2{}",
                "2abc[\"a\"]",
                "2\"a\"",
                "3[\"without an id\"]",
                "31",
                "4{\"message\":\"from a client\"}",
                "1{}",
                "0[]",
                "5[\"a\"]",
                "5-[\"a\"]",
                "511-[\"a\"]",
                "51000-[\"a\"]",
                "299999999999999999[\"a\"]"
            })
    void anythingElseIsMalformed(String text) {
        assertThatExceptionOfType(Packet.Malformed.class).isThrownBy(() -> read(text));
    }

    @Test
    void aNamespaceHasABound() {
        assertThatExceptionOfType(Packet.Malformed.class).isThrownBy(() -> read("0/" + "a".repeat(1_000) + ","));
    }

    private static Packet read(String text) throws Packet.Malformed {
        return Packet.read(text.getBytes(StandardCharsets.UTF_8));
    }
}

package dev.fanfara.bench;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** How one of the gateway's WebSocket protocols says what a load test needs to say and hear. Immutable. */
public enum Dialect {
    NATIVE("native", "/ws", "") {
        @Override
        void heard(String text, @Nullable String token, Listener listener) {
            if (text.startsWith("{\"type\":\"joined\"")) {
                listener.joined();
            } else if (text.startsWith("{\"type\":\"error\"")) {
                JsonObject error = object(text);
                listener.refused(error.getString("code", "?"), error.getString("message", ""));
            }
        }

        @Override
        boolean opensItself() {
            return true;
        }

        @Override
        String join(String room, int nth) {
            return "{\"type\":\"join\",\"room\":\"" + room + "\"}";
        }

        @Override
        String publishHead(String room) {
            return "{\"type\":\"message\",\"room\":\"" + room + "\",";
        }

        @Override
        String publishTail() {
            return "}";
        }
    },

    /** Socket.IO protocol 5 in Engine.IO protocol 4 packets: {@code 0} open, {@code 2} ping, {@code 4x} Socket.IO. */
    SOCKET_IO("socket.io", "/socket.io/", "EIO=4&transport=websocket") {
        @Override
        void heard(String text, @Nullable String token, Listener listener) {
            if (text.equals("2")) {
                listener.answer("3");
            } else if (text.startsWith("0")) {
                listener.answer(
                        token == null
                                ? "40"
                                : "40" + new JsonObject().put("token", token).encode());
            } else if (text.startsWith("40")) {
                listener.opened();
            } else if (text.startsWith("43")) {
                acknowledged(text, listener);
            } else if (text.startsWith("44")) {
                listener.refused("connect-error", object(text.substring(2)).getString("message", ""));
            }
        }

        /** {@code 43<nth>[{…}]}: the answer to a join, as only joins ask for one. */
        private void acknowledged(String text, Listener listener) {
            Object error = null;
            try {
                JsonArray arguments = new JsonArray(text.substring(Math.max(2, text.indexOf('['))));
                error = arguments.isEmpty() || !(arguments.getValue(0) instanceof JsonObject first)
                        ? null
                        : first.getValue("error");
            } catch (DecodeException malformed) {
                error = text;
            }
            if (error == null) {
                listener.joined();
            } else if (error instanceof JsonObject object) {
                listener.refused(object.getString("code", "?"), object.getString("message", ""));
            } else {
                listener.refused(error.toString(), "");
            }
        }

        @Override
        boolean opensItself() {
            return false;
        }

        @Override
        String join(String room, int nth) {
            return "42" + nth + "[\"join-room\",{\"room\":\"" + room + "\"}]";
        }

        @Override
        String publishHead(String room) {
            return "42[\"message\",{\"room\":\"" + room + "\",";
        }

        @Override
        String publishTail() {
            return "}]";
        }
    };

    /** What a connection does about what it heard. */
    interface Listener {
        /** The server is ready for the first command. */
        void opened();

        void joined();

        void answer(String text);

        void refused(String code, String sentence);
    }

    private final String label;
    final String path;
    final String query;

    Dialect(String label, String path, String query) {
        this.label = label;
        this.path = path;
        this.query = query;
    }

    /** Understands a message that is no delivery. */
    abstract void heard(String text, @Nullable String token, Listener listener);

    /** True if commands may follow the upgrade at once. */
    abstract boolean opensItself();

    abstract String join(String room, int nth);

    /** What comes before and behind the payload of a publish. */
    abstract String publishHead(String room);

    abstract String publishTail();

    private static JsonObject object(String text) {
        try {
            return new JsonObject(text);
        } catch (DecodeException malformed) {
            return new JsonObject().put("code", "?").put("message", text);
        }
    }

    @Override
    public String toString() {
        return label;
    }
}

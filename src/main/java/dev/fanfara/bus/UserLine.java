package dev.fanfara.bus;

/** A user in a room, and on how many connections of one node. Immutable. */
public record UserLine(String user, int connections) implements Listed {
    @Override
    public String key() {
        return user;
    }

    @Override
    public int weight() {
        return user.length() + 40;
    }

    /** The same user on another node. */
    public UserLine plus(UserLine other) {
        return new UserLine(user, connections + other.connections);
    }

    static void write(WireWriter out, UserLine line) {
        out.text(line.user).integer(line.connections);
    }

    static UserLine read(WireReader in) {
        return new UserLine(in.text(), in.integer());
    }
}

package dev.fanfara.room;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.PayloadReader;
import dev.fanfara.protocol.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object as JSON Merge Patch (RFC 7396) sees it: the state of a room, or a patch to it. Members are objects or
 * leaves; an array is a leaf as a whole. A leaf stays the JSON text it came as, so numbers are never computed and keep
 * their digits. Only a patch has null leaves; in a state null means absent. Not thread-safe: it lives on one event loop.
 *
 * <p>Measured on a 64-bit JDK 17: three numbers take 300 bytes, 1,000 numbers 75 to 120 KB (names that many rooms use
 * are mostly the same strings), 1,000 objects of two numbers 330 KB; an empty tree 24 bytes.
 */
public final class Tree {
    /** The leaves that come often are the same three arrays everywhere. */
    static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
    private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};

    /** Never written to. */
    private static final Tree NOTHING = new Tree();

    /**
     * A {@link Tree} or the {@code byte[]} of a leaf, by name as escaped in JSON. Strangers choose the names, so this is
     * the JDK's map, which colliding hashes do not slow down.
     */
    private Map<String, Object> members = Map.of();

    /** One for the opening brace, and for each member its text and the comma or brace behind it. */
    private int bytes = 1;

    public Tree() {}

    /** @throws Refusal {@code bad-request} if this is no object, {@code invalid-json} if it is no JSON */
    public static Tree read(byte[] json) {
        Tree tree = PayloadReader.readObject(json, Reading.INSTANCE);
        if (tree == null) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "data: expected an object, a merge patch (RFC 7396)");
        }
        return tree;
    }

    /** Puts a member that comes twice twice, so the last one counts. */
    private enum Reading implements PayloadReader.Members<Tree> {
        INSTANCE;

        @Override
        public Tree begin() {
            return new Tree();
        }

        @Override
        public void leaf(Tree object, String name, byte[] json) {
            object.put(
                    name,
                    switch (json[0]) {
                        case 'n' -> NULL;
                        case 't' -> TRUE;
                        case 'f' -> FALSE;
                        default -> json;
                    });
        }

        @Override
        public void object(Tree object, String name, Tree member) {
            object.put(name, member);
        }
    }

    public byte[] toJson() {
        ByteBuffer json = ByteBuffer.allocate(bytes());
        write(json);
        return json.array();
    }

    private void write(ByteBuffer json) {
        json.put((byte) '{');
        boolean first = true;
        for (Map.Entry<String, Object> member : members.entrySet()) {
            if (!first) {
                json.put((byte) ',');
            }
            first = false;
            json.put((byte) '"').put(member.getKey().getBytes(StandardCharsets.UTF_8));
            json.put((byte) '"').put((byte) ':');
            if (member.getValue() instanceof Tree object) {
                object.write(json);
            } else {
                json.put((byte[]) member.getValue());
            }
        }
        json.put((byte) '}');
    }

    /** The length of {@link #toJson}, known without writing it. */
    public int bytes() {
        return isEmpty() ? 2 : bytes;
    }

    public boolean isEmpty() {
        return members.isEmpty();
    }

    /** What {@link #bytes} will be when this patch is merged. */
    public int bytesAfter(Tree patch) {
        int count = members.size();
        int after = bytes;
        for (Map.Entry<String, Object> change : patch.members.entrySet()) {
            String name = change.getKey();
            Object now = members.get(name);
            if (now != null) {
                count--;
                after -= bytes(name, bytes(now));
            }
            if (change.getValue() != NULL) {
                count++;
                after += bytes(name, bytesAfter(now, change.getValue()));
            }
        }
        return count == 0 ? 2 : after;
    }

    private static int bytesAfter(@Nullable Object now, Object change) {
        if (change instanceof Tree patch) {
            return (now instanceof Tree object ? object : NOTHING).bytesAfter(patch);
        }
        return bytes(change);
    }

    /**
     * Becomes what RFC 7396 calls MergePatch of this and the patch. The patch stays as it is and may be used again.
     *
     * @return what went without being named by the patch: the names below objects that it deleted or replaced, as a
     *     patch of nulls; null if there are none
     */
    public @Nullable Tree merge(Tree patch) {
        Tree gone = new Tree();
        for (Map.Entry<String, Object> change : patch.members.entrySet()) {
            Tree goneBelow = merge(change.getKey(), change.getValue());
            if (goneBelow != null) {
                gone.put(change.getKey(), goneBelow);
            }
        }
        return gone.isEmpty() ? null : gone;
    }

    private @Nullable Tree merge(String name, Object change) {
        Object now = members.get(name);
        if (change instanceof Tree patch) {
            if (now instanceof Tree object) {
                int before = object.bytes();
                Tree gone = object.merge(patch);
                bytes += object.bytes() - before;
                return gone;
            }
            Tree object = new Tree();
            object.merge(patch); // into nothing, not a copy: the patch's nulls must not get into the state
            put(name, object);
            return null;
        }
        if (change != NULL) {
            put(name, change);
        } else if (now != null) {
            remove(name, now);
        }
        return now instanceof Tree object && !object.isEmpty() ? object.nulls() : null;
    }

    /** The patch that deletes everything in here, one by one. */
    private Tree nulls() {
        Tree nulls = new Tree();
        members.forEach((name, value) ->
                nulls.put(name, value instanceof Tree object && !object.isEmpty() ? object.nulls() : NULL));
        return nulls;
    }

    /** A tree of its own; only the text of the leaves is shared, which nobody changes. */
    public Tree copy() {
        Tree copy = new Tree();
        members.forEach((name, value) -> copy.put(name, value instanceof Tree object ? object.copy() : value));
        return copy;
    }

    /** For {@link Changes}: a Tree, or the {@code byte[]} of a leaf, by name. */
    Map<String, Object> members() {
        return members;
    }

    /** The value, if it is a Tree, belongs to this one from now on. */
    void put(String name, Object value) {
        if (isEmpty()) {
            members = new LinkedHashMap<>(2); // most objects are small, and an empty one needs no map at all
        }
        Object before = members.put(name, value);
        bytes += bytes(name, bytes(value));
        if (before != null) {
            bytes -= bytes(name, bytes(before));
        }
    }

    private void remove(String name, Object value) {
        members.remove(name);
        bytes -= bytes(name, bytes(value));
        if (isEmpty()) {
            members = Map.of(); // a map that was large keeps its table
        }
    }

    private static int bytes(Object value) {
        return value instanceof Tree object ? object.bytes() : ((byte[]) value).length;
    }

    /** A member's: two quotes, a colon, and the comma or brace behind it. */
    private static int bytes(String name, int value) {
        int utf8 = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            utf8 += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3; // a surrogate is half of four bytes
        }
        return utf8 + 4 + value;
    }
}

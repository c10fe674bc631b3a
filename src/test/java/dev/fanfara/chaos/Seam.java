package dev.fanfara.chaos;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** Between a member's socket and its journal; a test of the checker cheats here. */
interface Seam {
    Seam HONEST = (member, message) -> List.of(message);

    /** What the member takes for heard, in order. */
    List<JsonObject> pass(Member member, JsonObject message);
}

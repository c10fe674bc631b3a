package dev.fanfara.http;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.json.schema.Validator;
import io.vertx.json.schema.common.dsl.SchemaType;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The query of one request, as its operation's schemas want it. Immutable. */
final class Arguments {
    /** One spelling for each number. */
    private static final Pattern WHOLE_NUMBER = Pattern.compile("0|[1-9][0-9]{0,15}");

    private static final int LONGEST_TEXT = 1_000;
    private static final long LARGEST_LIMIT = 1_000;
    private static final long USUAL_LIMIT = 100;

    private final Map<String, Object> values;

    private Arguments(Map<String, Object> values) {
        this.values = values;
    }

    /**
     * Of an operation that no document describes: texts, and the {@code limit} of a list.
     *
     * @throws Problem that names the parameter at fault
     */
    static Arguments undescribed(RoutingContext ctx) {
        Map<String, Object> values = new HashMap<>();
        for (String name : ctx.queryParams().names()) {
            List<String> written = ctx.queryParam(name);
            if (written.size() > 1 || written.get(0).length() > LONGEST_TEXT) {
                throw Problem.badRequest(name + ": expected once, with " + LONGEST_TEXT + " characters at most");
            }
            values.put(name, written.get(0));
        }
        String written = (String) values.get("limit");
        Long limit = written == null ? Long.valueOf(USUAL_LIMIT) : Reader.number(written);
        if (limit == null || limit < 1 || limit > LARGEST_LIMIT) {
            throw Problem.badRequest("limit: expected a whole number from 1 to " + LARGEST_LIMIT);
        }
        values.put("limit", limit);
        return new Arguments(values);
    }

    @Nullable
    String text(String name) {
        return (String) values.get(name);
    }

    @Nullable
    Long number(String name) {
        return (Long) values.get(name);
    }

    /** Of a list; the document has a default for it. */
    int limit() {
        Long limit = number("limit");
        return limit == null ? 0 : limit.intValue();
    }

    /**
     * Reads the query of every request to one operation. vertx-openapi's own reading would send each request through a
     * worker thread, decode it twice and take the first of several values.
     */
    static final class Reader {
        private record Expected(
                String name,
                boolean isNumber,
                Validator validator,
                String sentence,
                @Nullable Object byDefault) {}

        private final List<Expected> parameters = new ArrayList<>();

        Reader(OpenAPIContract contract, Operation operation) {
            for (Parameter parameter : operation.getParameters()) {
                // Path and headers are read by those who know what a room and a key are.
                if (parameter.getIn() == Location.QUERY) {
                    JsonObject schema = parameter.getOpenAPIModel().getJsonObject("schema");
                    boolean isNumber = parameter.getSchemaType() == SchemaType.INTEGER;
                    parameters.add(new Expected(
                            parameter.getName(),
                            isNumber,
                            contract.getSchemaRepository().validator(parameter.getSchema()),
                            parameter.getName() + ": expected " + (isNumber ? numbers(schema) : lengths(schema)),
                            isNumber ? schema.getLong("default") : schema.getString("default")));
                }
            }
        }

        private static String numbers(JsonObject schema) {
            Long most = schema.getLong("maximum");
            return "a whole number from " + schema.getLong("minimum") + (most == null ? "" : " to " + most);
        }

        private static String lengths(JsonObject schema) {
            return schema.getLong("minLength") + " to " + schema.getLong("maxLength") + " characters";
        }

        /** @throws Problem that names the parameter at fault */
        Arguments read(RoutingContext ctx) {
            Map<String, Object> values = new HashMap<>();
            for (Expected parameter : parameters) {
                Object value = value(ctx, parameter);
                if (value != null) {
                    values.put(parameter.name, value);
                }
            }
            return new Arguments(values);
        }

        private static @Nullable Object value(RoutingContext ctx, Expected parameter) {
            List<String> written = ctx.queryParam(parameter.name);
            if (written.isEmpty()) {
                return parameter.byDefault;
            }
            if (written.size() > 1) {
                throw Problem.badRequest(parameter.name + ": expected once, got " + written.size() + " of them");
            }
            Object value = parameter.isNumber ? number(written.get(0)) : written.get(0);
            if (value == null
                    || !Boolean.TRUE.equals(parameter.validator.validate(value).getValid())) {
                throw Problem.badRequest(parameter.sentence);
            }
            return value;
        }

        private static @Nullable Long number(String written) {
            return WHOLE_NUMBER.matcher(written).matches() ? Long.valueOf(written) : null;
        }
    }
}

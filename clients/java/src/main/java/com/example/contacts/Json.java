package com.example.contacts;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.Version;
import com.fasterxml.jackson.core.json.PackageVersion;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads JSON to the letter of RFC 8259, as maps, lists, strings, numbers, booleans and nulls. */
final class Json {
  private static final JsonFactory FACTORY = factory();

  /**
   * A number as it was written.
   *
   * @param text of JSON
   */
  record Literal(String text) {
    /** The number as a whole one of 64 bits. */
    Optional<Long> asLong() {
      if (text.length() > 40) {
        return Optional.empty();
      }
      BigDecimal decimal = new BigDecimal(text);
      if (decimal.signum() == 0) {
        return Optional.of(0L);
      }
      decimal = decimal.stripTrailingZeros();
      if (decimal.scale() > 0 || (long) decimal.precision() - decimal.scale() > 19) {
        return Optional.empty();
      }
      try {
        return Optional.of(decimal.longValueExact());
      } catch (ArithmeticException e) {
        return Optional.empty();
      }
    }
  }

  private Json() {}

  private static JsonFactory factory() {
    Version version = PackageVersion.VERSION;
    if (version.getMajorVersion() != 2 || version.getMinorVersion() < 15) {
      throw new IllegalStateException("this client needs jackson-core 2.15 or later of 2; the class path has " + version);
    }
    // A body has at most 1 MiB, and no other limit.
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(Integer.MAX_VALUE)
            .maxNumberLength(Integer.MAX_VALUE)
            .maxStringLength(Integer.MAX_VALUE)
            .build();
    return JsonFactory.builder().streamReadConstraints(constraints).build();
  }

  /** Loads what reading needs; it fails if the class path has another library than it was made for. */
  static void load() {
    if (parseObject("{\"a\": [1, true, null, \"b\"]}").isEmpty()) {
      throw new IllegalStateException("jackson-core does not read JSON");
    }
  }

  /** Reads one object; empty if the text is none. */
  static Optional<Map<String, Object>> parseObject(String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      Map<String, Object> object = readObject(parser);
      return parser.nextToken() == null ? Optional.of(object) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Without recursion: a body may be nested as deeply as it is long. */
  private static Map<String, Object> readObject(JsonParser parser) throws IOException {
    Map<String, Object> root = new LinkedHashMap<>();
    Deque<Object> open = new ArrayDeque<>();
    Deque<String> names = new ArrayDeque<>();
    open.push(root);
    while (!open.isEmpty()) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        throw new IOException("the text ends too early");
      }
      switch (token) {
        case FIELD_NAME -> names.push(parser.currentName());
        case END_OBJECT, END_ARRAY -> open.pop();
        case START_OBJECT -> {
          Map<String, Object> object = new LinkedHashMap<>();
          put(open, names, object);
          open.push(object);
        }
        case START_ARRAY -> {
          List<Object> list = new ArrayList<>();
          put(open, names, list);
          open.push(list);
        }
        case VALUE_STRING -> put(open, names, parser.getText());
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> put(open, names, new Literal(parser.getText()));
        case VALUE_TRUE, VALUE_FALSE -> put(open, names, token == JsonToken.VALUE_TRUE);
        case VALUE_NULL -> put(open, names, null);
        default -> throw new IOException("an unexpected " + token);
      }
    }
    return root;
  }

  @SuppressWarnings("unchecked") // these are the containers that were put there
  private static void put(Deque<Object> open, Deque<String> names, Object value) {
    if (open.peek() instanceof Map<?, ?> object) {
      ((Map<String, Object>) object).put(names.pop(), value);
    } else {
      ((List<Object>) open.peek()).add(value);
    }
  }
}

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
  private static final int MAX_EXACT = 1000; // characters: to hold a number exactly takes time by their square

  private final JsonFactory factory;

  /** Loads all that reading needs; it fails if the class path has another library than the one it was made for. */
  Json() {
    try {
      Version version = PackageVersion.VERSION;
      if (version.getMajorVersion() != 2 || version.getMinorVersion() < 15) {
        throw new IllegalStateException("this client needs jackson-core 2.15 or later of 2; the class path has " + version);
      }
      // A body has at most 1 MiB, and no other limit.
      StreamReadConstraints.Builder limits =
          StreamReadConstraints.builder()
              .maxNestingDepth(Integer.MAX_VALUE)
              .maxNumberLength(Integer.MAX_VALUE)
              .maxStringLength(Integer.MAX_VALUE);
      if (version.getMinorVersion() > 15) { // 2.15 has no such limit
        limits.maxNameLength(Integer.MAX_VALUE);
      }
      factory = JsonFactory.builder().streamReadConstraints(limits.build()).build();
      if (!parseObject("{\"a\": [1, true, null, \"b\"]}").equals(parseObject("{\"a\":[1,true,null,\"b\"]}"))) {
        throw new IllegalStateException("jackson-core " + version + " does not read JSON");
      }
    } catch (LinkageError e) {
      throw new IllegalStateException("this client needs jackson-core 2.15 or later of 2, whole, on the class path", e);
    }
  }

  /** Reads one object; empty if the text is none. */
  Optional<Map<String, Object>> parseObject(String text) {
    try (JsonParser parser = factory.createParser(text)) {
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
    Deque<Object> open = new ArrayDeque<>(List.of(root));
    Deque<String> names = new ArrayDeque<>();
    while (!open.isEmpty()) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        throw new IOException("the text ends too early");
      }
      switch (token) {
        case FIELD_NAME -> names.push(parser.currentName());
        case END_OBJECT, END_ARRAY -> open.pop();
        case START_OBJECT -> open.push(put(open, names, new LinkedHashMap<String, Object>()));
        case START_ARRAY -> open.push(put(open, names, new ArrayList<>()));
        case VALUE_STRING -> put(open, names, parser.getText());
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> put(open, names, number(parser.getText()));
        case VALUE_TRUE, VALUE_FALSE -> put(open, names, token == JsonToken.VALUE_TRUE);
        case VALUE_NULL -> put(open, names, null);
        default -> throw new IOException("an unexpected " + token);
      }
    }
    return root;
  }

  /** A number as it was written, or as a double if it is too long. */
  private static Number number(String text) {
    try {
      return text.length() > MAX_EXACT ? Double.valueOf(text) : new BigDecimal(text);
    } catch (NumberFormatException e) { // an exponent of more than 32 bits
      return Double.valueOf(text);
    }
  }

  /** A number as a whole one of 64 bits; null if it is none. */
  static Long asLong(Object number) {
    try {
      return number instanceof Long n ? n : new BigDecimal(number.toString()).longValueExact();
    } catch (ArithmeticException | NumberFormatException e) { // a fraction, or too large
      return null;
    }
  }

  /** A number as a finite double; null if it is none. */
  static Double asDouble(Object number) {
    try {
      double value = Double.parseDouble(number.toString());
      return Double.isFinite(value) ? value : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  @SuppressWarnings("unchecked") // these are the containers that were put there
  private static Object put(Deque<Object> open, Deque<String> names, Object value) {
    if (open.peek() instanceof Map<?, ?> object) {
      ((Map<String, Object>) object).put(names.pop(), value);
    } else {
      ((List<Object>) open.peek()).add(value);
    }
    return value;
  }
}

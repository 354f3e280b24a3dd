package com.example.contacts;

import com.example.contacts.Operation.Field;
import com.example.contacts.Operation.Place;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Data from outside, under the API's names: its values by field, and what is wrong with its types and names. */
final class Draft {
  final Map<String, List<Object>> values = new HashMap<>();
  final Set<Field> wrong = new HashSet<>();
  final List<Violation> unknown = new ArrayList<>();

  /** Reads a draft of an input, or of a path. */
  Draft(Operation operation, Map<String, ?> draft, boolean isPath) {
    CallOptions.require(draft, isPath ? "path" : "input");
    List<String> strangers = new ArrayList<>();
    draft.forEach(
        (name, value) -> {
          Field field = operation.field(name);
          if (field == null || (field.in() == Place.PATH) != isPath) {
            strangers.add(name);
          } else if (value != null) {
            put(field, value);
          }
        });
    strangers.sort(Draft::compareCodePoints);
    strangers.forEach(
        name -> unknown.add(new Violation(name, RuleKind.UNKNOWN, name + " is not a parameter of " + operation.id() + ".")));
  }

  private void put(Field field, Object value) {
    List<?> given = field.isList() ? (value instanceof List<?> list ? list : null) : List.of(value);
    List<Object> items = new ArrayList<>();
    for (Object item : given == null ? List.of() : given) {
      Object typed = typed(field, item);
      if (typed == null) {
        wrong.add(field);
        return;
      }
      items.add(typed);
    }
    if (given == null) {
      wrong.add(field);
    } else if (!items.isEmpty() && (field.isList() || !items.get(0).equals(""))) {
      values.put(field.name(), List.copyOf(items));
    }
  }

  /** A value in the type of its field; null if it has another. */
  private static Object typed(Field field, Object value) {
    Object candidate =
        switch (field.kind()) {
          case INTEGER -> value instanceof Number || value instanceof Json.Literal ? new Json.Literal(plain(value)).asLong().orElse(null) : null;
          case NUMBER -> value instanceof Number || value instanceof Json.Literal ? Double.valueOf(plain(value)) : null;
          default -> value;
        };
    return RuleCheck.isOfKind(field.kind(), candidate) ? candidate : null;
  }

  private static String plain(Object number) {
    if (number instanceof Json.Literal json) {
      return json.text();
    }
    boolean isExact = number instanceof BigDecimal || number instanceof BigInteger;
    String text = number.toString();
    return isExact || !(text.equals("NaN") || text.endsWith("Infinity")) ? text : "1e999";
  }

  /** The values as an input keeps them: a list as a list, another as itself. */
  Map<String, Object> asInput(Operation operation) {
    Map<String, Object> out = new HashMap<>();
    values.forEach((name, items) -> out.put(name, operation.field(name).isList() ? items : items.get(0)));
    return out;
  }

  private static int compareCodePoints(String a, String b) {
    int[] left = a.codePoints().toArray();
    int[] right = b.codePoints().toArray();
    return java.util.Arrays.compare(left, right);
  }
}

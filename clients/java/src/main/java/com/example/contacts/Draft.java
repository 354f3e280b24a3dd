package com.example.contacts;

import com.example.contacts.Operation.Field;
import com.example.contacts.Operation.Kind;
import com.example.contacts.Operation.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a caller gives an operation, under the API's names: values by field, and what is wrong with types and names. */
final class Draft {
  final Operation operation;
  final boolean hasPath;
  final Map<String, List<Object>> values = new HashMap<>();
  final Set<Field> wrong = new HashSet<>();
  final List<Violation> unknown = new ArrayList<>();

  /** Reads the parameters of the path, and the others; {@code path} is null if those of the path do not matter. */
  Draft(Operation operation, Map<?, ?> path, Map<?, ?> input) {
    this.operation = operation;
    hasPath = path != null;
    if (hasPath) {
      read(path, true);
    }
    read(input, false);
  }

  private void read(Map<?, ?> given, boolean isPath) {
    int known = 0;
    for (Field field : operation.fields()) {
      if ((field.in() == Place.PATH) == isPath) {
        Object value = given.get(field.name());
        known += value != null || given.containsKey(field.name()) ? 1 : 0;
        put(field, value);
      }
    }
    if (known < given.size()) {
      TreeSet<String> names = new TreeSet<>(Draft::compareCodePoints);
      given.keySet().forEach(name -> names.add(String.valueOf(name)));
      operation.fields().stream().filter(field -> (field.in() == Place.PATH) == isPath).forEach(field -> names.remove(field.name()));
      names.forEach(name -> unknown.add(new Violation(name, RuleKind.UNKNOWN, name + " is not a parameter of " + operation.id() + ".")));
    }
  }

  private void put(Field field, Object value) {
    boolean isEmptyText = "".equals(value) && field.kind() == Kind.STRING && !field.isList();
    if (value == null || isEmptyText) {
      return;
    }
    List<?> given = field.isList() && value instanceof List<?> list ? list : List.of(value);
    Object[] items = new Object[given.size()];
    boolean isWrong = field.isList() && given != value;
    for (int i = 0; i < items.length; i++) {
      items[i] = typed(field, given.get(i));
      isWrong |= items[i] == null;
    }
    if (isWrong) {
      wrong.add(field);
    } else if (items.length > 0) {
      values.put(field.name(), List.of(items));
    }
  }

  /** A value in the type of its field; null if it has another. */
  private static Object typed(Field field, Object value) {
    return switch (field.kind()) {
      case STRING -> value instanceof String ? value : null;
      case INTEGER -> value instanceof Number ? Json.asLong(value) : null;
      case NUMBER -> value instanceof Number ? Json.asDouble(value) : null;
      case BOOLEAN -> value instanceof Boolean ? value : null;
      case FILE -> value instanceof FileSource ? value : null;
    };
  }

  /** The values as an input keeps them: a list as a list, another as itself. */
  Map<String, Object> asInput() {
    Map<String, Object> out = new HashMap<>();
    values.forEach((name, items) -> out.put(name, operation.field(name).isList() ? List.copyOf(items) : items.get(0)));
    return out;
  }

  private static int compareCodePoints(String a, String b) {
    return java.util.Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());
  }
}

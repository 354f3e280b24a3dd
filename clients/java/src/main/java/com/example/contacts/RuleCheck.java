package com.example.contacts;

import com.example.contacts.Operation.Field;
import com.example.contacts.Operation.Place;
import com.example.contacts.Operation.Rule;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Checks the values of an operation: all rules, one violation for each field, in the contract's order. */
final class RuleCheck {
  private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final Pattern HEADER = Pattern.compile("[\\x21-\\x7E](?:[\\x20-\\x7E]*[\\x21-\\x7E])?");

  private final Operation operation;
  private final Map<String, List<Object>> values;
  private final Set<Field> wrong;
  private final List<Violation> violations = new ArrayList<>();
  private final List<Violation> unsendable = new ArrayList<>();
  private final Map<String, List<FileSource.Facts>> files = new HashMap<>();

  /** Checks; the rules of the path only if the draft has it. */
  RuleCheck(Draft draft) {
    operation = draft.operation;
    values = draft.values;
    wrong = draft.wrong;
    for (Field field : operation.fields()) {
      if (field.in() == Place.PATH && !draft.hasPath) {
        continue;
      }
      if (wrong.contains(field)) {
        add(new Violation(field.name(), RuleKind.TYPE, field.wrongType()), true);
        continue;
      }
      Rule broken = broken(field, values.get(field.name()));
      if (broken != null) {
        add(violation(broken), isUnsendable(field, broken));
      }
    }
    for (Rule rule : operation.disjoint()) {
      Set<String> other = texts(rule.with().get(0));
      if (texts(rule.field()).stream().anyMatch(other::contains) && !isAtFault(rule.field())) {
        add(violation(rule), false);
      }
    }
    if (operation.notEmpty() != null
        && operation.fields().stream().noneMatch(f -> f.in() == Place.BODY && (values.containsKey(f.name()) || isAtFault(f.name())))) {
      add(violation(operation.notEmpty()), false);
    }
    if (violations.size() > 1) {
      List<String> order = operation.fields().stream().map(Field::name).toList();
      violations.sort(Comparator.comparingInt(v -> order.indexOf(v.field())));
    }
    violations.addAll(draft.unknown);
  }

  private static Violation violation(Rule rule) {
    return new Violation(rule.field(), rule.kind(), rule.message());
  }

  private boolean isAtFault(String name) {
    return violations.stream().anyMatch(v -> v.field().equals(name));
  }

  List<Violation> violations() {
    return violations;
  }

  /** Those among the violations that no mode can let pass. */
  List<Violation> unsendable() {
    return unsendable;
  }

  /** What is known of the files that are there. */
  Map<String, List<FileSource.Facts>> files() {
    return files;
  }

  private void add(Violation violation, boolean always) {
    violations.add(violation);
    if (always) {
      unsendable.add(violation);
    }
  }

  private Set<String> texts(String name) {
    return values.getOrDefault(name, List.of()).stream().map(Values::wireText).collect(Collectors.toSet());
  }

  /** Tells whether a rule is about what no encoding can carry. */
  private boolean isUnsendable(Field field, Rule rule) {
    return switch (rule.kind()) {
      case FILE_NAME, NEEDS_FILE -> true;
      case LIST_ITEM -> !values.get(field.name()).stream().allMatch(item -> fitsInList(item, field, false));
      case REQUIRED -> field.in() == Place.PATH;
      default -> rule.check() != null;
    };
  }

  private Rule broken(Field field, List<Object> items) {
    for (Rule rule : field.presence()) {
      if (isPresenceBroken(rule, items != null)) {
        return rule;
      }
    }
    if (items == null) {
      return null;
    }
    for (Rule rule : field.value()) {
      if (isValueBroken(rule, field, items)) {
        return rule;
      }
    }
    for (Object item : items) {
      for (Rule rule : field.item()) {
        if (isBroken(rule, field, item)) {
          return rule;
        }
      }
    }
    return null;
  }

  private boolean isValueBroken(Rule rule, Field field, List<Object> items) {
    if (rule.kind() == RuleKind.NEEDS_FILE) {
      return !inspect(field, items);
    }
    if (field.isList() && rule.kind() != RuleKind.FILE_NAME) {
      return isListBroken(rule, field, items);
    }
    for (Object item : items) {
      if (isBroken(rule, field, item)) {
        return true;
      }
    }
    return false;
  }

  /** Tells whether a field is there; for the rules of others, one of another type is. */
  private boolean isGiven(String name) {
    return values.containsKey(name) || wrong.stream().anyMatch(field -> field.name().equals(name));
  }

  private boolean isPresenceBroken(Rule rule, boolean isThere) {
    return switch (rule.kind()) {
      case REQUIRED -> !isThere && rule.with().stream().noneMatch(this::isGiven);
      case REQUIRED_WITH -> !isThere && rule.with().stream().anyMatch(this::isGiven);
      case REQUIRED_IF -> !isThere && texts(rule.with().get(0)).stream().anyMatch(rule.values()::contains);
      case EXCLUSIVE -> isThere && rule.with().stream().allMatch(this::isGiven);
      default -> throw new IllegalStateException("the runtime does not know the rule " + rule.kind());
    };
  }

  /** Looks at the files of a field; false if one cannot be read, or is empty. */
  private boolean inspect(Field field, List<Object> items) {
    List<FileSource.Facts> facts = new ArrayList<>();
    try {
      for (Object item : items) {
        facts.add(((FileSource) item).inspect());
      }
    } catch (IOException e) {
      return false;
    }
    files.put(field.name(), facts);
    return true;
  }

  private static boolean isListBroken(Rule rule, Field field, List<Object> items) {
    return switch (rule.kind()) {
      case LIST_ITEM -> !items.stream().allMatch(item -> fitsInList(item, field, true));
      case TOO_FEW -> items.size() < rule.limit().intValue();
      case TOO_MANY -> items.size() > rule.limit().intValue();
      case DUPLICATE -> new HashSet<>(items.stream().map(Values::wireText).toList()).size() < items.size();
      case TOO_LONG -> length(joined(field, items)) > rule.limit().intValue();
      default -> throw new IllegalStateException("the runtime does not know the rule " + rule.kind() + " of a list");
    };
  }

  static String joined(Field field, List<Object> items) {
    StringJoiner text = new StringJoiner(field.delimiter());
    items.forEach(item -> text.add(Values.wireText(item)));
    return text.toString();
  }

  /** Tells whether an item can be told from the others of its list. */
  private static boolean fitsInList(Object item, Field field, boolean trimmed) {
    String text = Values.wireText(item);
    if (text.isEmpty() || !field.isJoined()) {
      return !text.isEmpty();
    }
    boolean isTrimmed = !isBlank(text.charAt(0)) && !isBlank(text.charAt(text.length() - 1));
    return !text.contains(field.delimiter()) && (isTrimmed || !trimmed);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || (c >= 0x09 && c <= 0x0d);
  }

  private boolean isBroken(Rule rule, Field field, Object value) {
    return switch (rule.kind()) {
      case TOO_SHORT -> length(Values.wireText(value)) < rule.limit().intValue();
      case TOO_LONG -> length(Values.wireText(value)) > rule.limit().intValue();
      case TOO_SMALL -> compare(value, rule) < (rule.open() ? 1 : 0);
      case TOO_LARGE -> compare(value, rule) > (rule.open() ? -1 : 0);
      case ONE_OF -> !rule.values().contains(Values.wireText(value));
      case FORMAT -> !hasForm(rule, Values.wireText(value));
      case FILE_NAME -> isBadFileName(field, (FileSource) value);
      default -> throw new IllegalStateException("the runtime does not know the rule " + rule.kind() + " of a value");
    };
  }

  /** In code points. */
  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  private static int compare(Object value, Rule rule) {
    return value instanceof Long n
        ? BigDecimal.valueOf(n).compareTo(rule.limit())
        : Double.compare((Double) value + 0.0, rule.limit().doubleValue() + 0.0);
  }

  private static boolean hasForm(Rule rule, String text) {
    if (rule.check() == null) {
      return rule.pattern().matcher(text).matches();
    }
    return switch (rule.check()) {
      case UNICODE -> isUnicode(text);
      case SEGMENT -> !text.equals(".") && !text.equals("..");
      case HEADER -> HEADER.matcher(text).matches();
    };
  }

  private static boolean isUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i)) && (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(++i)))) {
        return false;
      }
    }
    return true;
  }

  private boolean isBadFileName(Field field, FileSource file) {
    return !file.name().isEmpty()
        && (!FILE_NAME.matcher(file.name()).matches()
            || (field.namedPart()
                && operation.fields().stream()
                    .anyMatch(f -> f.in() == Place.BODY && f.name().equalsIgnoreCase(file.name()))));
  }
}

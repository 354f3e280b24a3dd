package com.example.contacts;

import com.example.contacts.Operation.Field;
import com.example.contacts.Operation.Kind;
import com.example.contacts.Operation.Place;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes the path, the query and the headers of a request. */
final class Target {
  private static final String HEX = "0123456789ABCDEF";
  private static final Pattern PARAMETER = Pattern.compile("\\{([^{}]+)\\}");

  private Target() {}

  static String of(Operation operation, String account, Map<String, List<Object>> values) {
    StringBuilder out = new StringBuilder(128);
    Matcher matcher = PARAMETER.matcher(operation.path());
    int end = 0;
    while (matcher.find()) {
      out.append(operation.path(), end, matcher.start());
      String name = matcher.group(1);
      escape(out, name.equals(operation.account()) ? account : Values.wireText(values.get(name).get(0)), "%20");
      end = matcher.end();
    }
    out.append(operation.path().substring(end));
    int path = out.length();
    forEach(operation, Place.QUERY, values, (name, value) -> {
      out.append(out.length() == path ? '?' : '&');
      escape(out, name, "%20");
      escape(out.append('='), value, "%20");
    });
    return out.toString();
  }

  /** Goes through the texts that are there, in the contract's order. */
  static void forEach(Operation operation, Place place, Map<String, List<Object>> values, BiConsumer<String, String> each) {
    for (Field field : operation.fields()) {
      if (field.in() == place && field.kind() != Kind.FILE) {
        forEach(field, values, each);
      }
    }
  }

  static void forEach(Field field, Map<String, List<Object>> values, BiConsumer<String, String> each) {
    List<Object> items = values.getOrDefault(field.name(), List.of());
    if (field.isJoined() && !items.isEmpty()) {
      each.accept(field.name(), RuleCheck.joined(field, items));
    } else {
      items.forEach(item -> each.accept(field.name(), Values.wireText(item)));
    }
  }

  /** Appends a value, all but A-Z a-z 0-9 - _ . ~ as the bytes of UTF-8. */
  static void escape(StringBuilder out, String value, String blank) {
    for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-_.~".indexOf(c) >= 0) {
        out.append(c);
      } else if (c == ' ') {
        out.append(blank);
      } else {
        out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
      }
    }
  }
}

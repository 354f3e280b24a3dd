package com.example.contacts;

import com.example.contacts.Operation.ListOf;
import com.example.contacts.Operation.ObjectOf;
import com.example.contacts.Operation.ResponseMember;
import com.example.contacts.Operation.Scalar;
import com.example.contacts.Operation.Shape;
import com.example.contacts.Operation.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what responses hold: all of a body, or nothing. */
final class ResponseReader {
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,19}");
  private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?");
  private static final Pattern LAST_SEGMENT = Pattern.compile("/([A-Za-z0-9_-]+)\\z");

  /** A member is not what its shape says. */
  private static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableException() {
      super(null, null, false, false);
    }
  }

  private ResponseReader() {}

  /** The members of an object under the names of the wire; empty if one is not what the shape says. */
  static Optional<Map<String, Object>> members(Shape shape, Map<String, Object> object) {
    try {
      return Optional.of(readMembers(shape, object));
    } catch (UnreadableException e) {
      return Optional.empty();
    }
  }

  private static Map<String, Object> readMembers(Shape shape, Map<String, Object> object) throws UnreadableException {
    Map<String, Object> out = new LinkedHashMap<>();
    for (ResponseMember member : shape.members().get()) {
      Object value = member.lastSegmentOf() == null ? object.get(member.name()) : lastSegment(object.get(member.lastSegmentOf()));
      if (value != null) {
        out.put(member.name(), read(member.type(), value));
      } else if (member.required()) {
        throw new UnreadableException();
      }
    }
    return out;
  }

  private static String lastSegment(Object uri) {
    Matcher matcher = LAST_SEGMENT.matcher(uri instanceof String text ? text : "");
    return matcher.find() ? matcher.group(1) : null;
  }

  @SuppressWarnings("unchecked") // maps of JSON
  private static Object read(Type type, Object value) throws UnreadableException {
    if (type instanceof ObjectOf object && value instanceof Map<?, ?> map) {
      Shape shape = object.shape().get();
      return shape.make().apply(readMembers(shape, (Map<String, Object>) map));
    }
    if (type instanceof ListOf list && value instanceof List<?> items) {
      List<Object> out = new ArrayList<>(items.size());
      for (Object item : items) {
        if (item == null) {
          throw new UnreadableException();
        }
        out.add(read(list.item(), item));
      }
      return List.copyOf(out);
    }
    Object scalar = type instanceof Scalar kind ? scalar(kind, value) : null;
    if (scalar == null) {
      throw new UnreadableException();
    }
    return scalar;
  }

  private static Object scalar(Scalar kind, Object value) {
    return switch (kind) {
      case STRING -> value instanceof String text ? wellFormed(text) : null;
      case BOOLEAN -> value instanceof Boolean ? value : "true".equals(value) ? Boolean.TRUE : "false".equals(value) ? Boolean.FALSE : null;
      case INTEGER -> integer(value);
      case NUMBER -> {
        String text = value instanceof Json.Literal number ? number.text() : value instanceof String s ? s : "";
        Double number = NUMBER.matcher(text).matches() ? Double.valueOf(text) : null;
        yield number != null && Double.isFinite(number) ? number : null;
      }
      case JSON -> plain(value);
    };
  }

  private static Long integer(Object value) {
    if (value instanceof Json.Literal number) {
      return number.asLong().orElse(null);
    }
    return value instanceof String text && INTEGER.matcher(text).matches() ? new Json.Literal(text.replaceFirst("^(-?)0+(?=[0-9])", "$1")).asLong().orElse(null) : null;
  }

  /** JSON without our own class for numbers: a whole one is a Long or a BigInteger, another a BigDecimal or text. */
  private static Object plain(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> out = new LinkedHashMap<>();
      map.forEach((name, member) -> out.put((String) name, member == null ? null : plain(member)));
      return out;
    }
    if (value instanceof List<?> list) {
      List<Object> out = new ArrayList<>();
      list.forEach(item -> out.add(item == null ? null : plain(item)));
      return out;
    }
    if (value instanceof Json.Literal number) {
      return number.asLong().<Object>map(n -> n).orElseGet(() -> number.text().length() <= 40 ? new java.math.BigDecimal(number.text()) : number.text());
    }
    return value;
  }

  /** Text in which half of a surrogate pair is U+FFFD. */
  private static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE);
  }

  /** The words of a server: none, if they do not have the form that the contract says. */
  static ServerWords words(ApiInfo api, Map<String, Object> object, UnaryOperator<String> redact) {
    if (api.errorMessage() == null || object == null) {
      return ServerWords.NONE;
    }
    try {
      String message = text(object.get(api.errorMessage()), redact);
      Object list = api.errorList() == null ? null : object.get(api.errorList());
      List<FieldError> errors = new ArrayList<>();
      if (list != null && !(list instanceof List<?>)) {
        return ServerWords.NONE;
      }
      for (Object item : list == null ? List.of() : (List<?>) list) {
        if (!(item instanceof Map<?, ?> error)) {
          return ServerWords.NONE;
        }
        String field = api.errorField() == null ? "" : text(error.get(api.errorField()), redact);
        errors.add(new FieldError(field, text(error.get(api.errorMessage()), redact)));
      }
      return new ServerWords(message, errors);
    } catch (UnreadableException e) {
      return ServerWords.NONE;
    }
  }

  private static String text(Object value, UnaryOperator<String> redact) throws UnreadableException {
    if (value == null) {
      return "";
    }
    if (value instanceof String text) {
      return redact.apply(wellFormed(text));
    }
    throw new UnreadableException();
  }
}

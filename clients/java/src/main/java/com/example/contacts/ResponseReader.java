package com.example.contacts;

import com.example.contacts.Operation.ListOf;
import com.example.contacts.Operation.ObjectOf;
import com.example.contacts.Operation.ResponseMember;
import com.example.contacts.Operation.Scalar;
import com.example.contacts.Operation.Shape;
import com.example.contacts.Operation.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
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

  private final UnaryOperator<String> redact;

  ResponseReader(UnaryOperator<String> redact) {
    this.redact = redact;
  }

  /** A member is not what its shape says. */
  private static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableException() {
      super(null, null, false, false);
    }
  }

  /** An object of a shape, from the names of the wire; empty if a member is not what the shape says. */
  Optional<Values> read(Shape shape, Map<?, ?> object) {
    try {
      return Optional.of(readObject(shape, object));
    } catch (UnreadableException e) {
      return Optional.empty();
    }
  }

  /** An object that a program makes, to stand for one of a server. */
  static Values make(Shape shape, Map<String, ?> members) {
    return new ResponseReader(UnaryOperator.identity())
        .read(shape, CallOptions.require(members, "members"))
        .orElseThrow(() -> new UsageException("members", "must have the names and types that the contract says"));
  }

  private Values readObject(Shape shape, Map<?, ?> object) throws UnreadableException {
    Map<String, Object> out = new HashMap<>();
    for (ResponseMember member : shape.members().get()) {
      Object value = member.lastSegmentOf() == null ? object.get(member.name()) : lastSegment(object.get(member.lastSegmentOf()));
      if (value != null) {
        out.put(member.name(), readValue(member.type(), value));
      } else if (member.required()) {
        throw new UnreadableException();
      }
    }
    return shape.make().apply(out, redact);
  }

  private static String lastSegment(Object uri) {
    Matcher matcher = LAST_SEGMENT.matcher(uri instanceof String text ? text : "");
    return matcher.find() ? matcher.group(1) : null;
  }

  private Object readValue(Type type, Object value) throws UnreadableException {
    Object out = null;
    if (type instanceof ObjectOf object && value instanceof Map<?, ?> map) {
      out = readObject(object.shape().get(), map);
    } else if (type instanceof ListOf list && value instanceof List<?> items) {
      List<Object> read = new ArrayList<>(items.size());
      for (Object item : items) {
        read.add(readValue(list.item(), item));
      }
      out = List.copyOf(read);
    } else if (type instanceof Scalar kind) {
      out = scalar(kind, value);
    }
    if (out == null) {
      throw new UnreadableException();
    }
    return out;
  }

  private static Object scalar(Scalar kind, Object value) {
    return switch (kind) {
      case STRING -> value instanceof String text ? wellFormed(text) : null;
      case BOOLEAN -> value instanceof Boolean ? value : "true".equals(value) ? Boolean.TRUE : "false".equals(value) ? Boolean.FALSE : null;
      case INTEGER -> isNumber(value, INTEGER) ? Json.asLong(value) : null;
      case NUMBER -> isNumber(value, NUMBER) ? Json.asDouble(value) : null;
      case JSON -> value;
    };
  }

  private static boolean isNumber(Object value, Pattern inString) {
    return value instanceof Number || (value instanceof String text && inString.matcher(text).matches());
  }

  /** Text in which half of a surrogate pair is U+FFFD. */
  private static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE);
  }

  /** The words of a server: none, if they do not have the form that the contract says. */
  ServerWords words(ApiInfo api, Map<?, ?> object) {
    if (api.errorMessage() == null || object == null) {
      return ServerWords.NONE;
    }
    try {
      List<FieldError> errors = new ArrayList<>();
      if (api.errorList() != null && object.get(api.errorList()) != null) {
        for (Object item : (List<?>) object.get(api.errorList())) {
          if (!(item instanceof Map<?, ?> error)) {
            return ServerWords.NONE;
          }
          errors.add(new FieldError(api.errorField() == null ? "" : text(error.get(api.errorField())), text(error.get(api.errorMessage()))));
        }
      }
      return new ServerWords(text(object.get(api.errorMessage())), errors);
    } catch (ClassCastException e) { // another form
      return ServerWords.NONE;
    }
  }

  private String text(Object value) {
    return value == null ? "" : redact.apply(wellFormed((String) value));
  }
}

package com.example.contacts;

import java.io.Serializable;
import java.util.List;

/**
 * What a server said, without the credentials; empty where it said nothing that can be read.
 *
 * @param message what is wrong
 * @param errors what is wrong with single parameters
 */
public record ServerWords(String message, List<FieldError> errors) implements Serializable {
  /** A server that said nothing. */
  static final ServerWords NONE = new ServerWords("", List.of());

  /**
   * Keeps a copy of the list.
   *
   * @param message what is wrong
   * @param errors what is wrong with single parameters
   */
  public ServerWords {
    errors = List.copyOf(errors);
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(message.isEmpty() ? "" : ": " + message);
    errors.forEach(e -> out.append(" [").append(e.field()).append(": ").append(e.message()).append(']'));
    return out.toString();
  }
}

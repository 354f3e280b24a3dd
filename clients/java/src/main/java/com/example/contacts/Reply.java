package com.example.contacts;

import java.util.List;

/**
 * What the server said. It is empty where it said nothing that could be read.
 *
 * @param status of HTTP; 0 if there was none
 * @param message what is wrong, in a sentence
 * @param errors what is wrong with each parameter
 */
public record Reply(int status, String message, List<FieldError> errors) {
  /** No answer at all. */
  static final Reply NONE = new Reply(0, "", List.of());

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(status == 0 ? "no answer" : "status " + status);
    if (!message.isEmpty()) {
      text.append(": ").append(message);
    }
    for (FieldError error : errors) {
      text.append(" [").append(error.field()).append(": ").append(error.message()).append(']');
    }
    return text.toString();
  }
}

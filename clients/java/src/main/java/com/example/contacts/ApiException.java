package com.example.contacts;

import java.util.Optional;

/** The base of all exceptions that tell what became of a call. */
public abstract class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String operation;
  private final ResponseInfo info;
  private final ServerWords words;

  ApiException(String operation, String message, ResponseInfo info, ServerWords words, Throwable cause) {
    super(operation + ": " + message, cause);
    this.operation = operation;
    this.info = info;
    this.words = words;
  }

  /**
   * The id of the operation that was called.
   *
   * @return as the contract spells it
   */
  public final String operation() {
    return operation;
  }

  /**
   * The response.
   *
   * @return its status, headers and body; empty if there was none
   */
  public final Optional<ResponseInfo> info() {
    return Optional.ofNullable(info);
  }

  /**
   * What the server said.
   *
   * @return empty where it said nothing that can be read
   */
  public final ServerWords words() {
    return words;
  }

  /**
   * What is known, and so whether the request may be sent again.
   *
   * @return the outcome
   */
  public abstract Outcome outcome();
}

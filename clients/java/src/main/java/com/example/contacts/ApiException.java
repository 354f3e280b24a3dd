package com.example.contacts;

/** The base of all exceptions that tell what became of a call. */
public abstract class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String operation;

  ApiException(String operation, String message, Throwable cause) {
    super(operation + ": " + message, cause);
    this.operation = operation;
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
   * What is known, and so whether the request may be sent again.
   *
   * @return the outcome
   */
  public abstract Outcome outcome();
}

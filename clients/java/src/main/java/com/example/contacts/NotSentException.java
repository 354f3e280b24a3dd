package com.example.contacts;

/** Not one byte of the request was written; the cause says why. It may be sent again. */
public final class NotSentException extends ApiException {
  private static final long serialVersionUID = 1L;

  /**
   * An exception of a request.
   *
   * @param operation the id of the operation
   * @param cause why it was not sent
   */
  public NotSentException(String operation, Throwable cause) {
    super(operation, "not sent, may be sent again: " + cause.getMessage(), null, ServerWords.NONE, cause);
  }

  @Override
  public Outcome outcome() {
    return Outcome.NOT_SENT;
  }
}

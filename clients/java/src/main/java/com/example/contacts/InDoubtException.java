package com.example.contacts;

/**
 * The request was sent, at least in part, and it is not known whether it took effect: there was no response (the
 * cause says why), or one that does not tell. Look before you send it again.
 */
public final class InDoubtException extends ApiException {
  private static final long serialVersionUID = 1L;

  /**
   * An exception of a request.
   *
   * @param operation the id of the operation
   * @param info the response; null if there was none
   * @param words what the server said
   * @param cause why there is no response that can be read; may be null
   */
  public InDoubtException(String operation, ResponseInfo info, ServerWords words, Throwable cause) {
    super(
        operation,
        "in doubt, look before you send it again: "
            + (info != null ? "the response does not tell, " + info + words : cause == null ? "no response" : cause.getMessage()),
        info,
        words,
        cause);
  }

  @Override
  public Outcome outcome() {
    return Outcome.IN_DOUBT;
  }
}

package com.example.contacts;

import java.io.Serializable;

/** The server will do the work later. It is not done yet, and must not be sent again. */
public final class QueuedException extends ApiException {
  private static final long serialVersionUID = 1L;

  private final Serializable result;

  /**
   * An exception of a response.
   *
   * @param operation the id of the operation
   * @param info the response
   * @param result the response as the operation's type
   */
  public QueuedException(String operation, ResponseInfo info, Serializable result) {
    super(operation, "queued, must not be sent again: the server will do it later", info, ServerWords.NONE, null);
    this.result = result;
  }

  /**
   * The response as the operation's type.
   *
   * @return what its method returns
   */
  public Object result() {
    return result;
  }

  @Override
  public Outcome outcome() {
    return Outcome.QUEUED;
  }
}

package com.example.contacts;

import java.time.Duration;
import java.util.Optional;

/** The server refused the request, and nothing changed. */
public final class RefusedException extends ApiException {
  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  /**
   * An exception of a response.
   *
   * @param operation the id of the operation
   * @param info the response
   * @param words what the server said
   * @param retryAfter how long to wait before the request may be sent again; null unless the status is 429
   */
  public RefusedException(String operation, ResponseInfo info, ServerWords words, Duration retryAfter) {
    super(
        operation,
        "refused with " + info + words + (retryAfter == null ? "" : "; may be sent again in " + retryAfter.toSeconds() + " s"),
        info,
        words,
        null);
    this.retryAfter = retryAfter;
  }

  /**
   * How long to wait before the request may be sent again.
   *
   * @return empty unless the status is 429: then the request may be sent after a change
   */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  @Override
  public Outcome outcome() {
    return Outcome.REFUSED;
  }
}

package com.example.contacts;

import java.time.Duration;
import java.util.Optional;

/**
 * The server refused the request and created nothing: it answered with a 4xx other than 402 and 408, or with
 * 2xx and the Status ERROR. It may be sent after the wait, if there is one, or else after a change.
 */
public final class RefusedException extends ContactsException {
  private static final long serialVersionUID = 1;

  private final transient Reply reply;
  /** How long to wait; null if it may not be sent again as it is. */
  private final Duration retryAfter;

  RefusedException(Reply reply, Duration retryAfter) {
    super("refused with " + reply + (retryAfter == null ? "" : "; may be sent again in " + retryAfter.toSeconds() + " s"), null);
    this.reply = reply;
    this.retryAfter = retryAfter;
  }

  /** {@return what the server said} */
  public Reply reply() {
    return reply;
  }

  /**
   * How long to wait before the request may be sent again. Only a 429 has it (FACTS F4).
   *
   * @return 1 to 3,660 seconds; 60 if the server names none
   */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}

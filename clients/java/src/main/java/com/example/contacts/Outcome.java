package com.example.contacts;

import java.util.Locale;

/** What is known after a call, and so whether the request may be sent again. */
public enum Outcome {
  /** It was created: do not send the request again. */
  CREATED,
  /** It was updated. */
  UPDATED,
  /** It was deleted. */
  DELETED,
  /** It was found. */
  FOUND,
  /** A rule refused the input, and nothing was sent: change it. */
  INVALID,
  /** Not one byte of the request was written: send it again. */
  NOT_SENT,
  /** The server refused the request, and nothing changed: wait, or change it. */
  REFUSED,
  /** The server will do it later: do not send the request again. */
  QUEUED,
  /** It is not known whether the request took effect: look before you send it again. */
  IN_DOUBT;

  /**
   * The outcome in lower case, as all clients of this contract spell it.
   *
   * @return the name, such as {@code in_doubt}
   */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}

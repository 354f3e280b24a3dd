package com.example.contacts;

/**
 * The server took the request and will work on it later (FACTS F2): the contact is not there yet, and must not
 * be sent again.
 */
public final class QueuedException extends ContactsException {
  private static final long serialVersionUID = 1;

  /** Where to ask; may be empty. */
  private final String queuedUri;

  QueuedException(String queuedUri) {
    super("queued, must not be sent again: the server will create the contact later (" + queuedUri + ")", null);
    this.queuedUri = queuedUri;
  }

  /** {@return where to ask how the work stands, as a path without a host; may be empty} */
  public String queuedUri() {
    return queuedUri;
  }
}

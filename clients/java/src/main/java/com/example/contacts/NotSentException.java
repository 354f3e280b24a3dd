package com.example.contacts;

/** Not one byte of the request was written. It may be sent again. */
public final class NotSentException extends ContactsException {
  private static final long serialVersionUID = 1;

  NotSentException(Throwable cause) {
    super("not sent, may be sent again: " + cause, cause);
  }
}

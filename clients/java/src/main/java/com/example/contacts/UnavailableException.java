package com.example.contacts;

/** {@link ContactsClient#get} got no answer that tells anything. It may be asked again. */
public final class UnavailableException extends ContactsException {
  private static final long serialVersionUID = 1;

  private final transient Reply reply;

  UnavailableException(Reply reply, Throwable cause) {
    super("no usable answer: " + reply + (cause == null ? "" : ", " + cause), cause);
    this.reply = reply;
  }

  /** {@return what the server said, as far as it said anything} */
  public Reply reply() {
    return reply;
  }
}

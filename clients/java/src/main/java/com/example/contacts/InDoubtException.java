package com.example.contacts;

/**
 * The request was sent, at least in part, and it is not known whether the contact was created: there was no
 * answer, or one that does not tell (FACTS D9 for 402 and 5xx). Look for the contact before you send it again.
 */
public final class InDoubtException extends ContactsException {
  private static final long serialVersionUID = 1;

  private final transient Reply reply;

  InDoubtException(Reply reply, Throwable cause) {
    super("in doubt, look for the contact before you send it again: " + reply + (cause == null ? "" : ", " + cause), cause);
    this.reply = reply;
  }

  /** {@return what the server said, as far as it said anything} */
  public Reply reply() {
    return reply;
  }
}

package com.example.contacts;

/** What became of a request that did not end well. Its class tells whether the request may be sent again. */
public abstract sealed class ContactsException extends Exception
    permits InvalidContactException,
        NotSentException,
        RefusedException,
        QueuedException,
        InDoubtException,
        UnavailableException {
  private static final long serialVersionUID = 1;

  ContactsException(String message, Throwable cause) {
    super(message, cause);
  }
}

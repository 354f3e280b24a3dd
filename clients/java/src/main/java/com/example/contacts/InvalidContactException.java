package com.example.contacts;

import com.example.contacts.generated.Rules.Violation;
import java.util.List;
import java.util.stream.Collectors;

/** A contact breaks rules. Nothing was sent; it may be sent after a change. */
public final class InvalidContactException extends ContactsException {
  private static final long serialVersionUID = 1;

  private final transient List<Violation> violations;

  InvalidContactException(List<Violation> violations, Throwable cause) {
    super(
        violations.stream()
            .map(Violation::message)
            .collect(Collectors.joining(" ", "the contact is invalid, nothing was sent: ", "")),
        cause);
    this.violations = List.copyOf(violations);
  }

  /** {@return the broken rules: at least one, in the contract's order, one for each parameter} */
  public List<Violation> violations() {
    return violations;
  }
}

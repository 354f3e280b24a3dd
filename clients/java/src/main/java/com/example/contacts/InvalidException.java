package com.example.contacts;

import java.util.List;
import java.util.stream.Collectors;

/** The input breaks rules. Nothing was sent; it may be sent after a change. */
public final class InvalidException extends ApiException {
  private static final long serialVersionUID = 1L;

  private final List<Violation> violations;

  /**
   * An exception of an input.
   *
   * @param operation the id of the operation
   * @param violations at least one, in the contract's order, one for each parameter
   */
  public InvalidException(String operation, List<Violation> violations) {
    super(
        operation,
        "the input is invalid, nothing was sent: "
            + violations.stream().map(Violation::message).collect(Collectors.joining(" ")),
        null,
        ServerWords.NONE,
        null);
    this.violations = List.copyOf(violations);
  }

  /**
   * All rules that are broken.
   *
   * @return in the contract's order, one for each parameter
   */
  public List<Violation> violations() {
    return violations;
  }

  @Override
  public Outcome outcome() {
    return Outcome.INVALID;
  }
}

package com.example.contacts;

/** An argument cannot be used. Nothing was sent. */
public final class UsageException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String argument;

  /**
   * An exception about an argument.
   *
   * @param argument its name
   * @param problem what is wrong with it
   */
  public UsageException(String argument, String problem) {
    super(argument + " " + problem);
    this.argument = argument;
  }

  /**
   * Which argument cannot be used.
   *
   * @return its name
   */
  public String argument() {
    return argument;
  }
}

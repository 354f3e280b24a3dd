package com.example.contacts;

import java.util.Locale;

/** The kinds of rules. The set is closed. */
public enum RuleKind {
  /** The parameter must be there, and not empty. */
  REQUIRED,
  /** Another parameter that is there needs this one. */
  REQUIRED_WITH,
  /** The value of another parameter needs this one. */
  REQUIRED_IF,
  /** This parameter cannot be there beside another. */
  EXCLUSIVE,
  /** The value has too few Unicode code points. */
  TOO_SHORT,
  /** The value has too many Unicode code points. */
  TOO_LONG,
  /** The number is too small. */
  TOO_SMALL,
  /** The number is too large. */
  TOO_LARGE,
  /** The list has too few items. */
  TOO_FEW,
  /** The list has too many items. */
  TOO_MANY,
  /** The list holds an item twice. */
  DUPLICATE,
  /** The value does not have the form asked for. */
  FORMAT,
  /** The value is not one of those listed. */
  ONE_OF,
  /** An item cannot be sent as a part of the list. */
  LIST_ITEM,
  /** The file does not exist, cannot be read, or is empty. */
  NEEDS_FILE,
  /** The name given to the file cannot be sent. */
  FILE_NAME,
  /** Data from outside: the value has the wrong type. */
  TYPE,
  /** Data from outside: the operation has no parameter of this name. */
  UNKNOWN;

  /**
   * The kind in lower case, as all clients of this contract spell it.
   *
   * @return the name, such as {@code too_long}
   */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}

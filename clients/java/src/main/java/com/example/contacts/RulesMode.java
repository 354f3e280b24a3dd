package com.example.contacts;

/** What to do with rules that an input breaks. What cannot be sent at all is refused in each mode. */
public enum RulesMode {
  /** Refuse the input. */
  ENFORCE,
  /** Report the violations to the hook, and send. */
  WARN,
  /** Check nothing. */
  OFF
}

package com.example.contacts;

import java.io.Serializable;

/**
 * A rule that an input breaks.
 *
 * @param field the parameter at fault, as the API spells it; empty for the request as a whole
 * @param rule the kind of rule that is broken
 * @param message an English sentence that says what must hold; it never holds a value
 */
public record Violation(String field, RuleKind rule, String message) implements Serializable {}

package com.example.contacts;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The values of inputs and results: an immutable map under the API's names, with a type for each name. */
abstract class Values implements Serializable {
  private static final long serialVersionUID = 1L;

  final Map<String, Object> values;
  private final transient UnaryOperator<String> redact;

  /** Values; {@code redact} takes secrets out of what is printed. */
  Values(Map<String, Object> values, UnaryOperator<String> redact) {
    this.values = Map.copyOf(values);
    this.redact = redact;
  }

  @Override
  @SuppressWarnings("EqualsGetClass") // an input is no result with the same members
  public final boolean equals(Object other) {
    return other != null && other.getClass() == getClass() && values.equals(((Values) other).values);
  }

  @Override
  public final int hashCode() {
    return values.hashCode();
  }

  /** The names and values; the names alone after serialisation, which keeps no secrets to look for. */
  @Override
  public final String toString() {
    TreeMap<String, Object> sorted = new TreeMap<>(values);
    return getClass().getSimpleName() + (redact == null ? sorted.keySet().toString() : redact.apply(sorted.toString()));
  }

  /** A list that nobody can change. It may hold null, which the rules refuse. */
  static <T> List<T> copyOf(List<T> list) {
    return Collections.unmodifiableList(new ArrayList<>(list));
  }

  /** The text of a value, as it is on the wire. */
  static String wireText(Object value) {
    if (value instanceof Double number) {
      return number == 0 ? "0" : shortest(number).toPlainString();
    }
    return value.toString();
  }

  /** The shortest decimal that is read back as the same double; Double.toString has two digits at least. */
  private static BigDecimal shortest(double number) {
    BigDecimal exact = new BigDecimal(number);
    for (int digits = 1; ; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits));
      if (rounded.doubleValue() == number) {
        return rounded.stripTrailingZeros();
      }
    }
  }
}

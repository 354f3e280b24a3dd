package com.example.contacts;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;

/** The values of inputs and results: an immutable map under the API's names, with a type for each name. */
abstract class Values {
  final Map<String, Object> values;

  Values(Map<String, Object> values) {
    this.values = Map.copyOf(values);
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

  @Override
  public final String toString() {
    return getClass().getSimpleName() + new java.util.TreeMap<>(values);
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

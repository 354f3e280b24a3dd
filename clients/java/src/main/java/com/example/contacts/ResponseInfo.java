package com.example.contacts;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A response, beside its result. Only its status is printed: the rest may hold secrets. */
public final class ResponseInfo implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final TreeMap<String, ArrayList<String>> headers = new TreeMap<>();
  private final String body;
  private final Instant receivedAt = Instant.now();

  /**
   * A response that has come.
   *
   * @param status of HTTP
   * @param headers their names in any case
   * @param body as text; null if it could not be read, or was streamed
   */
  public ResponseInfo(int status, Map<String, List<String>> headers, String body) {
    this.status = status;
    this.body = body;
    headers.forEach((name, values) -> this.headers.put(name.toLowerCase(Locale.ROOT), new ArrayList<>(values)));
  }

  /**
   * The status of HTTP.
   *
   * @return such as 200
   */
  public int status() {
    return status;
  }

  /**
   * The first value of a header.
   *
   * @param name in any case
   * @return empty if there is none
   */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT))).map(values -> values.get(0));
  }

  /**
   * All headers, their names in lower case.
   *
   * @return an unmodifiable map
   */
  public Map<String, List<String>> headers() {
    Map<String, List<String>> copy = new TreeMap<>();
    headers.forEach((name, values) -> copy.put(name, List.copyOf(values)));
    return Map.copyOf(copy);
  }

  /**
   * The body as text.
   *
   * @return empty if it could not be read, or was streamed
   */
  public Optional<String> body() {
    return Optional.ofNullable(body);
  }

  /**
   * How many requests the account may send.
   *
   * @return empty if the server does not say it
   */
  public Optional<Long> rateLimit() {
    return number("X-RateLimit-Limit", "X-RateLimit-Limit-Hour", "RateLimit-Limit");
  }

  /**
   * How many of them are left.
   *
   * @return empty if the server does not say it
   */
  public Optional<Long> rateLimitRemaining() {
    return number("X-RateLimit-Remaining", "X-RateLimit-Remaining-Hour", "RateLimit-Remaining");
  }

  /**
   * How long it was until the limit was renewed, when the response came.
   *
   * @return empty if the server does not say it
   */
  public Optional<Duration> rateLimitReset() {
    return number("X-RateLimit-Reset", "X-RateLimit-Reset-Hour", "RateLimit-Reset").map(n -> RetryAfter.until(n, receivedAt)).map(wait -> wait.isNegative() ? Duration.ZERO : wait);
  }

  /** The number in the first of these headers that has one. */
  Optional<Long> number(String... names) {
    return Stream.of(names).flatMap(name -> header(name).stream()).flatMap(value -> RetryAfter.digits(value.strip()).stream()).findFirst();
  }

  @Override
  public String toString() {
    return "status " + status;
  }
}

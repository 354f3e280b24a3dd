package com.example.contacts;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** How long a 429 asks to wait. */
final class RetryAfter {
  /** In the order in which they are believed. */
  private static final List<String> HEADERS =
      List.of("Retry-After", "X-RateLimit-Reset", "X-RateLimit-Reset-Hour", "RateLimit-Reset");

  private static final Duration UNSAID = Duration.ofSeconds(60);
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(61);

  static final Pattern DIGITS = Pattern.compile("[0-9]{1,15}");
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withResolverStyle(ResolverStyle.STRICT);

  private RetryAfter() {}

  static Duration of(Map<String, List<String>> headers, Instant now) {
    for (String name : HEADERS) {
      String value = Transport.header(headers, name).strip();
      Optional<Duration> wait = seconds(value, now);
      if (wait.isEmpty() && name.equals("Retry-After")) {
        wait = date(value, now);
      }
      if (wait.isPresent()) {
        return clamp(wait.get());
      }
    }
    return UNSAID;
  }

  private static Duration clamp(Duration wait) {
    if (wait.compareTo(SHORTEST) < 0) {
      return SHORTEST;
    }
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }

  private static Optional<Duration> seconds(String value, Instant now) {
    if (!DIGITS.matcher(value).matches()) {
      return Optional.empty();
    }
    return Optional.of(until(Long.parseLong(value), now));
  }

  /** How long it is until a moment that is given in seconds from now, or as a Unix time. */
  static Duration until(long n, Instant now) {
    if (n >= 1_000_000_000_000L) {
      return Duration.between(now, Instant.ofEpochMilli(n));
    }
    return n >= 1_000_000_000L ? Duration.between(now, Instant.ofEpochSecond(n)) : Duration.ofSeconds(n);
  }

  private static Optional<Duration> date(String value, Instant now) {
    try {
      LocalDateTime at = LocalDateTime.parse(value, HTTP_DATE);
      return Optional.of(Duration.between(now, at.toInstant(ZoneOffset.UTC)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}

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
import java.util.Optional;
import java.util.regex.Pattern;

/** How long a 429 asks to wait. */
final class RetryAfter {
  private static final Duration UNSAID = Duration.ofSeconds(60);
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(61);
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,15}");
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withResolverStyle(ResolverStyle.STRICT);

  private RetryAfter() {}

  static Duration of(ResponseInfo info, Instant now) {
    Duration wait =
        info.number("Retry-After").map(n -> until(n, now))
            .or(() -> info.header("Retry-After").flatMap(value -> date(value.strip(), now)))
            .or(() -> info.number("X-RateLimit-Reset", "X-RateLimit-Reset-Hour", "RateLimit-Reset").map(n -> until(n, now)))
            .orElse(UNSAID);
    return wait.compareTo(SHORTEST) < 0 ? SHORTEST : wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }

  /** A number of at most 15 digits. */
  static Optional<Long> digits(String value) {
    return DIGITS.matcher(value).matches() ? Optional.of(Long.valueOf(value)) : Optional.empty();
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

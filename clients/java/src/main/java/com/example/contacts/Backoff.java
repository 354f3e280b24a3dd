package com.example.contacts;

import com.example.contacts.Operation.Retry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The wait between two attempts. */
final class Backoff {
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private Backoff() {}

  /** How long to wait after an attempt, counted from 1; empty if the request must not be sent again. */
  static Optional<Duration> after(Operation operation, ApiException error, int number) {
    if (error instanceof NotSentException || (error instanceof InDoubtException && operation.retry() != Retry.NEVER)) {
      Duration wait = Duration.ofMillis(Math.min(250L << Math.min(number - 1, 10), LONGEST.toMillis()));
      return Optional.of(jitter(wait, 0.5, 1.5));
    }
    return error instanceof RefusedException refused
        ? refused.retryAfter().filter(wait -> wait.compareTo(LONGEST) <= 0).map(wait -> jitter(wait, 1, 1.1))
        : Optional.empty();
  }

  /** A duration between two multiples of another, so that many callers do not come back at once. */
  private static Duration jitter(Duration wait, double least, double most) {
    return Duration.ofNanos((long) (wait.toNanos() * ThreadLocalRandom.current().nextDouble(least, most)));
  }

  /** Waits. It returns false if the thread is interrupted. */
  static boolean pause(Duration wait) {
    try {
      TimeUnit.NANOSECONDS.sleep(wait.toNanos());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

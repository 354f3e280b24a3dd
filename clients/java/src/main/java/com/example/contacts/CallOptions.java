package com.example.contacts;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** What holds for a client, or for one call. It is immutable: each method returns a changed copy. */
public final class CallOptions {
  /** Nothing but the defaults of the client. */
  public static final CallOptions DEFAULT = new CallOptions(null, null, null, null, null, null, null, null);

  private static final Duration LONGEST = Duration.ofHours(24);
  private static final int MOST_RETRIES = 100;

  final Duration timeout;
  final Instant deadline;
  final Integer retries;
  final RulesMode rules;
  final Consumer<Attempt> onAttempt;
  final Consumer<CallResult> onOutcome;
  final BiConsumer<String, List<Violation>> onViolations;
  final Consumer<ResponseInfo> onResponse;

  private CallOptions(
      Duration timeout, Instant deadline, Integer retries, RulesMode rules, Consumer<Attempt> onAttempt, Consumer<CallResult> onOutcome,
      BiConsumer<String, List<Violation>> onViolations, Consumer<ResponseInfo> onResponse) {
    this.timeout = timeout;
    this.deadline = deadline;
    this.retries = retries;
    this.rules = rules;
    this.onAttempt = onAttempt;
    this.onOutcome = onOutcome;
    this.onViolations = onViolations;
    this.onResponse = onResponse;
  }

  /** These options over others. */
  CallOptions over(CallOptions base) {
    return new CallOptions(
        or(timeout, base.timeout), or(deadline, base.deadline), or(retries, base.retries), or(rules, base.rules),
        or(onAttempt, base.onAttempt), or(onOutcome, base.onOutcome), or(onViolations, base.onViolations), or(onResponse, base.onResponse));
  }

  private static <T> T or(T value, T otherwise) {
    return value != null ? value : otherwise;
  }

  /**
   * How long one attempt may take, to the end of the response: 60 seconds by default. An upload has one second more
   * for each 128 KiB.
   *
   * @param value more than 0, at most 24 hours
   * @return the changed options
   */
  public CallOptions timeout(Duration value) {
    require(value, "timeout");
    if (value.isZero() || value.isNegative() || value.compareTo(LONGEST) > 0) {
      throw new UsageException("timeout", "must be more than 0 and at most 24 hours");
    }
    return new CallOptions(value, deadline, retries, rules, onAttempt, onOutcome, onViolations, onResponse);
  }

  /**
   * When a call must have ended, with all its attempts: never, by default. A wait that does not fit is not begun.
   *
   * @param value a moment; one that has passed leaves no time to send anything
   * @return the changed options
   */
  public CallOptions deadline(Instant value) {
    return new CallOptions(timeout, require(value, "deadline"), retries, rules, onAttempt, onOutcome, onViolations, onResponse);
  }

  /**
   * How often a request is sent again: 2 by default. It is sent again if it was not sent, if it was refused with 429
   * and a wait of at most 30 seconds, and, if the operation allows it, when it is in doubt.
   *
   * @param value from 0, which is never, to 100
   * @return the changed options
   */
  public CallOptions retries(int value) {
    if (value < 0 || value > MOST_RETRIES) {
      throw new UsageException("retries", "must be from 0 to " + MOST_RETRIES);
    }
    return new CallOptions(timeout, deadline, value, rules, onAttempt, onOutcome, onViolations, onResponse);
  }

  /**
   * What to do with rules that an input breaks: enforce them, by default.
   *
   * @param value the mode
   * @return the changed options
   */
  public CallOptions rules(RulesMode value) {
    return new CallOptions(timeout, deadline, retries, require(value, "rules"), onAttempt, onOutcome, onViolations, onResponse);
  }

  /**
   * Is told of each attempt. What the hook throws is logged, and changes no outcome.
   *
   * @param value the hook
   * @return the changed options
   */
  public CallOptions onAttempt(Consumer<Attempt> value) {
    return new CallOptions(timeout, deadline, retries, rules, require(value, "onAttempt"), onOutcome, onViolations, onResponse);
  }

  /**
   * Is told of each call that ended. What the hook throws is logged, and changes no outcome.
   *
   * @param value the hook
   * @return the changed options
   */
  public CallOptions onOutcome(Consumer<CallResult> value) {
    return new CallOptions(timeout, deadline, retries, rules, onAttempt, require(value, "onOutcome"), onViolations, onResponse);
  }

  /**
   * Is told of the violations that {@link RulesMode#WARN} let pass, with the id of the operation. What the hook throws
   * is logged, and changes no outcome.
   *
   * @param value the hook
   * @return the changed options
   */
  public CallOptions onViolations(BiConsumer<String, List<Violation>> value) {
    return new CallOptions(timeout, deadline, retries, rules, onAttempt, onOutcome, require(value, "onViolations"), onResponse);
  }

  /**
   * Is given the response of a success: its status, headers, rate limits and body. What the hook throws is logged, and
   * changes no outcome.
   *
   * @param value the hook
   * @return the changed options
   */
  public CallOptions onResponse(Consumer<ResponseInfo> value) {
    return new CallOptions(timeout, deadline, retries, rules, onAttempt, onOutcome, onViolations, require(value, "onResponse"));
  }

  static <T> T require(T value, String name) {
    if (value == null) {
      throw new UsageException(name, "must not be null");
    }
    return value;
  }
}

package com.example.contacts;

import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** What holds for a client, or for one call. It is immutable: each method returns a changed copy. */
public final class CallOptions {
  /** Nothing but the defaults of the client. */
  public static final CallOptions DEFAULT = new CallOptions(null, null, null, null, null, null, null, null);

  private static final Duration LONGEST = Duration.ofDays(20);

  final Duration timeout;
  final Duration totalTimeout;
  final Integer retries;
  final RulesMode rules;
  final Consumer<Attempt> onAttempt;
  final Consumer<CallResult> onOutcome;
  final BiConsumer<String, List<Violation>> onViolations;
  final Consumer<ResponseInfo> onResponse;

  @SuppressWarnings("TooManyParameters")
  private CallOptions(
      Duration timeout,
      Duration totalTimeout,
      Integer retries,
      RulesMode rules,
      Consumer<Attempt> onAttempt,
      Consumer<CallResult> onOutcome,
      BiConsumer<String, List<Violation>> onViolations,
      Consumer<ResponseInfo> onResponse) {
    this.timeout = timeout;
    this.totalTimeout = totalTimeout;
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
        or(timeout, base.timeout),
        or(totalTimeout, base.totalTimeout),
        or(retries, base.retries),
        or(rules, base.rules),
        or(onAttempt, base.onAttempt),
        or(onOutcome, base.onOutcome),
        or(onViolations, base.onViolations),
        or(onResponse, base.onResponse));
  }

  private static <T> T or(T value, T otherwise) {
    return value != null ? value : otherwise;
  }

  /**
   * How long one attempt may take, to the end of the response: 60 seconds by default. An upload has one second more
   * for each 128 KiB.
   *
   * @param value more than 0, at most 20 days
   * @return the changed options
   */
  public CallOptions timeout(Duration value) {
    return new CallOptions(
        checked("timeout", value), totalTimeout, retries, rules, onAttempt, onOutcome, onViolations, onResponse);
  }

  /**
   * How long all attempts of a call may take: 20 days by default. A wait that does not fit is not begun.
   *
   * @param value more than 0, at most 20 days
   * @return the changed options
   */
  public CallOptions totalTimeout(Duration value) {
    return new CallOptions(
        timeout, checked("totalTimeout", value), retries, rules, onAttempt, onOutcome, onViolations, onResponse);
  }

  private static Duration checked(String name, Duration value) {
    if (value == null || value.isZero() || value.isNegative() || value.compareTo(LONGEST) > 0) {
      throw new UsageException(name, "must be more than 0 and at most 20 days");
    }
    return value;
  }

  /**
   * How often a request is sent again: 2 by default. It is sent again if it was not sent, if it was refused with 429
   * and a wait of at most 30 seconds, and, if the operation allows it, when it is in doubt.
   *
   * @param value 0 is never
   * @return the changed options
   */
  public CallOptions retries(int value) {
    if (value < 0) {
      throw new UsageException("retries", "must be 0 or more");
    }
    return new CallOptions(timeout, totalTimeout, value, rules, onAttempt, onOutcome, onViolations, onResponse);
  }

  /**
   * What to do with rules that an input breaks: enforce them, by default.
   *
   * @param value the mode
   * @return the changed options
   */
  public CallOptions rules(RulesMode value) {
    require(value, "rules");
    return new CallOptions(timeout, totalTimeout, retries, value, onAttempt, onOutcome, onViolations, onResponse);
  }

  /**
   * Is told of each attempt.
   *
   * @param value the hook
   * @return the changed options
   */
  public CallOptions onAttempt(Consumer<Attempt> value) {
    require(value, "onAttempt");
    return new CallOptions(timeout, totalTimeout, retries, rules, value, onOutcome, onViolations, onResponse);
  }

  /**
   * Is told of each call that ended.
   *
   * @param value the hook
   * @return the changed options
   */
  public CallOptions onOutcome(Consumer<CallResult> value) {
    require(value, "onOutcome");
    return new CallOptions(timeout, totalTimeout, retries, rules, onAttempt, value, onViolations, onResponse);
  }

  /**
   * Is told of the violations that {@link RulesMode#WARN} let pass, with the id of the operation.
   *
   * @param value the hook
   * @return the changed options
   */
  public CallOptions onViolations(BiConsumer<String, List<Violation>> value) {
    require(value, "onViolations");
    return new CallOptions(timeout, totalTimeout, retries, rules, onAttempt, onOutcome, value, onResponse);
  }

  /**
   * Is given the response of a success: its status, headers, rate limits and body.
   *
   * @param value the hook
   * @return the changed options
   */
  public CallOptions onResponse(Consumer<ResponseInfo> value) {
    require(value, "onResponse");
    return new CallOptions(timeout, totalTimeout, retries, rules, onAttempt, onOutcome, onViolations, value);
  }

  static void require(Object value, String name) {
    if (value == null) {
      throw new UsageException(name, "must not be null");
    }
  }
}

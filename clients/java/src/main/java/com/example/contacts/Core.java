package com.example.contacts;

import com.example.contacts.Operation.Field;
import com.example.contacts.Operation.Place;
import com.example.contacts.Operation.ResponseMember;
import com.example.contacts.Operation.Retry;
import com.example.contacts.Transport.Incoming;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Calls operations for one account. */
final class Core implements AutoCloseable {
  private static final int THREADS = 16;
  private static final Duration MAX_RETRY_DELAY = Duration.ofSeconds(30);
  private static final CallOptions DEFAULTS =
      CallOptions.DEFAULT
          .timeout(Duration.ofSeconds(60))
          .totalTimeout(Duration.ofDays(20))
          .retries(2)
          .rules(RulesMode.ENFORCE)
          .onAttempt(attempt -> {})
          .onOutcome(result -> {})
          .onViolations((operation, violations) -> {})
          .onResponse(info -> {});

  private final ApiInfo api;
  private final Credentials credentials;
  private final BaseUrl baseUrl;
  private final Transport transport;
  private final CallOptions options;
  private final ExecutorService threads;
  private final System.Logger logger;

  /**
   * A core.
   *
   * @param baseUrl null: the contract's server
   * @param http null: clients of its own
   */
  Core(ApiInfo api, String account, String token, String baseUrl, HttpClient http, CallOptions options) {
    Json.load();
    this.api = api;
    credentials = new Credentials(account, token);
    this.baseUrl = new BaseUrl(baseUrl == null ? api.baseUrl() : baseUrl);
    if (http != null && http.followRedirects() != HttpClient.Redirect.NEVER) {
      throw new UsageException("httpClient", "must never follow redirects: the credentials would go along");
    }
    threads = threads(api.name());
    transport = new Transport(http, threads);
    this.options = options.over(DEFAULTS);
    logger = System.getLogger("com.example." + api.name());
  }

  /** A few threads that end when they are idle. */
  private static ExecutorService threads(String name) {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** Calls an operation with typed values, and returns its result; null if it has none. */
  Object call(Operation operation, Object[] path, Values input, CallOptions given) {
    Map<String, List<Object>> values = new HashMap<>();
    Set<Field> wrong = new HashSet<>();
    int i = 0;
    for (Field field : operation.fields()) {
      Object value = field.in() == Place.PATH ? path[i++] : input == null ? null : input.values.get(field.name());
      put(values, field, value);
    }
    return call(operation, values, wrong, List.of(), given);
  }

  /** Calls an operation with data from outside. */
  Object call(Operation operation, Map<String, ?> path, Map<String, ?> draft, CallOptions given) {
    Draft ofPath = new Draft(operation, path, true);
    Draft ofInput = new Draft(operation, draft, false);
    Map<String, List<Object>> values = new HashMap<>(ofPath.values);
    values.putAll(ofInput.values);
    Set<Field> wrong = new HashSet<>(ofPath.wrong);
    wrong.addAll(ofInput.wrong);
    List<Violation> unknown = new ArrayList<>(ofPath.unknown);
    unknown.addAll(ofInput.unknown);
    return call(operation, values, wrong, unknown, given);
  }

  private static void put(Map<String, List<Object>> values, Field field, Object value) {
    if (value instanceof List<?> list) {
      if (!list.isEmpty()) {
        values.put(field.name(), List.copyOf(list));
      }
    } else if (value != null && !value.equals("")) {
      values.put(field.name(), List.of(value));
    }
  }

  private Object call(
      Operation operation, Map<String, List<Object>> values, Set<Field> wrong, List<Violation> unknown, CallOptions given) {
    CallOptions.require(given, "options");
    CallOptions settings = given.over(options);
    RuleCheck check = new RuleCheck(operation, values, wrong);
    List<Violation> refused = new ArrayList<>(settings.rules == RulesMode.ENFORCE || !unknown.isEmpty() ? check.violations() : check.unsendable());
    refused.addAll(unknown);
    long begin = System.nanoTime();
    if (!refused.isEmpty()) {
      end(settings, operation, Outcome.INVALID, 0, 0, begin);
      throw new InvalidException(operation.id(), refused);
    }
    if (settings.rules == RulesMode.WARN && !check.violations().isEmpty()) {
      settings.onViolations.accept(operation.id(), check.violations());
    }
    RequestBody body = RequestBody.of(operation, values, check.files());
    String url = baseUrl + Target.of(operation, credentials.account(), values);
    List<String[]> headers = new ArrayList<>();
    headers.add(new String[] {"Accept", operation.accept()});
    headers.add(new String[] {"Authorization", credentials.authorization()});
    headers.add(new String[] {"User-Agent", api.name() + "-java/" + api.version()});
    Target.forEach(operation, Place.HEADER, values, (name, value) -> headers.add(new String[] {name, value}));
    Duration limit = settings.timeout.plusSeconds(body.length() >> 17); // one second more for each 128 KiB

    InDoubtException doubt = null;
    for (int number = 1; ; number++) {
      long attemptBegin = System.nanoTime();
      Duration left = settings.totalTimeout.minusNanos(attemptBegin - begin);
      Result result = attempt(operation, url, headers, body, limit.compareTo(left) < 0 ? limit : left, settings, doubt != null);
      Outcome outcome = result.error == null ? operation.done() : result.error.outcome();
      Optional<Duration> wait =
          number > settings.retries || result.error == null ? Optional.empty() : waitAfter(operation, result.error, number);
      Duration rest = settings.totalTimeout.minusNanos(System.nanoTime() - begin);
      wait = wait.filter(duration -> duration.compareTo(rest) < 0);
      Attempt attempt =
          new Attempt(
              operation.id(), operation.method(), operation.path(), number, result.status, outcome,
              Duration.ofNanos(System.nanoTime() - attemptBegin), wait);
      logger.log(System.Logger.Level.DEBUG, attempt);
      settings.onAttempt.accept(attempt);
      if (result.error instanceof InDoubtException e) {
        doubt = e;
      }
      if (wait.isPresent() && pause(wait.get())) {
        continue;
      }
      // That the last attempt was not sent says nothing of one before.
      ApiException last = result.error instanceof NotSentException && doubt != null ? doubt : result.error;
      end(settings, operation, last == null ? outcome : last.outcome(), result.status, number, begin);
      if (last != null) {
        throw last;
      }
      return result.value;
    }
  }

  private void end(CallOptions settings, Operation operation, Outcome outcome, int status, int attempts, long begin) {
    CallResult result = new CallResult(operation.id(), outcome, status, attempts, Duration.ofNanos(System.nanoTime() - begin));
    logger.log(System.Logger.Level.DEBUG, result);
    settings.onOutcome.accept(result);
  }

  private record Result(int status, Object value, ApiException error) {}

  /** Makes one attempt. It does not throw: whatever happens is an outcome. */
  private Result attempt(
      Operation operation, String url, List<String[]> headers, RequestBody body, Duration limit, CallOptions settings, boolean wasInDoubt) {
    Incoming incoming;
    try {
      incoming = transport.send(operation.method(), url, headers, body, limit, operation.bytes());
    } catch (Transport.UnsentException e) {
      return new Result(0, null, new NotSentException(operation.id(), credentials.clean(e.getCause())));
    } catch (IOException e) {
      return new Result(0, null, new InDoubtException(operation.id(), null, ServerWords.NONE, credentials.clean(e)));
    }
    int status = incoming.info().status();
    try {
      return new Result(status, classify(operation, incoming, settings, wasInDoubt), null);
    } catch (ApiException e) {
      return new Result(status, null, e);
    }
  }

  /** Tells from a response what became of a request. */
  private Object classify(Operation operation, Incoming incoming, CallOptions settings, boolean wasInDoubt) {
    ResponseInfo info = incoming.info();
    int status = info.status();
    boolean isSuccess = status >= 200 && status < 300;
    if (isSuccess && incoming.stream() != null) {
      settings.onResponse.accept(info);
      String length = Transport.header(incoming.headers(), "Content-Length");
      return new ByteStream(
          incoming.stream(),
          Transport.header(incoming.headers(), "Content-Type"),
          length.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(length)),
          cause -> new InDoubtException(operation.id(), info, ServerWords.NONE, credentials.clean(cause)));
    }
    Map<String, Object> object = incoming.body() == null ? null : Json.parseObject(incoming.body()).orElse(null);
    ServerWords words = ResponseReader.words(api, object, credentials::redact);
    boolean isGone = operation.method().equals("DELETE") && status == 404 && wasInDoubt;
    if (isSuccess || isGone) {
      Map<String, Object> members =
          operation.shape() == null || object == null ? null : ResponseReader.members(operation.shape(), object).orElse(null);
      Object result = members == null ? null : operation.shape().make().apply(members);
      switch (isGone ? Meaning.DONE : meaning(operation, incoming.body(), object, members)) {
        case DONE -> {
          settings.onResponse.accept(info);
          return result;
        }
        case QUEUED -> throw new QueuedException(operation.id(), info, result);
        case REFUSED -> throw new RefusedException(operation.id(), info, words, null);
        case UNKNOWN -> throw new InDoubtException(operation.id(), info, words, null);
      }
    }
    // 402 does not say that nothing was done, and 408 may come from a gateway that has passed the request on.
    if (status >= 400 && status < 500 && status != 402 && status != 408) {
      throw new RefusedException(operation.id(), info, words, status == 429 ? RetryAfter.of(incoming.headers(), Instant.now()) : null);
    }
    throw new InDoubtException(operation.id(), info, words, null);
  }

  private enum Meaning {
    DONE,
    QUEUED,
    REFUSED,
    UNKNOWN
  }

  /** What a response with a status of 2xx says. */
  private static Meaning meaning(Operation operation, String body, Map<String, Object> object, Map<String, Object> members) {
    if (operation.shape() == null) {
      return body == null ? Meaning.UNKNOWN : Meaning.DONE;
    }
    if (members == null) {
      return Meaning.UNKNOWN;
    }
    List<ResponseMember> shape = operation.shape().members().get();
    Operation.Member outcome = operation.outcome();
    if (outcome == null) {
      boolean isWhole = shape.stream().filter(ResponseMember::required).allMatch(m -> derives(shape, members, m.name()));
      return isWhole ? Meaning.DONE : Meaning.UNKNOWN;
    }
    if (!(object.get(outcome.name()) instanceof String value)) {
      return Meaning.UNKNOWN;
    }
    if (outcome.done().contains(value)) {
      boolean isWhole =
          outcome.requires().getOrDefault(value, List.of()).stream()
              .allMatch(name -> members.get(name) != null && !members.get(name).equals("") && derives(shape, members, name));
      return isWhole ? Meaning.DONE : Meaning.UNKNOWN;
    }
    if (outcome.queued().contains(value)) {
      return Meaning.QUEUED;
    }
    return outcome.refused().contains(value) ? Meaning.REFUSED : Meaning.UNKNOWN;
  }

  /** Tells whether the member that is read from another is there. */
  private static boolean derives(List<ResponseMember> shape, Map<String, Object> members, String name) {
    return shape.stream().filter(m -> name.equals(m.lastSegmentOf())).allMatch(m -> members.containsKey(m.name()));
  }

  /** How long to wait before a request is sent again; empty if it must not be. */
  private static Optional<Duration> waitAfter(Operation operation, ApiException error, int number) {
    boolean mayRepeat = error instanceof InDoubtException && operation.retry() != Retry.NEVER;
    if (error instanceof NotSentException || mayRepeat) {
      Duration wait = Duration.ofMillis(Math.min(250L << Math.min(number - 1, 10), MAX_RETRY_DELAY.toMillis()));
      return Optional.of(jitter(wait, 0.5, 1.5));
    }
    return error instanceof RefusedException refused
        ? refused.retryAfter().filter(wait -> wait.compareTo(MAX_RETRY_DELAY) <= 0).map(wait -> jitter(wait, 1, 1.1))
        : Optional.empty();
  }

  /** A duration between two multiples of another, so that many callers do not come back at once. */
  private static Duration jitter(Duration wait, double least, double most) {
    return Duration.ofNanos((long) (wait.toNanos() * ThreadLocalRandom.current().nextDouble(least, most)));
  }

  /** Waits. It returns false if the thread is interrupted. */
  private static boolean pause(Duration wait) {
    try {
      TimeUnit.NANOSECONDS.sleep(wait.toNanos());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Goes through the items of all pages, by the number of the page. */
  <T> Stream<T> items(Operation operation, Object firstPage, Function<Long, Values> page) {
    Operation.Pages pages = operation.pages();
    Spliterator<T> items =
        new Spliterators.AbstractSpliterator<>(Long.MAX_VALUE, Spliterator.ORDERED) {
          private long number = firstPage == null ? 1 : (Long) firstPage;
          private List<?> ready = List.of();
          private int next;
          private boolean isLast;

          @Override
          @SuppressWarnings("unchecked") // the contract says what the items are
          public boolean tryAdvance(java.util.function.Consumer<? super T> action) {
            while (next == ready.size()) {
              if (isLast) {
                return false;
              }
              Map<String, Object> result = page.apply(number).values;
              ready = (List<?>) result.getOrDefault(pages.items(), List.of());
              next = 0;
              Object total = pages.totalPages() == null ? null : result.get(pages.totalPages());
              boolean isKnown = total != null && RetryAfter.DIGITS.matcher(total.toString()).matches();
              isLast =
                  isKnown
                      ? number >= Long.parseLong(total.toString())
                      : ready.isEmpty();
              number++;
            }
            action.accept((T) ready.get(next++));
            return true;
          }
        };
    return StreamSupport.stream(items, false);
  }

  /** Runs a call on a thread of the client. */
  <T> CompletableFuture<T> async(Supplier<T> call) {
    return CompletableFuture.supplyAsync(call, threads);
  }

  /** Checks an input without sending it. The rules of the path are left out. */
  static List<Violation> validate(Operation operation, Values input) {
    Map<String, List<Object>> values = new HashMap<>();
    Operation withoutPath = withoutPath(operation);
    withoutPath.fields().forEach(field -> put(values, field, input.values.get(field.name())));
    return new RuleCheck(withoutPath, values, Set.of()).violations();
  }

  /** Checks data from outside without sending it. The rules of the path are left out. */
  static List<Violation> validate(Operation operation, Map<String, ?> draft) {
    Draft read = new Draft(operation, draft, false);
    List<Violation> out = new ArrayList<>(new RuleCheck(withoutPath(operation), read.values, read.wrong).violations());
    out.addAll(read.unknown);
    return List.copyOf(out);
  }

  /** The typed values of a draft; it throws if a type or a name is wrong. */
  static Map<String, Object> fromDraft(Operation operation, Map<String, ?> draft) {
    Draft read = new Draft(operation, draft, false);
    if (!read.wrong.isEmpty() || !read.unknown.isEmpty()) {
      throw new InvalidException(operation.id(), validate(operation, draft));
    }
    return read.asInput(operation);
  }

  private static Operation withoutPath(Operation o) {
    List<Field> fields = o.fields().stream().filter(field -> field.in() != Place.PATH).toList();
    return new Operation(
        o.id(), o.method(), o.path(), o.account(), fields, o.body(), o.disjoint(), o.notEmpty(), o.accept(), o.shape(), o.bytes(),
        o.outcome(), o.retry(), o.done(), o.pages());
  }

  @Override
  public void close() {
    threads.shutdown();
  }

  @Override
  public String toString() {
    return credentials.account() + " at " + baseUrl;
  }
}

package com.example.contacts;

import com.example.contacts.Operation.Field;
import com.example.contacts.Operation.Place;
import com.example.contacts.Transport.Request;
import com.example.contacts.Transport.Response;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Supplier;

/** Calls operations for one account. */
final class Core implements AutoCloseable {
  private static final int ASYNC_CALLS = 32;
  private static final CallOptions DEFAULTS =
      CallOptions.DEFAULT
          .timeout(Duration.ofSeconds(60))
          .deadline(Instant.MAX)
          .retries(2)
          .rules(RulesMode.ENFORCE)
          .onAttempt(attempt -> {})
          .onOutcome(result -> {})
          .onViolations((operation, violations) -> {})
          .onResponse(info -> {});

  private final ApiInfo api;
  private final Credentials credentials;
  private final BaseUrl baseUrl;
  private final Classifier classifier;
  private final HttpClients clients;
  private final Transport transport;
  private final CallOptions options;
  private final ThreadPoolExecutor asyncCalls;
  private final System.Logger logger;

  /** A core; {@code baseUrl} is null for the contract's server, and {@code http} for clients of its own. */
  Core(ApiInfo api, String account, String token, String baseUrl, HttpClient http, CallOptions options) {
    this.api = api;
    credentials = new Credentials(account, token);
    this.baseUrl = BaseUrl.of(baseUrl == null ? api.baseUrl() : baseUrl);
    if (http != null && http.followRedirects() != HttpClient.Redirect.NEVER) {
      throw new UsageException("httpClient", "must never follow redirects: the credentials would go along");
    }
    classifier = new Classifier(api, credentials);
    clients = new HttpClients(http, api.name(), this.baseUrl);
    transport = new Transport(clients);
    this.options = options.over(DEFAULTS);
    asyncCalls = OwnClient.threads(null, api.name(), ASYNC_CALLS);
    logger = System.getLogger("com.example." + api.name());
  }

  /** Calls an operation with the parameters of its path in their order, and returns its result; null if it has none. */
  Object call(Operation operation, Object[] path, Map<?, ?> input, CallOptions given) {
    Map<String, Object> named = new HashMap<>();
    operation.fields().stream().filter(field -> field.in() == Place.PATH).forEach(field -> named.put(field.name(), path[named.size()]));
    return call(operation, named, input, given);
  }

  /** Calls an operation with parameters under the API's names. */
  Object call(Operation operation, Map<?, ?> path, Map<?, ?> input, CallOptions given) {
    CallOptions settings = CallOptions.require(given, "options").over(options);
    Draft draft = new Draft(operation, CallOptions.require(path, "path"), CallOptions.require(input, "input"));
    clients.checkOpen();
    long begin = System.nanoTime();
    Duration time = Duration.between(Instant.now(), settings.deadline);
    RuleCheck check = new RuleCheck(draft);
    List<Violation> refused = settings.rules == RulesMode.ENFORCE || !draft.unknown.isEmpty() ? check.violations() : check.unsendable();
    if (!refused.isEmpty()) {
      end(settings, operation, Outcome.INVALID, 0, 0, begin);
      throw new InvalidException(operation.id(), refused);
    }
    if (settings.rules == RulesMode.WARN && !check.violations().isEmpty()) {
      tell(() -> settings.onViolations.accept(operation.id(), check.violations()));
    }
    Request request = request(operation, draft, check);
    Duration limit = settings.timeout.plusSeconds(request.body().length() >> 17); // one second more for each 128 KiB

    InDoubtException doubt = null;
    for (int number = 1; ; number++) {
      long attemptBegin = System.nanoTime();
      Duration left = time.minusNanos(attemptBegin - begin);
      Result result = attempt(operation, request, limit.compareTo(left) < 0 ? limit : left, settings, doubt != null);
      Outcome outcome = result.error == null ? operation.done() : result.error.outcome();
      Optional<Duration> next = number > settings.retries ? Optional.empty() : Backoff.after(operation, result.error, number);
      Duration rest = time.minusNanos(System.nanoTime() - begin);
      Optional<Duration> wait = next.filter(duration -> duration.compareTo(rest) < 0);
      Attempt attempt =
          new Attempt(
              operation.id(), operation.method(), operation.path(), number, result.status, outcome,
              Duration.ofNanos(System.nanoTime() - attemptBegin), wait);
      tell(() -> logger.log(System.Logger.Level.DEBUG, attempt));
      tell(() -> settings.onAttempt.accept(attempt));
      if (result.error instanceof InDoubtException e) {
        doubt = e;
      }
      if (wait.isPresent() && Backoff.pause(wait.get())) {
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

  private Request request(Operation operation, Draft draft, RuleCheck check) {
    RequestBody body = RequestBody.of(operation, draft.values, check.files());
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Accept", operation.accept());
    headers.put("Authorization", credentials.authorization());
    headers.put("User-Agent", api.name() + "-java/" + api.version());
    if (body.contentType() != null) {
      headers.put("Content-Type", body.contentType());
    }
    Target.forEach(operation, Place.HEADER, draft.values, headers::put);
    URI url = URI.create(baseUrl + Target.of(operation, credentials.account(), draft.values));
    return new Request(operation.method(), url, headers, body, operation.bytes());
  }

  private void end(CallOptions settings, Operation operation, Outcome outcome, int status, int attempts, long begin) {
    CallResult result = new CallResult(operation.id(), outcome, status, attempts, Duration.ofNanos(System.nanoTime() - begin));
    tell(() -> logger.log(System.Logger.Level.DEBUG, result));
    tell(() -> settings.onOutcome.accept(result));
  }

  /** Runs a hook or a logger. What it throws must not hide an outcome; its words may hold secrets. */
  private void tell(Runnable hook) {
    try {
      hook.run();
    } catch (Throwable e) {
      try {
        logger.log(System.Logger.Level.WARNING, "a hook or a logger threw " + e.getClass().getName());
      } catch (Throwable loggers) {
        return; // there is nobody to tell
      }
    }
  }

  private record Result(int status, Object value, ApiException error) {}

  /** Makes one attempt. It does not throw: whatever happens is an outcome. */
  private Result attempt(Operation operation, Request request, Duration limit, CallOptions settings, boolean wasInDoubt) {
    ResponseInfo info = null;
    try {
      Response response = transport.send(request, limit);
      info = response.info();
      ResponseInfo known = info;
      Object value = classifier.result(operation, response, wasInDoubt);
      tell(() -> settings.onResponse.accept(known));
      return new Result(info.status(), value, null);
    } catch (ApiException e) {
      return new Result(info == null ? 0 : info.status(), null, e);
    } catch (Transport.UnsentException e) {
      return new Result(0, null, new NotSentException(operation.id(), credentials.clean(e)));
    } catch (Throwable e) {
      return new Result(info == null ? 0 : info.status(), null, new InDoubtException(operation.id(), info, ServerWords.NONE, credentials.clean(e)));
    }
  }

  /** Runs a call on a thread of the client. To cancel the future interrupts the call. */
  <T> CompletableFuture<T> async(Supplier<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Runnable task =
        () -> {
          try {
            T value = call.get();
            if (!result.complete(value) && value instanceof ByteStream content) {
              content.close(); // nobody else has it
            }
          } catch (Throwable e) {
            result.completeExceptionally(e);
          }
        };
    try {
      Future<?> running = asyncCalls.submit(task);
      CompletableFuture<T> unused = result.whenComplete((value, failure) -> running.cancel(result.isCancelled()));
    } catch (RejectedExecutionException e) {
      clients.checkOpen();
      throw e;
    }
    return result;
  }

  /** Checks parameters without sending them. Those of the path are left out. */
  static List<Violation> validate(Operation operation, Map<?, ?> input) {
    return new RuleCheck(new Draft(operation, null, input)).violations();
  }

  /** The typed values of a draft; it throws if a type or a name is wrong. */
  static Map<String, Object> fromDraft(Operation operation, Map<?, ?> input) {
    Draft draft = new Draft(operation, null, CallOptions.require(input, "draft"));
    if (!draft.wrong.isEmpty() || !draft.unknown.isEmpty()) {
      throw new InvalidException(operation.id(), new RuleCheck(draft).violations());
    }
    return draft.asInput();
  }

  /** Begins no other call; what runs goes on. */
  @Override
  public void close() {
    clients.close();
    asyncCalls.shutdown();
  }

  @Override
  public String toString() {
    return credentials.account() + " at " + baseUrl;
  }
}

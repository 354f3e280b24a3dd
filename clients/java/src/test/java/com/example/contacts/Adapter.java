package com.example.contacts;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Lets the conformance runner drive the client: one JSON object a line in, one out. With --async, by its futures. */
final class Adapter {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Json JSON_READER = new Json();

  private final Map<String, Core> clients = new HashMap<>();
  private final boolean isAsync;

  private Adapter(boolean isAsync) {
    this.isAsync = isAsync;
  }

  public static void main(String[] args) throws IOException {
    Adapter adapter = new Adapter(List.of(args).contains("--async"));
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(write(adapter.answer(JSON_READER.parseObject(line).orElseThrow())));
    }
  }

  private Map<String, Object> answer(Map<String, Object> command) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("id", command.get("id"));
    StringBuilder printed = new StringBuilder();
    try {
      Operation operation = Operations.byId((String) command.get("call"));
      Map<String, Object> input = files(operation, object(command, "input"));
      printed.append(input);
      if (Boolean.TRUE.equals(command.get("validate"))) {
        List<Violation> violations = Core.validate(operation, input);
        answer.put("outcome", violations.isEmpty() ? "valid" : "invalid");
        answer.put("violations", violations(violations));
      } else {
        Core core = core(command);
        printed.append(core);
        Map<String, Object> path = integers(operation, object(command, "path"));
        interruptible(isAsync ? null : command.get("cancelMs"), () -> call(core, operation, command, path, input, answer));
        printed.append(answer.get("response"));
      }
    } catch (ApiException e) {
      report(answer, e);
      print(printed, e);
    } catch (CancellationException e) {
      answer.put("outcome", "cancelled");
    } catch (UsageException e) {
      answer.put("outcome", "misconfigured");
      print(printed, e);
    }
    answer.put("printed", printed.toString());
    return answer;
  }

  /** Interrupts a call after some time, unless it has ended. Who interrupts a thread must still see it. */
  private static void interruptible(Object cancelMs, Runnable call) {
    if (!(cancelMs instanceof Number ms)) {
      call.run();
      return;
    }
    Alarm alarm = new Alarm(nanos(ms));
    try {
      call.run();
      checkInterrupt(alarm);
    } catch (ApiException e) {
      checkInterrupt(alarm);
      throw e;
    } finally {
      alarm.off();
    }
  }

  private static void checkInterrupt(Alarm alarm) {
    if (alarm.rang() && !Thread.currentThread().isInterrupted()) {
      throw new AssertionError("the call took the interrupt away");
    }
  }

  /** The result of a call; a future that is cancelled after some time, if it has not ended, throws. */
  private Object result(Object cancelMs, Core core, Supplier<Object> call) {
    if (!isAsync) {
      return call.get();
    }
    CountDownLatch ended = new CountDownLatch(1);
    AtomicBoolean hasBegun = new AtomicBoolean();
    CompletableFuture<Object> future =
        core.async(
            () -> {
              hasBegun.set(true);
              try {
                return call.get();
              } finally {
                ended.countDown();
              }
            });
    if (cancelMs instanceof Number ms) {
      CompletableFuture.delayedExecutor(nanos(ms), TimeUnit.NANOSECONDS).execute(() -> future.cancel(true));
    }
    try {
      return future.join();
    } catch (CancellationException e) {
      if (hasBegun.get()) { // java.net.http could close the connection of the next call: README.md
        await(ended);
      }
      throw e;
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static long nanos(Number millis) {
    return (long) (millis.doubleValue() * 1e6);
  }

  private void call(
      Core core, Operation operation, Map<String, Object> command, Map<String, Object> path, Map<String, Object> input,
      Map<String, Object> answer) {
    ResponseInfo[] last = new ResponseInfo[1];
    CallOptions options = CallOptions.DEFAULT.onResponse(info -> last[0] = info);
    if (Boolean.TRUE.equals(command.get("pages"))) {
      Object first = new Draft(operation, null, input).asInput().get(operation.pages().page());
      Stream<Values> items =
          Pages.items(
              operation,
              first,
              page -> {
                Map<String, Object> withPage = new HashMap<>(input);
                withPage.put(operation.pages().page(), page);
                return (Values) core.call(operation, path, withPage, options);
              });
      answer.put("items", items.map(item -> (Object) item).toList());
    } else {
      Object result = result(command.get("cancelMs"), core, () -> core.call(operation, path, input, options));
      if (result instanceof ByteStream stream) {
        answer.put("bytes", bytes(stream));
      } else if (result != null) {
        answer.put("response", result);
      }
    }
    answer.put("outcome", operation.done().id());
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("status", last[0].status());
    last[0].rateLimit().ifPresent(n -> info.put("limit", n));
    last[0].rateLimitRemaining().ifPresent(n -> info.put("remaining", n));
    last[0].rateLimitReset().ifPresent(wait -> info.put("resetSeconds", Math.round(wait.toMillis() / 1000.0)));
    answer.put("info", info);
  }

  private static Map<String, Object> bytes(ByteStream stream) {
    try (stream) {
      byte[] content = stream.readAllBytes();
      String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
      return Map.of("sha256", sha256, "length", content.length, "contentType", stream.contentType());
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private Core core(Map<String, Object> command) {
    Map<String, Object> options = object(command, "options");
    String key = List.of(command.get("baseUrl"), command.get("account"), command.get("token"), options).toString();
    return clients.computeIfAbsent(
        key,
        unused ->
            new Core(
                Operations.API, (String) command.get("account"), (String) command.get("token"), (String) command.get("baseUrl"), null,
                CallOptions.DEFAULT
                    .retries((int) number(options, "retries", 0))
                    .timeout(Duration.ofMillis(number(options, "timeoutMs", 10_000)))
                    .rules(RulesMode.valueOf(((String) options.getOrDefault("rules", "enforce")).toUpperCase(Locale.ROOT)))));
  }

  private static long number(Map<String, Object> options, String name, long otherwise) {
    return options.get(name) instanceof Number n ? n.longValue() : otherwise;
  }

  @SuppressWarnings("unchecked") // maps of JSON
  private static Map<String, Object> object(Map<String, Object> command, String name) {
    return command.get(name) instanceof Map<?, ?> map ? new LinkedHashMap<>((Map<String, Object>) map) : new LinkedHashMap<>();
  }

  /** Files are told by their paths. */
  private static Map<String, Object> files(Operation operation, Map<String, Object> input) {
    input.replaceAll(
        (name, value) -> {
          Operation.Field field = operation.field(name);
          return field != null && field.kind() == Operation.Kind.FILE ? file(value) : value;
        });
    return input;
  }

  private static Object file(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(Adapter::file).toList();
    }
    if (value instanceof Map<?, ?> map && map.get("Path") instanceof String path) {
      FileSource file = FileSource.of(Path.of(path));
      return map.get("Name") instanceof String name ? file.named(name) : file;
    }
    return value;
  }

  /** Large integers come as text. */
  private static Map<String, Object> integers(Operation operation, Map<String, Object> path) {
    path.replaceAll(
        (name, value) -> {
          Operation.Field field = operation.field(name);
          boolean isInteger = field != null && field.kind() == Operation.Kind.INTEGER;
          return isInteger && value instanceof String text && text.matches("-?[0-9]+") ? new BigInteger(text) : value;
        });
    return path;
  }

  private static void report(Map<String, Object> answer, ApiException error) {
    answer.put("outcome", error.outcome().id());
    if (error instanceof InvalidException invalid) {
      answer.put("violations", violations(invalid.violations()));
    } else if (error instanceof QueuedException queued) {
      answer.put("response", queued.result());
    } else if (error instanceof RefusedException refused) {
      said(answer, error);
      refused.retryAfter().ifPresent(wait -> answer.put("waitMs", wait.toMillis()));
    } else if (error instanceof InDoubtException) {
      said(answer, error);
    }
  }

  private static void said(Map<String, Object> answer, ApiException error) {
    error.info().ifPresent(known -> answer.put("status", known.status()));
    answer.put("message", error.words().message());
    answer.put("errors", error.words().errors().stream().map(e -> Map.of("Field", e.field(), "Message", e.message())).toList());
  }

  private static List<Map<String, String>> violations(List<Violation> violations) {
    return violations.stream().map(v -> Map.of("Field", v.field(), "Rule", v.rule().id(), "Message", v.message())).toList();
  }

  /** All that the language can be made to print of an exception. */
  private static void print(StringBuilder out, Throwable error) {
    StringWriter trace = new StringWriter();
    error.printStackTrace(new PrintWriter(trace));
    out.append(error).append(trace);
    for (Method method : error.getClass().getMethods()) {
      if (method.getParameterCount() == 0 && method.getDeclaringClass().getPackage() == Adapter.class.getPackage()) {
        try {
          out.append(method.invoke(error));
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  private static String write(Object value) throws IOException {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      write(json, value);
    }
    return out.toString();
  }

  private static void write(JsonGenerator json, Object value) throws IOException {
    if (value instanceof Values object) {
      write(json, object.values);
    } else if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        json.writeFieldName((String) entry.getKey());
        write(json, entry.getValue());
      }
      json.writeEndObject();
    } else if (value instanceof List<?> list) {
      json.writeStartArray();
      for (Object item : new ArrayList<>(list)) {
        write(json, item);
      }
      json.writeEndArray();
    } else if (value instanceof Double number) {
      json.writeNumber(Values.wireText(number));
    } else if (value instanceof Number number) {
      json.writeNumber(number.toString());
    } else if (value instanceof Boolean bool) {
      json.writeBoolean(bool);
    } else if (value == null) {
      json.writeNull();
    } else {
      json.writeString(value.toString());
    }
  }
}

package com.example.contacts;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Sends one request and reads what comes back. */
final class Transport {
  private static final int MAX_HEADER_BYTES = 64 * 1024;
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

  /**
   * What a server sent back.
   *
   * @param body null if it did not come whole, is too long or is not UTF-8
   * @param stream of a response that is content; else null
   */
  record Incoming(ResponseInfo info, Map<String, List<String>> headers, String body, InputStream stream) {}

  /** Not one byte of the request was written. */
  static final class UnsentException extends Exception {
    private static final long serialVersionUID = 1L;

    UnsentException(Throwable cause) {
      super(cause);
    }
  }

  /** A response does not say how long it is. */
  private static final class UnframedException extends IOException {
    private static final long serialVersionUID = 1L;

    UnframedException() {
      super("the response does not say how long it is");
    }
  }

  private final Supplier<HttpClient> http;
  private final ExecutorService threads;

  /**
   * A transport.
   *
   * @param http what sends; null: clients of its own
   */
  Transport(HttpClient http, ExecutorService threads) {
    this.threads = threads;
    this.http = http != null ? () -> http : new Rotation(threads);
  }

  /**
   * Sends a request.
   *
   * @param limit how long that may take, to the end of the response
   * @param isBytes a success is content, to be streamed
   * @throws UnsentException if it is proven that nothing was written
   * @throws IOException if there is no response
   */
  Incoming send(String method, String url, List<String[]> headers, RequestBody body, Duration limit, boolean isBytes)
      throws UnsentException, IOException {
    if (limit.isNegative() || limit.isZero()) {
      throw new UnsentException(new HttpTimeoutException("no time is left"));
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new UnsentException(new InterruptedException("the thread was interrupted before"));
    }
    List<InputStream> opened = new CopyOnWriteArrayList<>();
    Witness witness = new Witness(body.publisher(opened), body.length());
    AtomicReference<HttpResponse.ResponseInfo> head = new AtomicReference<>();
    long begin = System.nanoTime();
    try {
      HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).version(HttpClient.Version.HTTP_1_1);
      headers.forEach(header -> request.header(header[0], header[1]));
      if (body.contentType() != null) {
        request.header("Content-Type", body.contentType());
      }
      request.method(method, witness);
      CompletableFuture<HttpResponse<Object>> sent = http.get().sendAsync(request.build(), info -> {
        head.set(info);
        return isBytes && info.statusCode() >= 200 && info.statusCode() < 300
            ? BodySubscribers.mapping(BodySubscribers.ofInputStream(), stream -> (Object) stream)
            : new TextBody();
      });
      HttpResponse<Object> response = await(sent, limit);
      checkHeaders(response);
      Duration left = limit.minusNanos(System.nanoTime() - begin);
      if (response.body() instanceof InputStream stream) {
        CompletableFuture.delayedExecutor(left.toMillis(), TimeUnit.MILLISECONDS, threads).execute(() -> close(stream));
        return incoming(response.statusCode(), response, null, stream);
      }
      return incoming(response.statusCode(), response, text((TextBody) response.body(), left), null);
    } catch (Throwable e) { // whatever it is: it must not hide what is known
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      if (witness.nothingWritten()) {
        throw new UnsentException(e);
      }
      // If a body breaks off soon enough, sending fails although the header has come.
      HttpResponse.ResponseInfo info = head.get();
      if (info != null && headerBytes(info.headers().map()) <= MAX_HEADER_BYTES && !(e instanceof UnframedException)) {
        ResponseInfo known = new ResponseInfo(info.statusCode(), info.headers(), null);
        return new Incoming(known, info.headers().map(), null, null);
      }
      throw e instanceof IOException io ? io : new IOException(e);
    } finally {
      opened.forEach(Transport::close);
    }
  }

  private static <T> T await(CompletableFuture<T> sent, Duration limit) throws Throwable {
    try {
      return sent.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw e.getCause();
    } catch (TimeoutException e) {
      sent.cancel(true);
      throw new HttpTimeoutException("the response did not come in time");
    } catch (InterruptedException e) {
      sent.cancel(true);
      throw e;
    }
  }

  private static void checkHeaders(HttpResponse<?> response) throws IOException {
    List<String> lengths = response.headers().allValues("Content-Length");
    if (lengths.size() > 1 || !lengths.stream().allMatch(length -> LENGTH.matcher(length.strip()).matches())) {
      throw new UnframedException();
    }
    if (headerBytes(response.headers().map()) > MAX_HEADER_BYTES) {
      throw new IOException("the headers of the response are too long");
    }
  }

  private static long headerBytes(Map<String, List<String>> headers) {
    long size = 0;
    for (Map.Entry<String, List<String>> header : headers.entrySet()) {
      for (String value : header.getValue()) {
        size += header.getKey().length() + value.length() + 4;
      }
    }
    return size;
  }

  private static Incoming incoming(int status, HttpResponse<?> response, String body, InputStream stream) {
    return new Incoming(new ResponseInfo(status, response.headers(), body), response.headers().map(), body, stream);
  }

  private static String text(TextBody body, Duration limit) throws InterruptedException {
    try {
      byte[] bytes = body.read(limit);
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    } catch (IOException e) {
      return null; // cut, or too long
    }
  }

  private static void close(InputStream stream) {
    try {
      stream.close();
    } catch (IOException e) {
      // It was only read.
    }
  }

  /** The first value of a header; empty if there is none. */
  static String header(Map<String, List<String>> headers, String name) {
    return headers.entrySet().stream()
        .filter(e -> e.getKey().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT)))
        .map(e -> e.getValue().get(0))
        .findFirst()
        .orElse("");
  }
}

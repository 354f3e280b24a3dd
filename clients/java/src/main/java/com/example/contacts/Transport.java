package com.example.contacts;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Sends one request and reads what comes back. */
final class Transport {
  private static final int MAX_HEADER_BYTES = 64 * 1024;
  private static final int PROXY_AUTHENTICATION_REQUIRED = 407;
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

  /** What is sent; a success is content, to be streamed, if {@code isBytes}. */
  record Request(String method, URI url, Map<String, String> headers, RequestBody body, boolean isBytes) {}

  /** What came back; {@code stream} is null unless it is content. */
  record Response(ResponseInfo info, InputStream stream) {}

  /** Not one byte of the request was written. */
  static final class UnsentException extends Exception {
    private static final long serialVersionUID = 1L;

    UnsentException(String where, Throwable cause) {
      super(where, cause);
    }
  }

  private final HttpClients clients;

  Transport(HttpClients clients) {
    this.clients = clients;
  }

  /**
   * Sends a request.
   *
   * @param limit how long that may take, to the end of the response
   * @throws UnsentException if it is proven that nothing was written
   * @throws IOException if there is no response
   */
  Response send(Request request, Duration limit) throws UnsentException, IOException {
    long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(limit);
    List<Closeable> opened = new CopyOnWriteArrayList<>();
    Witness witness = new Witness(request.body().publisher(opened), request.body().length());
    Head head = new Head(request.isBytes());
    HttpClients.Lease lease = null;
    InputStream stream = null;
    try {
      if (limit.isNegative() || limit.isZero()) {
        throw new HttpTimeoutException("no time is left");
      }
      if (Thread.interrupted()) {
        throw new InterruptedException("the thread was interrupted before");
      }
      lease = clients.acquire();
      HttpRequest.Builder http = HttpRequest.newBuilder(request.url()).version(HttpClient.Version.HTTP_1_1).method(request.method(), witness);
      request.headers().forEach(http::header);
      HttpResponse<Object> response = sendInTime(lease.http(), http.build(), head, end);
      if (response.statusCode() == PROXY_AUTHENTICATION_REQUIRED && witness.nothingWritten()) {
        throw new IOException("the proxy refused with 407");
      }
      if (response.body() instanceof InputStream content) {
        stream = timed(content, end, lease);
        return new Response(head.info(null), stream);
      }
      return new Response(head.info(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap((byte[]) response.body())).toString()), null);
    } catch (Throwable e) { // whatever it is: it must not hide what is known
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      if (witness.nothingWritten()) {
        throw new UnsentException(where(request.url(), lease), reason(e));
      }
      // The header has come, and what follows it cannot be read, or did not come in time.
      if (head.known != null && isFramed(head.known.headers())) {
        return new Response(head.info(null), null);
      }
      throw e instanceof IOException io ? io : new IOException(e);
    } finally {
      opened.forEach(Transport::close);
      if (stream == null && lease != null) {
        lease.release().run();
      }
    }
  }

  /** The status and header of a response, which are kept as soon as they have come, and where its body goes. */
  private static final class Head implements HttpResponse.BodyHandler<Object> {
    volatile HttpResponse.ResponseInfo known;
    private final boolean isBytes;

    Head(boolean isBytes) {
      this.isBytes = isBytes;
    }

    @Override
    public BodySubscriber<Object> apply(HttpResponse.ResponseInfo given) {
      known = given;
      if (!isFramed(given.headers())) {
        throw new IllegalStateException("the response does not say how long it is, or has too long a header");
      }
      boolean isContent = isBytes && given.statusCode() >= 200 && given.statusCode() < 300;
      return isContent ? new ContentBody() : new TextBody();
    }

    ResponseInfo info(String text) {
      return new ResponseInfo(known.statusCode(), known.headers().map(), text);
    }
  }

  /** Sends on this thread, which takes fewer threads than to send asynchronously, but could wait for ever. */
  private static HttpResponse<Object> sendInTime(HttpClient http, HttpRequest request, Head head, long end) throws IOException, InterruptedException {
    Alarm alarm = new Alarm(end - System.nanoTime());
    try {
      return http.send(request, head);
    } catch (InterruptedException e) {
      if (alarm.rang()) {
        throw new HttpTimeoutException("the response did not come in time");
      }
      throw e;
    } finally {
      alarm.off();
    }
  }

  /** Content that ends in time, and then gives back what it came with. */
  private static InputStream timed(InputStream stream, long end, HttpClients.Lease lease) {
    CompletableFuture<Void> closed = new CompletableFuture<Void>().orTimeout(end - System.nanoTime(), TimeUnit.NANOSECONDS);
    CompletableFuture<Void> unused = closed.whenComplete(
        (nothing, late) -> {
          close(stream);
          lease.release().run();
        });
    return new java.io.FilterInputStream(stream) {
      @Override
      public void close() {
        closed.complete(null);
      }
    };
  }

  private static boolean isFramed(HttpHeaders headers) {
    List<String> lengths = headers.allValues("Content-Length");
    long size = 0;
    for (Map.Entry<String, List<String>> header : headers.map().entrySet()) {
      for (String value : header.getValue()) {
        size += header.getKey().length() + value.length() + 4;
      }
    }
    return size <= MAX_HEADER_BYTES && lengths.size() <= 1 && lengths.stream().allMatch(length -> LENGTH.matcher(length.strip()).matches());
  }

  /** What a request did not reach. */
  private static String where(URI url, HttpClients.Lease lease) {
    String host = url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    try {
      ProxySelector proxies = lease.http().proxy().orElseGet(ProxySelector::getDefault);
      Proxy proxy = proxies.select(url).get(0);
      return proxy.type() == Proxy.Type.HTTP && proxy.address() instanceof InetSocketAddress address
          ? host + " through the proxy " + address.getHostString() + ":" + address.getPort()
          : host;
    } catch (Throwable e) { // there is none, or the caller's is broken
      return host;
    }
  }

  /** A failure in words, where the JDK has none. */
  private static Throwable reason(Throwable failure) {
    for (Throwable link = failure; link != null; link = link.getCause()) {
      if (link instanceof UnresolvedAddressException) {
        return new IOException("the name of the host is not known");
      }
      if (link instanceof ClosedChannelException) {
        return new IOException("the connection was refused, or was not made");
      }
    }
    return failure;
  }

  private static void close(Closeable opened) {
    try {
      opened.close();
    } catch (Throwable e) { // it was only read, and may be the caller's
      return;
    }
  }
}

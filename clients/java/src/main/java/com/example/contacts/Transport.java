package com.example.contacts;

import com.example.contacts.generated.api.ContactsApi;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Sends one request and reads what comes back. */
final class Transport {
  private static final int THREADS = 16;

  /** An operation of the contract, with its parameters. */
  interface Operation {
    HttpRequest.Builder request(ContactsApi api, BodyPublisher body);
  }

  private final BaseUrl baseUrl;
  private final Credentials credentials;
  private final HttpClient http;
  private final ContactsApi api;

  /**
   * A transport to a server.
   *
   * @param http null: one of its own
   */
  Transport(BaseUrl baseUrl, Credentials credentials, HttpClient http) {
    this.baseUrl = baseUrl;
    this.credentials = credentials;
    this.http =
        http != null
            ? http
            : HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).executor(threads()).build();
    HttpRequest.Builder prepared =
        HttpRequest.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .header("Accept", "application/json"); // without it the API answers in XML (FACTS F3)
    api = new ContactsApi(baseUrl.toString(), credentials.encoded(), prepared);
  }

  /**
   * A few threads that end when they are idle. With HttpClient's own pool, which hands each task to another
   * thread, a create takes longer.
   */
  private static Executor threads() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "contacts");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /**
   * Sends a request.
   *
   * @param operation which request
   * @param limit how long that may take, to the end of the answer
   * @return the answer; with status 0 if none came, or none in time
   * @throws NotSentException if it is proven that nothing was written
   */
  Answer send(Operation operation, RequestBody body, Duration limit) throws NotSentException {
    if (limit.isNegative() || limit.isZero()) {
      throw new NotSentException(new HttpTimeoutException("no time is left"));
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new NotSentException(new InterruptedException("the thread was interrupted before"));
    }
    InputStream content;
    try {
      content = body.open();
    } catch (IOException e) {
      throw new NotSentException(e);
    }
    try {
      return send(operation, body, content, limit);
    } finally {
      close(content);
    }
  }

  private Answer send(Operation operation, RequestBody body, InputStream content, Duration limit)
      throws NotSentException {
    Witness witness = new Witness(body.publisher(content), body.length());
    HttpRequest.Builder request = operation.request(api, witness).timeout(limit); // to the end of the answer's header
    if (body.contentType() != null) {
      request.header("Content-Type", body.contentType());
    }
    long begin = System.nanoTime();
    Exception cause;
    // If a body breaks off soon enough, send fails although the header has come.
    AtomicReference<HttpResponse.ResponseInfo> header = new AtomicReference<>();
    try {
      HttpResponse<AnswerBody> response =
          http.send(
              request.build(),
              info -> {
                header.set(info);
                return new AnswerBody();
              });
      return read(response, limit.minusNanos(System.nanoTime() - begin));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cause = e;
    } catch (IOException | IllegalStateException e) {
      cause = e;
    }
    if (witness.nothingWritten()) {
      throw new NotSentException(credentials.clean(cause));
    }
    HttpResponse.ResponseInfo info = header.get();
    return info == null ? new Answer(0, null, null, cause) : new Answer(info.statusCode(), info.headers(), null, cause);
  }

  private static Answer read(HttpResponse<AnswerBody> response, Duration limit) {
    byte[] body = null;
    Exception cause = null;
    try {
      body = response.body().read(limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cause = e;
    } catch (IOException e) {
      cause = e;
    }
    return new Answer(response.statusCode(), response.headers(), body, cause);
  }

  private static void close(InputStream content) {
    try {
      content.close();
    } catch (IOException e) {
      // It was only read.
    }
  }

  @Override
  public String toString() {
    return baseUrl.toString();
  }
}

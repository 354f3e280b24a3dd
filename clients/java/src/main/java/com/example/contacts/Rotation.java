package com.example.contacts;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * HttpClients that take requests for 30 seconds each. So a connection that has idled for longer is never used
 * again: devices on the way forget it without a word, and the JDK keeps it for up to 20 minutes, by a property of
 * the whole process.
 */
final class Rotation implements Supplier<HttpClient> {
  private static final long NANOS = Duration.ofSeconds(30).toNanos();

  private final Executor threads;
  private HttpClient current;
  private long since;

  Rotation(Executor threads) {
    this.threads = threads;
  }

  @Override
  public synchronized HttpClient get() {
    long now = System.nanoTime();
    if (current == null || now - since > NANOS) {
      current = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).executor(threads).build();
      since = now;
    }
    return current;
  }
}

package com.example.contacts;

import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.time.Duration;

/**
 * What sends the requests: the caller's HttpClient, or own ones. Devices on the way forget a connection that idles
 * without a word. The JDK closes it after 30 seconds since its version 20; before, after 20 minutes, by a property of
 * the whole process. So an own client of an earlier JDK takes requests for 30 seconds, and then another one does.
 */
final class HttpClients {
  private static final boolean MUST_ROTATE = Runtime.version().feature() < 20;
  private static final long LONGEST_NANOS = Duration.ofSeconds(30).toNanos();

  /** A client for one call; {@code release} is to be run when the call has ended. */
  record Lease(HttpClient http, Runnable release) {}

  private final HttpClient given;
  private final String name;
  private final BaseUrl url;
  private OwnClient current;
  private boolean isClosed;

  /** Clients; {@code given} is the caller's, or null. */
  HttpClients(HttpClient given, String name, BaseUrl url) {
    this.given = given;
    this.name = name;
    this.url = url;
  }

  synchronized Lease acquire() throws GeneralSecurityException {
    checkOpen();
    if (given != null) {
      return new Lease(given, () -> {});
    }
    if (current != null && MUST_ROTATE && current.ageNanos() > LONGEST_NANOS) {
      current.retire();
      current = null;
    }
    if (current == null) {
      current = new OwnClient(name, url);
    }
    return new Lease(current.acquire(), current::release);
  }

  synchronized void checkOpen() {
    if (isClosed) {
      throw new UsageException("client", "is closed");
    }
  }

  synchronized void close() {
    isClosed = true;
    if (current != null) {
      current.retire();
      current = null;
    }
  }
}

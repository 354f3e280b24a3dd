package com.example.contacts;

import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * An HttpClient with its threads, which are daemons, a few, and end once it is retired and nothing runs on it any
 * more. JDK 17 has no other way to end them than to interrupt their group, or to wait for the garbage collector.
 */
final class OwnClient {
  private static final int THREADS = 16;

  private final ThreadGroup group;
  private final ThreadPoolExecutor threads;
  private final HttpClient http;
  private final long since = System.nanoTime();
  private int running;
  private boolean isRetired;

  OwnClient(String name, BaseUrl url) throws GeneralSecurityException {
    group = group(name);
    threads = threads(group, name, THREADS);
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).executor(threads);
    if (url.isPlain()) { // which works without a store of certificates
      SSLContext none = SSLContext.getInstance("TLS");
      none.init(null, new TrustManager[0], null);
      builder.sslContext(none);
    }
    if (url.isLoopback()) {
      builder.proxy(HttpClient.Builder.NO_PROXY);
    }
    http = CompletableFuture.supplyAsync(builder::build, threads).join(); // its own thread begins in the group of this one
  }

  @SuppressWarnings("removal") // without it, JDK 17 keeps a group for ever
  private static ThreadGroup group(String name) {
    ThreadGroup group = new ThreadGroup(name);
    group.setDaemon(true);
    return group;
  }

  /** At most so many threads, which end after 30 seconds without work. */
  static ThreadPoolExecutor threads(ThreadGroup group, String name, int most) {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            most, most, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(group, task, name);
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  long ageNanos() {
    return System.nanoTime() - since;
  }

  /** The client, for one call, which must release it. */
  synchronized HttpClient acquire() {
    running++;
    return http;
  }

  synchronized void release() {
    running--;
    endIfUnused();
  }

  synchronized void retire() {
    isRetired = true;
    endIfUnused();
  }

  private void endIfUnused() {
    if (isRetired && running == 0) {
      threads.shutdown();
      group.interrupt();
    }
  }
}

package com.example.contacts;

import static com.example.contacts.FixedServer.CREATED;
import static com.example.contacts.FixedServer.ok;
import static com.example.contacts.Way.ONCE;
import static com.example.contacts.Way.WILE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** A client has a few threads, all of them daemons, and none after it is closed. */
final class ThreadsTest {
  private static final int MOST = 16 + 32 + 1; // of HttpClient, of asynchronous calls, and what waits for the sockets

  private final Set<Thread> before = Thread.getAllStackTraces().keySet();

  private Set<Thread> ours() {
    Set<Thread> now = new HashSet<>(Thread.getAllStackTraces().keySet());
    now.removeAll(before);
    now.removeIf(thread -> !thread.getName().equals("contacts") && !thread.getName().startsWith("HttpClient"));
    return now;
  }

  private static void eventually(BooleanSupplier holds, Object what) throws InterruptedException {
    Instant end = Instant.now().plusSeconds(5);
    while (!holds.getAsBoolean()) {
      assertTrue(Instant.now().isBefore(end), what.toString());
      Thread.sleep(20);
    }
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void manyCallsAtOnceShareAFewThreadsThatEndWithTheClient() throws Exception {
    try (FixedServer server = new FixedServer(n -> {
      pause(50);
      return ok(CREATED);
    })) {
      ContactsClient client = Way.client(server.url());
      List<CompletableFuture<CreatedContact>> calls = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        calls.add(client.createContactAsync(1000, WILE));
      }
      for (CompletableFuture<CreatedContact> call : calls) {
        assertEquals("2750", call.get().contactId().orElseThrow());
      }
      Set<Thread> ours = ours();
      assertTrue(!ours.isEmpty() && ours.size() <= MOST, ours.toString());
      assertTrue(ours.stream().allMatch(Thread::isDaemon));
      client.close();
      eventually(() -> ours().isEmpty(), "threads are left");
    }
  }

  @Test
  void closingLetsWhatRunsEnd() throws Exception {
    CountDownLatch came = new CountDownLatch(2);
    try (FixedServer server = new FixedServer(n -> {
      came.countDown();
      pause(500);
      return ok(CREATED);
    })) {
      ContactsClient client = Way.client(server.url());
      CompletableFuture<CreatedContact> async = client.createContactAsync(1000, WILE);
      LinkedBlockingQueue<CreatedContact> sync = new LinkedBlockingQueue<>();
      new Thread(() -> sync.add(client.createContact(1000, WILE))).start();
      assertTrue(came.await(5, TimeUnit.SECONDS));
      client.close();
      assertEquals("2750", async.get().contactId().orElseThrow());
      assertEquals("2750", sync.poll(5, TimeUnit.SECONDS).contactId().orElseThrow());
      eventually(() -> ours().isEmpty(), "threads are left");
    }
  }

  @Test
  void contentThatIsStreamedEndsInTimeAndKeepsNoThread() throws Exception {
    String half = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 10\r\n\r\nhalf";
    try (FixedServer server = new FixedServer(n -> half)) {
      ContactsClient client = Way.client(server.url());
      ByteStream late = client.getProfileImage(1000, "1", ONCE.timeout(Duration.ofMillis(500)));
      ByteStream closed = client.getProfileImage(1000, "1", ONCE.timeout(Duration.ofHours(1)));
      client.close();
      assertThrows(InDoubtException.class, late::readAllBytes);
      closed.close();
      eventually(() -> ours().isEmpty(), "threads are left");
    }
  }

  @Test
  void cancellingAFutureEndsItsCall() throws Exception {
    LinkedBlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    CountDownLatch came = new CountDownLatch(1);
    try (FixedServer server = new FixedServer(n -> {
      came.countDown();
      pause(3000);
      return null;
    });
        ContactsClient client = Way.client(server.url())) {
      CompletableFuture<CreatedContact> call = client.createContactAsync(1000, WILE, ONCE.onOutcome(result -> outcomes.add(result.outcome())));
      assertTrue(came.await(5, TimeUnit.SECONDS));
      call.cancel(true);
      assertEquals(Outcome.IN_DOUBT, outcomes.poll(1, TimeUnit.SECONDS));
    }
  }

  @Test
  void anInterruptEndsACallAndIsKept() throws Exception {
    try (FixedServer server = new FixedServer(n -> ok(CREATED));
        ContactsClient client = Way.client(server.url())) {
      Thread.currentThread().interrupt();
      assertThrows(NotSentException.class, () -> client.createContact(1000, WILE, ONCE.retries(3)));
      assertTrue(Thread.interrupted());
      assertEquals(0, server.requests.size());
    }
  }

  @Test
  void anInterruptEndsTheReadingOfContentAndIsKept() throws Exception {
    try (FixedServer server = new FixedServer(n -> "HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\nContent-Length: 100\r\n\r\nGIF89a");
        ContactsClient client = Way.client(server.url());
        ByteStream content = client.getProfileImage(1000, "1", ONCE)) {
      assertEquals(6, content.readNBytes(6).length);
      Thread.currentThread().interrupt();
      assertThrows(InDoubtException.class, content::readAllBytes);
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void contentThatNobodyGetsIsClosed() throws Exception {
    try (FixedServer server = new FixedServer(n -> "HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\nContent-Length: 100\r\n\r\nGIF89a")) {
      try (ContactsClient client = Way.client(server.url())) {
        CompletableFuture<CompletableFuture<ByteStream>> calls = new CompletableFuture<>();
        CallOptions options = ONCE.timeout(Duration.ofHours(1)).onOutcome(result -> calls.join().cancel(true));
        calls.complete(client.getProfileImageAsync(1000, "1", options));
        assertThrows(CancellationException.class, calls.join()::join);
      }
      eventually(() -> ours().isEmpty(), "the content holds its threads");
    }
  }

  @Test
  void failedCallsLeaveNothingBehind() throws Exception {
    try (FixedServer server = new FixedServer(n -> null)) {
      for (Way way : Way.values()) {
        try (ContactsClient client = way.open(server.url())) {
          for (int i = 0; i < 500; i++) {
            assertThrows(InDoubtException.class, () -> way.create(client, WILE, ONCE));
          }
          assertTrue(ours().size() <= 2 * MOST, ours().toString());
        }
      }
      System.gc(); // what a borrowed client of the test itself leaves is the collector's
      eventually(
          () -> {
            System.gc();
            return ours().stream().noneMatch(thread -> thread.getName().equals("contacts"));
          },
          ours());
    }
  }

  @Test
  void callsWhoseTurnComesLaterKeepTheirDeadline() throws Exception {
    try (FixedServer server = new FixedServer(n -> {
      pause(700);
      return ok(CREATED);
    });
        ContactsClient client = Way.client(server.url())) {
      List<CompletableFuture<CreatedContact>> calls = new ArrayList<>();
      CallOptions soon = ONCE.deadline(Instant.now().plusMillis(500));
      for (int i = 0; i < 100; i++) {
        calls.add(client.createContactAsync(1000, WILE, soon));
      }
      for (CompletableFuture<CreatedContact> call : calls) {
        assertInstanceOf(ApiException.class, assertThrows(ExecutionException.class, () -> call.get(3, TimeUnit.SECONDS)).getCause());
      }
    }
  }
}

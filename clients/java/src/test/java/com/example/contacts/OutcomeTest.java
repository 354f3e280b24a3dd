package com.example.contacts;

import static com.example.contacts.FixedServer.CREATED;
import static com.example.contacts.FixedServer.ok;
import static com.example.contacts.Way.ONCE;
import static com.example.contacts.Way.WILE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** After a send there is an outcome, whatever is thrown by whomever. */
final class OutcomeTest {
  @ParameterizedTest
  @EnumSource
  void aResponseThatDoesNotSayHowLongItIsIsInDoubt(Way way) throws IOException {
    String right = String.valueOf(CREATED.length());
    for (String length :
        List.of("abc", "", right + ", " + right, right + "\r\nContent-Length: " + right, "+" + right, "-1", "9223372036854775808", "9".repeat(20))) {
      try (FixedServer server = new FixedServer(n -> "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + CREATED)) {
        assertThrows(InDoubtException.class, () -> way.create(server.url(), WILE), length);
        assertEquals(1, server.requests.size(), length);
      }
    }
  }

  @Test
  void aBodyThatOtherReadersCannotHoldIsRead() throws IOException {
    String uri = "{\"Status\":\"OK\",\"Uri\":\"/a/1\",";
    for (String member :
        List.of(
            "\"X\":1e9999999999", "\"X\":" + "1".repeat(500_000), "\"" + "n".repeat(60_000) + "\":1",
            "\"X\":" + "[".repeat(400_000) + "]".repeat(400_000))) {
      try (FixedServer server = new FixedServer(n -> ok(uri + member + "}"))) {
        assertEquals(Optional.of("1"), Way.SYNC.create(server.url(), WILE).contactId(), member.substring(0, 14));
      }
    }
  }

  @Test
  void aNumberThatIsNoLongIsNoException() {
    Json json = new Json();
    for (String number : List.of("1e9999999999", "9223372036854775808", "0.5", "1".repeat(100_000), "1e999999999", "1e-999999999")) {
      assertNull(Json.asLong(json.parseObject("{\"X\":" + number + "}").orElseThrow().get("X")), number);
    }
    for (String number : List.of("5", "5.0", "5e0", "0.5e1", "50e-1")) {
      assertEquals(5L, Json.asLong(json.parseObject("{\"X\":" + number + "}").orElseThrow().get("X")), number);
    }
    assertEquals(Long.MIN_VALUE, Json.asLong("-9223372036854775808"));
    assertEquals("9007199254740993", json.parseObject("{\"X\":9007199254740993}").orElseThrow().get("X").toString());
  }

  @ParameterizedTest
  @EnumSource
  void aHookThatThrowsHidesNoOutcome(Way way) throws IOException {
    List<CallOptions> broken =
        List.of(
            ONCE.onAttempt(a -> fail()), ONCE.onOutcome(r -> fail()), ONCE.onResponse(i -> fail()),
            ONCE.rules(RulesMode.WARN).onViolations((operation, violations) -> fail()));
    CreateContactInput tooLong = WILE.toBuilder().title("x".repeat(100_000)).build();
    try (FixedServer server = new FixedServer(n -> ok(CREATED));
        ContactsClient client = way.open(server.url())) {
      for (CallOptions options : broken) {
        CreateContactInput input = options.rules == RulesMode.WARN ? tooLong : WILE;
        assertEquals(Optional.of("2750"), way.create(client, input, options).contactId());
      }
      assertThrows(InvalidException.class, () -> way.create(client, tooLong, ONCE.onOutcome(r -> fail())));
    }
  }

  private static void fail() {
    throw new AssertionError("hook");
  }

  @Test
  void anExecutorThatRejectsEndsInAnOutcomeInTime() throws IOException {
    ExecutorService real = Executors.newCachedThreadPool();
    try (FixedServer server = new FixedServer(n -> ok(CREATED))) {
      for (int most = 0; most < 8; most++) {
        AtomicInteger left = new AtomicInteger(most);
        HttpClient http =
            HttpClient.newBuilder()
                .executor(
                    task -> {
                      if (left.getAndDecrement() <= 0) {
                        throw new RejectedExecutionException("full");
                      }
                      real.execute(task);
                    })
                .build();
        long begin = System.nanoTime();
        int received = server.requests.size();
        try (ContactsClient client = Way.client(server.url(), http)) {
          client.createContact(1000, WILE, ONCE.timeout(java.time.Duration.ofSeconds(1)));
        } catch (NotSentException e) {
          assertEquals(received, server.requests.size());
        } catch (InDoubtException e) {
          assertTrue(most > 0);
        }
        assertTrue(System.nanoTime() - begin < 4e9, "took too long after " + most);
      }
    } finally {
      real.shutdownNow();
    }
  }

  @Test
  void anAuthenticatorSendsNothingAgain() throws IOException {
    Authenticator broken =
        new Authenticator() {
          @Override
          protected PasswordAuthentication getPasswordAuthentication() {
            throw new IllegalStateException("broken");
          }
        };
    Authenticator knows =
        new Authenticator() {
          @Override
          protected PasswordAuthentication getPasswordAuthentication() {
            return new PasswordAuthentication("user", "password".toCharArray());
          }
        };
    for (Authenticator authenticator : List.of(broken, knows, new Authenticator() {})) {
      for (String header : List.of("WWW-Authenticate: Basic realm=x\r\n", "")) {
        HttpClient http = HttpClient.newBuilder().authenticator(authenticator).build();
        try (FixedServer server = new FixedServer(n -> "HTTP/1.1 401 No\r\n" + header + "Content-Length: 0\r\n\r\n");
            ContactsClient client = Way.client(server.url(), http)) {
          ApiException e = assertThrows(ApiException.class, () -> client.createContact(1000, WILE));
          // JDK 17 withholds the 401, later ones do not.
          assertTrue(e.outcome() == Outcome.IN_DOUBT || e.outcome() == Outcome.REFUSED, e.toString());
          assertEquals(1, server.requests.size());
        }
      }
    }
  }

  @Test
  void aCookieHandlerThatThrowsIsAnOutcome() throws IOException {
    for (boolean isBefore : new boolean[] {true, false}) {
      CookieHandler cookies =
          new CookieHandler() {
            @Override
            public Map<String, List<String>> get(URI uri, Map<String, List<String>> headers) {
              if (isBefore) {
                throw new IllegalStateException("broken");
              }
              return Map.of();
            }

            @Override
            public void put(URI uri, Map<String, List<String>> headers) {
              throw new IllegalStateException("broken");
            }
          };
      try (FixedServer server = new FixedServer(n -> ok(CREATED));
          ContactsClient client = Way.client(server.url(), HttpClient.newBuilder().cookieHandler(cookies).build())) {
        ApiException e = assertThrows(ApiException.class, () -> client.createContact(1000, WILE));
        assertEquals(isBefore ? Outcome.NOT_SENT : Outcome.IN_DOUBT, e.outcome());
        assertEquals(isBefore ? 0 : 1, server.requests.size());
      }
    }
  }

  @Test
  void errorsNameTheHostAndTheCause() {
    for (Map.Entry<String, String> known :
        Map.of("http://127.0.0.1:1", "127.0.0.1:1: the connection was refused", "https://host.invalid", "host.invalid: the name of the host is not known")
            .entrySet()) {
      for (Way way : Way.values()) {
        String message = assertThrows(NotSentException.class, () -> way.create(known.getKey(), WILE)).getMessage();
        assertTrue(message.contains(known.getValue()), message);
        assertFalse(message.contains("java."), message);
      }
    }
  }

  @Test
  void hooksAreToldWithoutAValue() throws IOException {
    List<String> seen = new java.util.concurrent.CopyOnWriteArrayList<>();
    CallOptions options =
        CallOptions.DEFAULT
            .retries(1)
            .onAttempt(a -> seen.add(a.outcome().id() + " " + a.status()))
            .onOutcome(r -> seen.add(r.outcome().id() + " " + r.attempts()))
            .onResponse(info -> seen.add("remaining " + info.rateLimitRemaining().orElse(-1L)));
    String refused = "HTTP/1.1 429 Wait\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";
    String limited = ok(CREATED).replace("Content-Length", "X-RateLimit-Remaining: 7\r\nContent-Length");
    try (FixedServer server = new FixedServer(n -> n == 1 ? refused : limited);
        ContactsClient client = Way.client(server.url())) {
      assertEquals("2750", client.createContact(1000, WILE, options).contactId().orElseThrow());
    }
    assertEquals(List.of("refused 429", "remaining 7", "created 200", "created 2"), seen);
  }

  @Test
  void pagesAreReadWhenTheyAreNeeded() throws IOException {
    try (FixedServer server = new FixedServer(n -> ok("{\"@numpages\":\"9\",\"Contacts\":[{\"Id\":\"1\"},{\"Id\":\"2\"}]}"));
        ContactsClient client = Way.client(server.url())) {
      List<String> ids = client.listContacts(1000, ListContactsInput.builder().build()).limit(3).map(Contact::id).toList();
      assertEquals(Arrays.asList("1", "2", "1"), ids);
      assertEquals(2, server.requests.size());
    }
  }
}

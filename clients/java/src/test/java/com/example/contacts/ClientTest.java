package com.example.contacts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClientTest {
  private static final CreateContactInput WILE =
      CreateContactInput.builder()
          .firstName("Wile")
          .lastName("Coyote")
          .emailAddress("wile@example.com")
          .accounts(List.of("10000"))
          .build();
  private static final String TOKEN = "secret-token";

  private static ContactsClient client(FixedServer server, CallOptions options) {
    return ContactsClient.builder("IRtest", TOKEN).baseUrl(server.url()).options(options).build();
  }

  private static ContactsClient once(FixedServer server) {
    return client(server, CallOptions.DEFAULT.retries(0).timeout(Duration.ofSeconds(5)));
  }

  @Test
  void argumentsThatCannotBeUsedAreNamed() {
    CallOptions options = CallOptions.DEFAULT;
    for (Duration bad : Arrays.asList(null, Duration.ZERO, Duration.ofMillis(-1), Duration.ofMillis(Long.MAX_VALUE))) {
      assertEquals("timeout", assertThrows(UsageException.class, () -> options.timeout(bad)).argument());
    }
    assertEquals("retries", assertThrows(UsageException.class, () -> options.retries(-1)).argument());
    assertEquals("rules", assertThrows(UsageException.class, () -> options.rules(null)).argument());
    assertEquals("size", assertThrows(UsageException.class, () -> FileSource.of(() -> InputStream.nullInputStream(), -10)).argument());
    assertEquals("path", assertThrows(UsageException.class, () -> FileSource.of((Path) null)).argument());
    assertEquals("account", assertThrows(UsageException.class, () -> ContactsClient.builder(null, "x").build()).argument());
    assertEquals("token", assertThrows(UsageException.class, () -> ContactsClient.builder("x", null).build()).argument());
    assertEquals(
        "baseUrl",
        assertThrows(UsageException.class, () -> ContactsClient.builder("x", "y").baseUrl("http://example.com").build()).argument());
    assertEquals(
        "CONTACTS_TOKEN",
        assertThrows(UsageException.class, () -> ContactsClient.fromEnv(Map.of("CONTACTS_ACCOUNT", "x"))).argument());
  }

  @Test
  void aResponseWithoutALengthThatCanBeReadIsInDoubt() throws IOException {
    for (String length : List.of("abc", "", "75, 75", "9223372036854775808", TOKEN)) {
      try (FixedServer server = new FixedServer(n -> "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + FixedServer.CREATED);
          ContactsClient client = once(server)) {
        InDoubtException e = assertThrows(InDoubtException.class, () -> client.createContact(1000, WILE), length);
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        assertFalse(trace.toString().contains(TOKEN));
      }
    }
  }

  @Test
  void aStreamOfTheCallerThatThrowsIsAnOutcome() throws IOException {
    try (FixedServer server = new FixedServer(n -> FixedServer.ok(FixedServer.CREATED));
        ContactsClient client = once(server)) {
      int[] opened = new int[1];
      FileSource file =
          FileSource.of(
              () -> {
                boolean isLook = ++opened[0] == 1;
                return new InputStream() {
                  private int reads;

                  @Override
                  public int read() {
                    return 'x';
                  }

                  @Override
                  public int read(byte[] buffer, int offset, int length) {
                    if (!isLook && ++reads == 2) {
                      throw new IllegalArgumentException("broken");
                    }
                    Arrays.fill(buffer, offset, offset + length, (byte) 'x');
                    return length;
                  }
                };
              },
              1 << 20);
      assertThrows(InDoubtException.class, () -> client.createContact(1000, WILE.toBuilder().profileImageFile(file).build()));
      assertTrue(server.requests.isEmpty());
    }
  }

  @Test
  void aProxySelectorThatThrowsIsNotSent() throws IOException {
    ProxySelector broken =
        new ProxySelector() {
          @Override
          public List<java.net.Proxy> select(URI uri) {
            throw new IllegalArgumentException("broken");
          }

          @Override
          public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        };
    HttpClient http = HttpClient.newBuilder().proxy(broken).build();
    try (FixedServer server = new FixedServer(n -> FixedServer.ok(FixedServer.CREATED));
        ContactsClient client =
            ContactsClient.builder("IRtest", TOKEN).baseUrl(server.url()).httpClient(http).options(CallOptions.DEFAULT.retries(0)).build()) {
      assertThrows(NotSentException.class, () -> client.createContact(1000, WILE));
      assertEquals(0, server.connections.get());
    }
  }

  @Test
  void aProxyThatAnswers407IsNoNullPointer() throws IOException {
    try (FixedServer proxy = new FixedServer(n -> "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")) {
      URI uri = URI.create(proxy.url());
      HttpClient http = HttpClient.newBuilder().proxy(ProxySelector.of(new java.net.InetSocketAddress(uri.getHost(), uri.getPort()))).build();
      try (ContactsClient client =
          ContactsClient.builder("IRtest", TOKEN).baseUrl("https://api.example").httpClient(http).options(CallOptions.DEFAULT.retries(0)).build()) {
        ApiException e = assertThrows(ApiException.class, () -> client.createContact(1000, WILE));
        assertTrue(e.outcome() == Outcome.NOT_SENT || e.outcome() == Outcome.IN_DOUBT || e.outcome() == Outcome.REFUSED, e.toString());
      }
    }
  }

  @Test
  void aFileThatShrinksNeverArrivesWholeAndOneThatGrowsIsCut(@TempDir Path folder) throws IOException {
    byte[] image = new byte[1 << 20];
    for (int change : new int[] {-1000, 1000}) {
      Path path = folder.resolve("image" + change);
      Files.write(path, image);
      int[] opened = new int[1];
      FileSource file =
          FileSource.of(
              () -> {
                if (++opened[0] == 2) { // after the look at its beginning
                  Files.write(path, new byte[image.length + change]);
                }
                return Files.newInputStream(path);
              },
              image.length);
      try (FixedServer server = new FixedServer(n -> FixedServer.ok(FixedServer.CREATED));
          ContactsClient client = once(server)) {
        CreateContactInput input = WILE.toBuilder().profileImageFile(file).build();
        if (change < 0) {
          assertThrows(InDoubtException.class, () -> client.createContact(1000, input));
          assertTrue(server.requests.isEmpty());
        } else {
          client.createContact(1000, input);
          assertEquals(1, server.requests.size());
        }
      }
    }
  }

  @Test
  void filesThatCannotBeSentAreViolationsWithoutWaiting(@TempDir Path folder) throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    Path empty = Files.createFile(folder.resolve("empty"));
    for (Path path : List.of(pipe, empty, folder.resolve("missing"), folder)) {
      List<Violation> violations = WILE.toBuilder().profileImageFile(FileSource.of(path)).build().validate();
      assertEquals(List.of(RuleKind.NEEDS_FILE), violations.stream().map(Violation::rule).toList(), path.toString());
    }
  }

  @Test
  void hooksAndTheResponseAreToldWithoutAValue() throws IOException {
    List<String> seen = new ArrayList<>();
    CallOptions options =
        CallOptions.DEFAULT
            .onAttempt(a -> seen.add(a.outcome().id() + " " + a.status()))
            .onOutcome(r -> seen.add(r.outcome().id() + " " + r.attempts()))
            .onResponse(info -> seen.add("remaining " + info.rateLimitRemaining().orElse(-1L)));
    String refused = "HTTP/1.1 429 Wait\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";
    String limited = FixedServer.ok(FixedServer.CREATED).replace("Content-Length", "X-RateLimit-Remaining: 7\r\nContent-Length");
    try (FixedServer server = new FixedServer(n -> n == 1 ? refused : limited);
        ContactsClient client = client(server, options)) {
      assertEquals("2750", client.createContact(1000, WILE).contactId().orElseThrow());
    }
    assertEquals(List.of("refused 429", "remaining 7", "created 200", "created 2"), seen);
  }

  @Test
  void pagesAreReadWhenTheyAreNeeded() throws IOException {
    try (FixedServer server = new FixedServer(n -> FixedServer.ok("{\"@numpages\":\"9\",\"Contacts\":[{\"Id\":\"1\"},{\"Id\":\"2\"}]}"));
        ContactsClient client = once(server)) {
      assertEquals(List.of("1", "2", "1"), client.listContacts(1000, ListContactsInput.builder().build()).limit(3).map(Contact::id).toList());
      assertEquals(2, server.requests.size());
    }
  }

  @Test
  void aCallRunsOnAThreadOfTheClient() throws IOException, InterruptedException, ExecutionException {
    try (FixedServer server = new FixedServer(n -> FixedServer.ok(FixedServer.CREATED));
        ContactsClient client = once(server)) {
      assertEquals("2750", client.createContactAsync(1000, WILE, CallOptions.DEFAULT).get().contactId().orElseThrow());
    }
  }

  @Test
  void dataFromOutsideIsAViolationNeverAnException() {
    for (Map<String, ?> draft :
        List.of(Map.of("Accounts", "10000"), Map.of("FirstName", 5), Map.of("Labels", Map.of()), Map.of("Accounts", List.of(1, 2)))) {
      InvalidException e = assertThrows(InvalidException.class, () -> CreateContactInput.fromDraft(draft));
      String name = draft.keySet().iterator().next();
      assertTrue(e.violations().stream().anyMatch(v -> v.field().equals(name) && v.rule() == RuleKind.TYPE));
    }
    InvalidException e = assertThrows(InvalidException.class, () -> CreateContactInput.fromDraft(Map.of("Titel", "x")));
    assertEquals(RuleKind.UNKNOWN, e.violations().get(e.violations().size() - 1).rule());
  }

  @Test
  void inputsAreValues() {
    assertEquals(WILE, WILE.toBuilder().build());
    assertEquals(WILE.hashCode(), WILE.toBuilder().build().hashCode());
    assertNotEquals(WILE, WILE.toBuilder().title("x").build());
    assertTrue(WILE.toString().contains("Coyote"));
    assertEquals("Wile", WILE.firstName().orElseThrow());
  }

  @Test
  void exceptionsKeepTheirPayloadWhenSerialised() throws IOException, ClassNotFoundException {
    try (FixedServer server = new FixedServer(n -> "HTTP/1.1 400 No\r\nContent-Length: 16\r\n\r\n{\"Message\":\"no\"}");
        ContactsClient client = once(server)) {
      RefusedException e = assertThrows(RefusedException.class, () -> client.createContact(1000, WILE));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(e);
      }
      try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
        RefusedException copy = assertInstanceOf(RefusedException.class, in.readObject());
        assertEquals("no", copy.words().message());
        assertEquals(400, copy.info().status());
      }
    }
  }
}

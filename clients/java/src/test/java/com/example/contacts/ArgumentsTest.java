package com.example.contacts;

import static com.example.contacts.FixedServer.CREATED;
import static com.example.contacts.FixedServer.ok;
import static com.example.contacts.Way.ONCE;
import static com.example.contacts.Way.WILE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An argument that cannot be used is named, at once, and nothing is sent. */
final class ArgumentsTest {
  private static void isRefused(String argument, Executable call) {
    UsageException e = assertThrows(UsageException.class, call, argument);
    assertEquals(argument, e.argument());
    assertTrue(e.getMessage().startsWith(argument + " "), e.getMessage());
  }

  @Test
  void optionsOutOfTheirBoundsAreRefused() {
    CallOptions options = CallOptions.DEFAULT;
    for (Duration bad :
        Arrays.asList(
            null, Duration.ZERO, Duration.ofNanos(-1), Duration.ofHours(24).plusNanos(1), Duration.ofMillis(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE))) {
      isRefused("timeout", () -> options.timeout(bad));
    }
    assertEquals(Duration.ofHours(24), options.timeout(Duration.ofHours(24)).timeout);
    assertEquals(Duration.ofNanos(1), options.timeout(Duration.ofNanos(1)).timeout);
    for (int bad : new int[] {-1, 101, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      isRefused("retries", () -> options.retries(bad));
    }
    assertEquals(100, options.retries(0).retries(100).retries);
    isRefused("deadline", () -> options.deadline(null));
    isRefused("rules", () -> options.rules(null));
    isRefused("onAttempt", () -> options.onAttempt(null));
    isRefused("onOutcome", () -> options.onOutcome(null));
    isRefused("onViolations", () -> options.onViolations(null));
    isRefused("onResponse", () -> options.onResponse(null));
  }

  @Test
  void argumentsOfAClientThatCannotBeUsedAreRefused() {
    isRefused("account", () -> ContactsClient.builder(null, "x").build());
    isRefused("account", () -> ContactsClient.builder("", "x").build());
    isRefused("token", () -> ContactsClient.builder("x", null).build());
    isRefused("baseUrl", () -> ContactsClient.builder("x", "y").baseUrl(null));
    isRefused("baseUrl", () -> ContactsClient.builder("x", "y").baseUrl("http://example.com").build());
    isRefused("httpClient", () -> ContactsClient.builder("x", "y").httpClient(null));
    HttpClient follows = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    isRefused("httpClient", () -> ContactsClient.builder("x", "y").httpClient(follows).build());
    isRefused("options", () -> ContactsClient.builder("x", "y").options(null));
    isRefused("variables", () -> ContactsClient.fromEnv(null));
    isRefused("CONTACTS_ACCOUNT", () -> ContactsClient.fromEnv(Map.of("CONTACTS_TOKEN", "x")));
    isRefused("CONTACTS_TOKEN", () -> ContactsClient.fromEnv(Map.of("CONTACTS_ACCOUNT", "x")));
    isRefused("path", () -> FileSource.of((Path) null));
    isRefused("bytes", () -> FileSource.of((byte[]) null));
    isRefused("opener", () -> FileSource.of(null, 1));
    for (long bad : new long[] {-10, -1, Long.MIN_VALUE, Long.MAX_VALUE, (1L << 53) + 1}) {
      isRefused("size", () -> FileSource.of(() -> new ByteArrayInputStream(new byte[1]), bad));
    }
    isRefused("name", () -> FileSource.of(new byte[1]).named(null));
    isRefused("draft", () -> CreateContactInput.fromDraft(null));
    isRefused("members", () -> CreatedContact.of(null));
    isRefused("members", () -> CreatedContact.of(Map.of("Uri", "/a/1")));
  }

  @Test
  void argumentsOfACallThatCannotBeUsedAreRefused() throws IOException {
    try (FixedServer server = new FixedServer(n -> ok(CREATED));
        ContactsClient client = Way.client(server.url())) {
      isRefused("input", () -> client.createContact(1000, null));
      isRefused("input", () -> Way.result(client, c -> c.createContactAsync(1000, null)));
      isRefused("options", () -> client.createContact(1000, WILE, null));
      isRefused("options", () -> Way.result(client, c -> c.createContactAsync(1000, WILE, null)));
      isRefused("input", () -> client.listContacts(1000, null));
      isRefused("options", () -> client.listContacts(1000, ListContactsInput.builder().build(), null));
      isRefused("input", () -> client.listContactsPage(1000, null));
      isRefused("input", () -> client.updateContact(1000, "1", null));
      isRefused("options", () -> client.getContact(1000, "1", null));
      isRefused("operation", () -> client.call(null, Map.of(), Map.of(), ONCE));
      isRefused("operation", () -> client.call("noSuch", Map.of(), Map.of(), ONCE));
      isRefused("path", () -> client.call("getContact", null, Map.of(), ONCE));
      isRefused("input", () -> client.call("getContact", Map.of(), null, ONCE));
      assertEquals(0, server.connections.get());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClosedClientIsRefused(Way way) throws IOException {
    try (FixedServer server = new FixedServer(n -> ok(CREATED))) {
      ContactsClient client = way.open(server.url());
      way.create(client, WILE, ONCE);
      client.close();
      client.close();
      isRefused("client", () -> way.create(client, WILE, ONCE));
      assertEquals(1, server.requests.size());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDeadlineIsAMoment(Way way) throws IOException {
    try (FixedServer server = new FixedServer(n -> n == 1 ? "HTTP/1.1 429 Wait\r\nRetry-After: 20\r\nContent-Length: 0\r\n\r\n" : ok(CREATED));
        ContactsClient client = way.open(server.url())) {
      for (Instant passed : List.of(Instant.now().minusMillis(1), Instant.EPOCH, Instant.MIN)) {
        assertThrows(NotSentException.class, () -> way.create(client, WILE, ONCE.retries(3).deadline(passed)));
      }
      assertEquals(0, server.requests.size());
      long begin = System.nanoTime();
      assertThrows(RefusedException.class, () -> way.create(client, WILE, ONCE.retries(3).deadline(Instant.now().plusSeconds(5))));
      assertTrue(System.nanoTime() - begin < 4e9, "a wait that does not fit was begun");
      assertEquals("2750", way.create(client, WILE, ONCE.deadline(Instant.MAX)).contactId().orElseThrow());
    }
  }

  @Test
  void parametersOfThePathAreChecked() throws IOException {
    try (FixedServer server = new FixedServer(n -> ok(CREATED));
        ContactsClient client = Way.client(server.url())) {
      for (String id : Arrays.asList(null, "", ".", "..", "abc/../x", "a b", "a%2Fb", "\ud83d")) {
        InvalidException e = assertThrows(InvalidException.class, () -> client.getContact(1000, id), id);
        assertEquals("ContactId", e.violations().get(0).field());
      }
      Number odd =
          new BigDecimal("1") {
            private static final long serialVersionUID = 1L;

            @Override
            public String toString() {
              return "one";
            }
          };
      for (Object id : List.of(true, "1", 1.5, 1e300, Double.NaN, Double.NEGATIVE_INFINITY, BigInteger.TWO.pow(70), new BigDecimal("1e999999999"), List.of(1), odd)) {
        InvalidException e =
            assertThrows(InvalidException.class, () -> client.call("getContact", Map.of("CampaignId", id, "ContactId", "1"), Map.of(), ONCE), id.toString());
        assertEquals(List.of(RuleKind.TYPE), e.violations().stream().map(Violation::rule).toList(), id.toString());
      }
      assertEquals(0, server.connections.get());
    }
  }

  @Test
  void dataFromOutsideIsAViolationNeverAnException() {
    Map<Object, Object> nameless = new HashMap<>();
    nameless.put(null, "x");
    for (Map<?, ?> draft :
        List.of(
            Map.of("Accounts", "10000"), Map.of("Accounts", List.of(1, 2)), Map.of("Accounts", Arrays.asList("1", null)), Map.of("FirstName", 5),
            Map.of("FirstName", List.of("x")), Map.of("FirstName", 'x'), Map.of("Labels", Map.of()), Map.of("Labels", new String[] {"x"}),
            Map.of("ProfileImageFile", "a.png"), Map.of("ProfileImageFile", Path.of("a.png")), Map.of("Title", new byte[1]))) {
      InvalidException e = assertThrows(InvalidException.class, () -> fromDraft(draft));
      Object name = draft.keySet().iterator().next();
      assertEquals(
          List.of(RuleKind.TYPE), e.violations().stream().filter(v -> v.field().equals(name)).map(Violation::rule).toList(), draft.toString());
    }
    for (Map<?, ?> draft : List.of(Map.of("Titel", "x"), Map.of(5, "x"), Map.of("CampaignId", 1), nameless)) {
      InvalidException e = assertThrows(InvalidException.class, () -> fromDraft(draft));
      assertEquals(RuleKind.UNKNOWN, e.violations().get(e.violations().size() - 1).rule(), draft.toString());
    }
    List<Violation> ofBuilder = CreateContactInput.builder().accounts(Arrays.asList("1", null)).build().validate();
    assertTrue(ofBuilder.contains(new Violation("Accounts", RuleKind.TYPE, "Accounts must be a list of texts.")), ofBuilder.toString());
  }

  @SuppressWarnings("unchecked") // data from outside keeps to no type
  private static CreateContactInput fromDraft(Map<?, ?> draft) {
    return CreateContactInput.fromDraft((Map<String, ?>) draft);
  }
}

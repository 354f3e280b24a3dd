package com.example.contacts;

import static com.example.contacts.Way.ONCE;
import static com.example.contacts.Way.WILE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Inputs, results and exceptions are values that a program can make, compare, print, fake and serialise. */
final class ValuesTest {
  private static final ResponseInfo INFO = new ResponseInfo(200, Map.of("X-RateLimit-Remaining", List.of("7")), "{}");
  private static final CreatedContact CREATED_CONTACT = CreatedContact.of(Map.of("Status", "OK", "Uri", "/Contacts/2750", "Errors", List.of(Map.of("Field", "x"))));

  @Test
  void inputsAreValues() {
    assertEquals(WILE, WILE.toBuilder().build());
    assertEquals(WILE.hashCode(), WILE.toBuilder().build().hashCode());
    assertNotEquals(WILE, WILE.toBuilder().title("x").build());
    assertEquals(WILE, WILE.toBuilder().title("x").title(null).build());
    assertEquals(WILE, CreateContactInput.fromDraft(Map.of("FirstName", "Wile", "LastName", "Coyote", "EmailAddress", "wile@example.com", "Accounts", List.of("10000"))));
    assertTrue(WILE.toString().contains("LastName=Coyote"));
    assertEquals(Optional.of("Wile"), WILE.firstName());
  }

  @Test
  void resultsCanBeMadeAndCompared() {
    assertEquals(Optional.of("2750"), CREATED_CONTACT.contactId());
    assertEquals(CREATED_CONTACT, CreatedContact.of(Map.of("Status", "OK", "Uri", "/Contacts/2750", "Errors", List.of(Map.of("Field", "x")))));
    assertNotEquals(CREATED_CONTACT, CreatedContact.of(Map.of("Status", "OK")));
  }

  @Test
  void aClientCanBeFaked() throws IOException {
    AtomicReference<Object> answer = new AtomicReference<>(CREATED_CONTACT);
    ContactsClient fake =
        (ContactsClient)
            Proxy.newProxyInstance(
                ContactsClient.class.getClassLoader(), new Class<?>[] {ContactsClient.class},
                (proxy, method, arguments) -> {
                  if (answer.get() instanceof ApiException e) {
                    throw e;
                  }
                  return answer.get();
                });
    assertEquals(CREATED_CONTACT, fake.createContact(1000, WILE));
    answer.set(new RefusedException("createContact", INFO, new ServerWords("no", List.of()), Duration.ofSeconds(1)));
    assertEquals(Outcome.REFUSED, assertThrows(RefusedException.class, () -> fake.createContact(1000, WILE)).outcome());
    answer.set(new ByteStream(new byte[] {1, 2}, "image/png"));
    assertEquals(2, fake.getProfileImage(1000, "1", ONCE).readAllBytes().length);
  }

  @Test
  void exceptionsKeepAllOfTheirPayloadWhenSerialised() throws Exception {
    ServerWords words = new ServerWords("no", List.of(new FieldError("Title", "bad")));
    RefusedException refused = copy(new RefusedException("op", INFO, words, Duration.ofSeconds(9)));
    assertEquals(words, refused.words());
    assertEquals(Optional.of(Duration.ofSeconds(9)), refused.retryAfter());
    assertEquals(Optional.of(7L), refused.info().orElseThrow().rateLimitRemaining());
    assertEquals(Optional.of("{}"), refused.info().orElseThrow().body());
    InDoubtException doubt = copy(new InDoubtException("op", null, ServerWords.NONE, new IOException("cut")));
    assertEquals("cut", doubt.getCause().getMessage());
    assertEquals(Optional.empty(), doubt.info());
    QueuedException queued = copy(new QueuedException("op", INFO, CREATED_CONTACT));
    assertEquals(CREATED_CONTACT, queued.result());
    assertEquals("CreatedContact[ContactId, Errors, Status, Uri]", queued.result().toString());
    assertEquals("cut", copy(new NotSentException("op", new IOException("cut"))).getCause().getMessage());
    Violation violation = new Violation("Title", RuleKind.TOO_LONG, "Title is too long.");
    assertEquals(List.of(violation), copy(new InvalidException("op", List.of(violation))).violations());
    assertEquals("timeout", copy(new UsageException("timeout", "is bad")).argument());
  }

  @SuppressWarnings("unchecked") // a copy has the class of what it is a copy of
  private static <T extends Exception> T copy(T exception) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(exception);
    }
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      T copy = (T) in.readObject();
      assertEquals(exception.getMessage(), copy.getMessage());
      return copy;
    }
  }

  @Test
  void theModuleExportsOnePackage() {
    ModuleDescriptor module = ContactsClient.class.getModule().getDescriptor();
    assertEquals("com.example.contacts", module.name());
    assertEquals(Set.of("com.example.contacts"), module.exports().stream().map(ModuleDescriptor.Exports::source).collect(Collectors.toSet()));
    assertTrue(module.exports().stream().noneMatch(ModuleDescriptor.Exports::isQualified));
  }
}

package com.example.contacts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RedactionTest {
  private static final String BASIC =
      Base64.getEncoder().encodeToString(("IRtest:" + Samples.TOKEN).getBytes(StandardCharsets.UTF_8));

  /** All that the language can be made to print of an object. */
  private static String printed(Object object) throws IOException {
    StringWriter text = new StringWriter();
    if (object instanceof Throwable failure) {
      failure.printStackTrace(new PrintWriter(text, true));
    }
    JsonMapper json = JsonMapper.builder().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS).build();
    return text + " " + object + " " + json.writeValueAsString(object);
  }

  private static void assertSecret(String text) {
    assertFalse(text.contains(Samples.TOKEN), text);
    assertFalse(text.contains(BASIC), text);
  }

  @Test
  void theClientPrintsItsAccountButNotItsToken() throws IOException {
    ContactsClient client = Samples.client("http://127.0.0.1:1").build();
    assertSecret(printed(client));
    assertEquals("ContactsClient[IRtest at http://127.0.0.1:1]", client.toString());
    assertSecret(printed(Samples.client("http://127.0.0.1:1")));
    assertEquals("[redacted]", new Credentials("IRtest", Samples.TOKEN).toString());
  }

  @Test
  void theServersWordsAreRedacted() throws IOException {
    HttpServer server =
        Servers.http(
            Servers.answer(
                403,
                "{\"Status\":\"ERROR\",\"Message\":\"no %s, no %s!\",\"Errors\":[{\"Field\":\"%s\",\"Message\":\"%s\"}]}"
                    .formatted(Samples.TOKEN, BASIC, Samples.TOKEN, BASIC)));
    try {
      ContactsClient client = Samples.client(Servers.url(server)).build();
      RefusedException e = assertThrows(RefusedException.class, () -> client.create(1, Samples.contact().build()));
      assertEquals(
          new Reply(403, "no [redacted], no [redacted]!", List.of(new FieldError("[redacted]", "[redacted]"))), e.reply());
      assertSecret(printed(e));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aFailureThatQuotesTheServerIsRedacted() throws IOException {
    try (ServerSocket server = Servers.raw("HTTP/9 " + Samples.TOKEN + "\r\n\r\n", new AtomicInteger())) {
      ContactsClient client = Samples.client(Servers.url(server)).build();
      InDoubtException e = assertThrows(InDoubtException.class, () -> client.create(1, Samples.contact().build()));
      assertSecret(printed(e));
      assertTrue(e.getMessage().contains("[redacted]"), "the JDK no longer quotes the status line: " + e.getMessage());
    }
  }
}

package com.example.contacts;

import static com.example.contacts.FixedServer.ok;
import static com.example.contacts.Way.ONCE;
import static com.example.contacts.Way.WILE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The token is in nothing that is printed, wherever a server echoes it. */
final class SecretsTest {
  @ParameterizedTest
  @ValueSource(strings = {"secret-token", "gehéimes-tökén", "секретный", "🗝🗝🗝🗝🗝🗝🗝🗝", "a.b*c(d)[e]$f\\Qg\\E"})
  void whatIsPrintedHoldsNoSecret(String token) throws IOException {
    String utf8 = new String(token.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1); // FixedServer writes Latin-1
    String credentials = Base64.getEncoder().encodeToString(("IRtest:" + token).getBytes(StandardCharsets.UTF_8));
    String json = utf8.replace("\\", "\\\\");
    for (String secret : List.of(utf8, credentials)) {
      String inJson = secret.equals(utf8) ? json : secret;
      for (String response :
          List.of(
              ok("{\"Status\":\"OK\",\"Uri\":\"/a/" + inJson + "/1\",\"QueuedUri\":\"/q/" + inJson + "\",\"Message\":\"" + inJson + "\"}"),
              ok("{\"Status\":\"QUEUED\",\"QueuedUri\":\"/q/" + inJson + "\"}"),
              ok("{\"Status\":\"ERROR\",\"Message\":\"" + inJson + "\",\"Errors\":[{\"Field\":\"" + inJson + "\",\"Message\":\"" + inJson + "\"}]}"),
              "HTTP/1.1 400 " + secret + "\r\nX-" + secret.hashCode() + ": " + secret + "\r\nContent-Length: 0\r\n\r\n",
              "HTTP/1.1 500 " + secret + "\r\nContent-Length: 0\r\n\r\n", secret + "\r\n\r\n", "HTTP/1.1 " + secret + "\r\n\r\n",
              "HTTP/1.1 200 OK\r\nContent-Length: " + secret + "\r\n\r\n",
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + secret + "\r\n\r\n",
              "HTTP/1.1 200 OK\r\n" + secret + "\r\n\r\n")) {
        printsNoSecret(token, credentials, response);
      }
    }
  }

  private static void printsNoSecret(String token, String credentials, String response) throws IOException {
    StringBuilder printed = new StringBuilder();
    CallOptions options = ONCE.onAttempt(printed::append).onOutcome(printed::append).onResponse(printed::append);
    try (FixedServer server = new FixedServer(n -> response);
        ContactsClient client = ContactsClient.builder("IRtest", token).baseUrl(server.url()).options(options).build()) {
      printed.append(client);
      try {
        CreatedContact created = client.createContact(1000, WILE);
        printed.append(created);
        assertTrue(created.uri().orElseThrow().contains(created.uri().orElseThrow().contains(token) ? token : credentials));
      } catch (ApiException e) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        printed.append(trace);
        printed.append(e.words()).append(e.info()).append(e instanceof QueuedException queued ? queued.result() : "");
      }
      assertEquals(1, server.requests.size());
    }
    String all = printed.toString();
    assertFalse(all.contains(token), all);
    assertFalse(all.contains(credentials), all);
    String latin1 = new String(token.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    assertFalse(all.contains(latin1), all);
  }
}

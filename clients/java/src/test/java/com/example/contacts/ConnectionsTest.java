package com.example.contacts;

import static com.example.contacts.FixedServer.ok;
import static com.example.contacts.Way.ONCE;
import static com.example.contacts.Way.WILE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A response belongs to its request. */
final class ConnectionsTest {
  private static String created(int id) {
    return ok("{\"Status\":\"OK\",\"Uri\":\"/Advertisers/IRtest/Campaigns/1000/Contacts/" + id + "\"}");
  }

  /** The JDK drops what comes with a response after its end, and closes a connection on which more comes later. */
  @ParameterizedTest
  @EnumSource
  void bytesAfterAResponseNeverBecomeAResponse(Way way) throws IOException {
    String refused = "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n";
    String wait = "HTTP/1.1 429 Wait\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";
    for (String surplus : List.of("x", "\r\n", created(666), refused, wait, created(666).repeat(2000), "HTTP/1.1 100 Continue\r\n\r\n", refused.substring(0, 20))) {
      try (FixedServer server = new FixedServer(n -> created(n) + surplus);
          ContactsClient client = way.open(server.url())) {
        for (int i = 1; i <= 20; i++) {
          try {
            assertEquals(String.valueOf(server.requests.size() + 1), way.create(client, WILE, ONCE).contactId().orElseThrow(), surplus);
          } catch (InDoubtException e) {
            assertEquals(i, server.requests.size(), "only what was sent is in doubt");
          }
        }
        assertEquals(20, server.requests.size());
      }
    }
  }

  @Test
  void aConnectionIsUsedAgain() throws IOException {
    try (FixedServer server = new FixedServer(ConnectionsTest::created);
        ContactsClient client = Way.client(server.url())) {
      for (int i = 0; i < 10; i++) {
        client.createContact(1000, WILE);
      }
      assertEquals(1, server.connections.get());
    }
  }
}

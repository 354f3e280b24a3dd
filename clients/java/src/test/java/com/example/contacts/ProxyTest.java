package com.example.contacts;

import static com.example.contacts.FixedServer.CREATED;
import static com.example.contacts.FixedServer.ok;
import static com.example.contacts.Way.ONCE;
import static com.example.contacts.Way.WILE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A proxy that gives no way to the server has sent nothing, and the error says that it was the proxy. */
final class ProxyTest {
  private static final CallOptions SHORT = ONCE.timeout(Duration.ofMillis(700));

  private static void isNotSent(ContactsClient client, String words) {
    for (Way way : List.of(Way.SYNC, Way.ASYNC)) {
      String message = assertThrows(NotSentException.class, () -> way.create(client, WILE, SHORT)).getMessage();
      assertTrue(message.contains(words), message);
    }
  }

  /** Sets properties of the process as long as a test needs them. */
  private static void withProperties(Map<String, String> set, Runnable test) {
    Properties before = (Properties) System.getProperties().clone();
    System.getProperties().putAll(set);
    try {
      test.run();
    } finally {
      System.setProperties(before);
    }
  }

  private static Map<String, String> proxyOf(String scheme, URI uri) {
    return Map.of(scheme + ".proxyHost", uri.getHost(), scheme + ".proxyPort", String.valueOf(uri.getPort()), "http.nonProxyHosts", "");
  }

  @Test
  void aProxyThatGivesNoWayIsNotSent() throws IOException {
    for (String response :
        Arrays.asList(
            "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 502 No\r\nContent-Length: 3\r\n\r\nabc", "no HTTP\r\n\r\n",
            "HTTP/1.1 407", "", null)) {
      try (FixedServer proxy = new FixedServer(n -> response)) {
        URI uri = URI.create(proxy.url());
        String words = "api.example through the proxy 127.0.0.1:" + uri.getPort();
        String status = Stream.of("403", "407", "502").filter(s -> response != null && response.contains(" " + s + " ")).findFirst().orElse("");
        ProxySelector selector = ProxySelector.of(new InetSocketAddress(uri.getHost(), uri.getPort()));
        for (HttpClient.Builder http : List.of(HttpClient.newBuilder(), HttpClient.newBuilder().authenticator(new Authenticator() {}))) {
          try (ContactsClient client = Way.client("https://api.example", http.proxy(selector).build())) {
            isNotSent(client, words);
            isNotSent(client, status);
          }
        }
        withProperties(
            proxyOf("https", uri),
            () -> {
              try (ContactsClient client = Way.client("https://api.example")) {
                isNotSent(client, words);
              }
            });
        assertTrue(proxy.requests.stream().allMatch(request -> request.startsWith("CONNECT api.example:443 ")), proxy.requests.toString());
        assertTrue(proxy.requests.size() >= 6);
      }
    }
  }

  @Test
  void aProxyThatIsNotThereIsNotSent() {
    HttpClient http = HttpClient.newBuilder().proxy(ProxySelector.of(InetSocketAddress.createUnresolved("127.0.0.1", 1))).build();
    try (ContactsClient client = Way.client("https://api.example", http)) {
      isNotSent(client, "api.example through the proxy 127.0.0.1:1: the connection was refused");
    }
    HttpClient unknown = HttpClient.newBuilder().proxy(ProxySelector.of(InetSocketAddress.createUnresolved("proxy.invalid", 1))).build();
    try (ContactsClient client = Way.client("https://api.example", unknown)) {
      isNotSent(client, "api.example through the proxy proxy.invalid:1: the name of the host is not known");
    }
  }

  @Test
  void aLoopbackAddressIsNeverAskedForThroughAProxy() throws IOException {
    try (FixedServer proxy = new FixedServer(n -> "HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n");
        FixedServer server = new FixedServer(n -> ok(CREATED))) {
      withProperties(
          proxyOf("http", URI.create(proxy.url())),
          () -> {
            try (ContactsClient client = Way.client(server.url())) {
              assertEquals("2750", client.createContact(1000, WILE).contactId().orElseThrow());
            }
          });
      withProperties(
          proxyOf("https", URI.create(proxy.url())),
          () -> {
            for (String host : List.of("127.0.0.1", "127.1.2.3", "localhost", "[::1]")) {
              try (ContactsClient client = Way.client("https://" + host + ":1")) {
                assertThrows(NotSentException.class, () -> client.createContact(1000, WILE));
              }
            }
          });
      assertEquals(0, proxy.connections.get());
    }
  }

  @Test
  void aProxySelectorThatFailsIsNotSent() throws IOException {
    for (Throwable failure : Arrays.asList(new IllegalArgumentException("broken"), new AssertionError("broken"), null)) {
      AtomicReference<Throwable> thrown = new AtomicReference<>(failure);
      ProxySelector broken =
          new ProxySelector() {
            @Override
            public List<java.net.Proxy> select(URI uri) {
              if (thrown.get() instanceof Error e) {
                throw e;
              }
              throw thrown.get() == null ? new NullPointerException() : (RuntimeException) thrown.get();
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException reason) {}
          };
      try (FixedServer server = new FixedServer(n -> ok(CREATED));
          ContactsClient client = Way.client(server.url(), HttpClient.newBuilder().proxy(broken).build())) {
        isNotSent(client, "127.0.0.1:");
        assertEquals(0, server.connections.get());
      }
    }
  }
}

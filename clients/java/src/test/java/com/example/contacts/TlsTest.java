package com.example.contacts;

import static com.example.contacts.FixedServer.CREATED;
import static com.example.contacts.FixedServer.ok;
import static com.example.contacts.Way.ONCE;
import static com.example.contacts.Way.WILE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate that is not trusted, or a handshake that fails, has sent nothing. */
final class TlsTest {
  @TempDir private static Path folder;
  private static SSLContext ofServer;
  private static SSLContext trusting;

  @BeforeAll
  static void makeACertificateForLocalhost() throws IOException, InterruptedException, GeneralSecurityException {
    Path store = folder.resolve("keys");
    int code =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "a", "-keyalg", "RSA", "-dname",
                "CN=localhost", "-ext", "san=dns:localhost", "-keystore", store.toString(), "-storepass", "changeit")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start()
            .waitFor();
    assertEquals(0, code);
    char[] password = "changeit".toCharArray();
    KeyStore keys = KeyStore.getInstance(store.toFile(), password);
    KeyManagerFactory ofKeys = KeyManagerFactory.getInstance("PKIX");
    ofKeys.init(keys, password);
    ofServer = SSLContext.getInstance("TLS");
    ofServer.init(ofKeys.getKeyManagers(), null, null);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("a", keys.getCertificate("a"));
    TrustManagerFactory ofTrusted = TrustManagerFactory.getInstance("PKIX");
    ofTrusted.init(trusted);
    trusting = SSLContext.getInstance("TLS");
    trusting.init(null, ofTrusted.getTrustManagers(), null);
  }

  private static FixedServer server(String... protocols) throws IOException {
    SSLServerSocket socket = (SSLServerSocket) ofServer.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    socket.setEnabledProtocols(protocols);
    return new FixedServer(socket, n -> ok(CREATED));
  }

  private static void isNotSent(ContactsClient client, String words) {
    for (Way way : new Way[] {Way.SYNC, Way.ASYNC}) {
      String message = assertThrows(NotSentException.class, () -> way.create(client, WILE, ONCE.timeout(Duration.ofSeconds(2)))).getMessage();
      assertTrue(message.contains(words), message);
    }
  }

  @Test
  void aCertificateThatIsTrustedIs() throws IOException {
    try (FixedServer server = server("TLSv1.3", "TLSv1.2");
        ContactsClient client = Way.client(server.url("https", "localhost"), HttpClient.newBuilder().sslContext(trusting).build())) {
      assertEquals("2750", client.createContact(1000, WILE).contactId().orElseThrow());
    }
  }

  @Test
  void aHandshakeThatFailsIsNotSent() throws IOException {
    for (String protocol : new String[] {"TLSv1.3", "TLSv1.2"}) {
      try (FixedServer server = server(protocol)) {
        try (ContactsClient client = Way.client(server.url("https", "localhost"))) {
          isNotSent(client, "localhost:");
        }
        try (ContactsClient client = Way.client(server.url("https", "127.0.0.1"), HttpClient.newBuilder().sslContext(trusting).build())) {
          isNotSent(client, "127.0.0.1");
        }
        SSLParameters other = new SSLParameters();
        other.setProtocols(new String[] {protocol.equals("TLSv1.3") ? "TLSv1.2" : "TLSv1.3"});
        HttpClient http = HttpClient.newBuilder().sslContext(trusting).sslParameters(other).build();
        try (ContactsClient client = Way.client(server.url("https", "localhost"), http)) {
          isNotSent(client, "protocol_version");
        }
        assertTrue(server.requests.isEmpty() && server.cut.isEmpty());
      }
    }
  }

  @Test
  void aServerThatSpeaksNoTlsIsNotSent() throws IOException {
    List<Socket> kept = new CopyOnWriteArrayList<>();
    for (String said : new String[] {"HTTP/1.1 400 Bad\r\n\r\n", ""}) { // the second is silent
      try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
          ContactsClient client = Way.client("https://127.0.0.1:" + socket.getLocalPort())) {
        FixedServer.start(
            () -> {
              while (!socket.isClosed()) {
                try {
                  Socket connection = socket.accept();
                  kept.add(connection); // the collector would close it
                  connection.getOutputStream().write(said.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                } catch (IOException e) {
                  return;
                }
              }
            });
        isNotSent(client, "127.0.0.1:");
      }
    }
    for (Socket connection : kept) {
      connection.close();
    }
  }

  /** The JDK writes the header into a handshake that the server ends without a word, so that nothing is proven. */
  @Test
  void aServerThatClosesDuringTheHandshakeIsInDoubt() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ContactsClient client = Way.client("https://127.0.0.1:" + socket.getLocalPort())) {
      FixedServer.start(
          () -> {
            try (Socket connection = socket.accept()) {
              assertTrue(connection.getInputStream().read(new byte[10]) > 0);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      assertThrows(InDoubtException.class, () -> client.createContact(1000, WILE));
    }
  }
}

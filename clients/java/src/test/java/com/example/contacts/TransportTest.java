package com.example.contacts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TransportTest {
  private static final Contact CONTACT = Samples.contact().build();

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void noConnectionIsNotSent() throws IOException {
    ContactsClient client = Samples.client("http://127.0.0.1:" + closedPort()).build();
    assertThrows(NotSentException.class, () -> client.create(1, CONTACT));
    assertThrows(NotSentException.class, () -> client.get("/Advertisers/IRtest/Campaigns/1/Contacts/2"));
    ContactsClient nowhere = Samples.client("https://host.invalid").build();
    assertThrows(NotSentException.class, () -> nowhere.create(1, CONTACT));
  }

  @Test
  void aCertificateThatIsNotTrustedIsNotSent(@TempDir Path folder) throws Exception {
    Path store = folder.resolve("keys");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "a", "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "san=dns:localhost",
                "-storepass", "password", "-keystore", store.toString())
            .redirectErrorStream(true)
            .start();
    assertEquals(0, keytool.waitFor());
    KeyStore keys = KeyStore.getInstance(store.toFile(), "password".toCharArray());
    KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, "password".toCharArray());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(factory.getKeyManagers(), null, null);
    AtomicInteger received = new AtomicInteger();
    try (ServerSocket server =
        tls.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread thread =
          new Thread(
              () -> {
                try (var connection = server.accept()) {
                  received.addAndGet(connection.getInputStream().readAllBytes().length);
                } catch (IOException e) {
                  // the client breaks the handshake off
                }
              });
      thread.start();
      ContactsClient client = Samples.client("https://localhost:" + server.getLocalPort()).build();
      assertThrows(NotSentException.class, () -> client.create(1, CONTACT));
      thread.join();
      assertEquals(0, received.get());
    }
  }

  @Test
  void anAnswerThatDoesNotComeInTimeIsInDoubt() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    HttpServer server =
        Servers.http(
            exchange -> {
              try {
                ended.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    try {
      ContactsClient client = Samples.client(Servers.url(server)).timeout(Duration.ofMillis(300)).build();
      assertEquals(0, assertThrows(InDoubtException.class, () -> client.create(1, CONTACT)).reply().status());
      ContactsClient patient = Samples.client(Servers.url(server)).build();
      assertThrows(InDoubtException.class, () -> patient.create(1, CONTACT, Duration.ofMillis(300)));
      assertThrows(UnavailableException.class, () -> client.get("/Advertisers/IRtest/Campaigns/1/Contacts/2"));

      Thread.currentThread().interrupt();
      assertThrows(NotSentException.class, () -> patient.create(1, CONTACT));
      assertTrue(Thread.interrupted(), "the interruption is kept for the caller");
    } finally {
      ended.countDown();
      server.stop(0);
    }
  }

  @Test
  void noTimeIsNotSent() throws IOException {
    AtomicInteger requests = new AtomicInteger();
    try (ServerSocket server = Servers.raw("", requests)) {
      ContactsClient client = Samples.client(Servers.url(server)).build();
      assertThrows(NotSentException.class, () -> client.create(1, CONTACT, Duration.ZERO));
    }
  }

  @Test
  void aWaitThatDoesNotFitIsNotBegun() throws IOException {
    AtomicInteger requests = new AtomicInteger();
    String busy = "HTTP/1.1 429 Busy\r\nRetry-After: 20\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    try (ServerSocket server = Servers.raw(busy, requests)) {
      ContactsClient client = Samples.client(Servers.url(server)).maxRetries(5).build();
      RefusedException e =
          assertThrows(RefusedException.class, () -> client.create(1, CONTACT, Duration.ofSeconds(19)));
      assertEquals(Duration.ofSeconds(20), e.retryAfter().orElseThrow());
      assertEquals(1, requests.get());
    }
  }

  @Test
  void aRequestIsWrittenOnce() throws IOException {
    AtomicInteger requests = new AtomicInteger();
    try (ServerSocket server = Servers.raw("", requests)) {
      ContactsClient client = Samples.client(Servers.url(server)).maxRetries(5).build();
      assertThrows(UnavailableException.class, () -> client.get("/Advertisers/IRtest/Campaigns/1/Contacts/2"));
      assertThrows(InDoubtException.class, () -> client.create(1, CONTACT));
      assertEquals(2, requests.get());
    }
    Witness witness = new Witness(BodyPublishers.noBody(), 0);
    assertEquals(0, witness.contentLength());
    assertThrows(IllegalStateException.class, witness::contentLength);
    assertEquals(false, witness.nothingWritten());
  }

  @Test
  void whatWasGivenUpIsNotWrittenLater() {
    Witness witness = new Witness(BodyPublishers.noBody(), 0);
    assertTrue(witness.nothingWritten());
    assertThrows(IllegalStateException.class, witness::contentLength);
    assertTrue(witness.nothingWritten());
  }

  @Test
  void redirectsAndChallengesAreOutcomes() throws IOException {
    for (String status : new String[] {"307 Elsewhere\r\nLocation: /x", "401 No", "407 No"}) {
      AtomicInteger requests = new AtomicInteger();
      String answer = "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      try (ServerSocket server = Servers.raw(answer, requests)) {
        ContactsClient client = Samples.client(Servers.url(server)).httpClient(HttpClient.newHttpClient()).build();
        ContactsException e = assertThrows(ContactsException.class, () -> client.create(1, CONTACT));
        Class<?> expected = status.startsWith("307") ? InDoubtException.class : RefusedException.class;
        assertEquals(expected, e.getClass(), status);
        assertEquals(1, requests.get(), status);
      }
    }
  }

  @Test
  void aFileThatGoesAwayIsNotSent(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("a.png"), new byte[] {1, 2, 3});
    AtomicInteger opened = new AtomicInteger();
    ImageFile image =
        ImageFile.of(
            () -> {
              InputStream stream = Files.newInputStream(file);
              if (opened.incrementAndGet() == 1) {
                Files.delete(file);
              }
              return stream;
            },
            3);
    AtomicInteger requests = new AtomicInteger();
    try (ServerSocket server = Servers.raw("", requests)) {
      ContactsClient client = Samples.client(Servers.url(server)).build();
      assertThrows(NotSentException.class, () -> client.create(1, Samples.contact().profileImageFile(image).build()));
      assertEquals(0, requests.get());
    }
  }

  /** The heap of the tests is smaller than the upload: see argLine in pom.xml. */
  @Test
  void anUploadIsNeverInMemory() throws Exception {
    long size = 256L << 20;
    assertTrue(Runtime.getRuntime().maxMemory() < size);
    AtomicLong received = new AtomicLong();
    HttpServer server =
        Servers.http(
            exchange -> {
              received.set(exchange.getRequestBody().transferTo(java.io.OutputStream.nullOutputStream()));
              assertEquals(received.toString(), exchange.getRequestHeaders().getFirst("Content-Length"));
              Servers.answer(200, Servers.CREATED).handle(exchange);
            });
    try {
      ImageFile image = ImageFile.of(() -> new Zeros(size), size);
      Created created =
          Samples.client(Servers.url(server)).build().create(1, Samples.contact().profileImageFile(image).build());
      assertEquals("2750", created.id());
      assertTrue(received.get() > size);
    } finally {
      server.stop(0);
    }
  }

  /** As many zeros as asked for. */
  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long size) {
      left = size;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      int n = (int) Math.min(left, length);
      left -= n;
      return n > 0 ? n : -1;
    }
  }
}

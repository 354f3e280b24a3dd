package com.example.contacts;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** A server on loopback that sends what a test says, and keeps what it received. */
final class FixedServer implements AutoCloseable {
  static final String CREATED =
      "{\"Status\":\"OK\",\"Uri\":\"/Advertisers/IRtest/Campaigns/1000/Contacts/2750\"}";

  final List<byte[]> requests = new CopyOnWriteArrayList<>();
  final AtomicInteger connections = new AtomicInteger();
  private final ServerSocket socket;
  private final IntFunction<String> response;

  /**
   * Serves.
   *
   * @param response to each request in turn, from 1; null closes the connection
   */
  FixedServer(IntFunction<String> response) throws IOException {
    this.response = response;
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  /** Serves creates until it is killed, and prints its port. */
  @SuppressWarnings("resource") // it lives as long as the program
  public static void main(String[] args) throws IOException {
    FixedServer server = new FixedServer(n -> ok(CREATED));
    System.out.println(server.socket.getLocalPort());
    System.out.flush();
    try {
      Thread.sleep(Long.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static String ok(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  String url() {
    return "http://127.0.0.1:" + socket.getLocalPort();
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = socket.accept();
        connections.incrementAndGet();
        start(() -> serve(connection));
      }
    } catch (IOException e) {
      // It was closed.
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      InputStream in = connection.getInputStream();
      for (byte[] request = read(in); request.length > 0; request = read(in)) {
        requests.add(request);
        String answer = response.apply(requests.size());
        if (answer == null) {
          return;
        }
        connection.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
        connection.getOutputStream().flush();
      }
    } catch (IOException e) {
      // The client gave up.
    }
  }

  /** Reads one request; it is empty if the connection ends before its end. */
  private static byte[] read(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int c = in.read();
      if (c < 0) {
        return new byte[0];
      }
      head.append((char) c);
    }
    int length =
        head.toString().lines()
            .filter(line -> line.regionMatches(true, 0, "content-length:", 0, 15))
            .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
            .findFirst()
            .orElse(0);
    byte[] body = in.readNBytes(length);
    return body.length < length ? new byte[0] : (head + new String(body, StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

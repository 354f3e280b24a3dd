package com.example.contacts;

import java.io.BufferedInputStream;
import java.io.EOFException;
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

  /** Requests that came whole, and what came of others. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  final List<String> cut = new CopyOnWriteArrayList<>();
  final AtomicInteger connections = new AtomicInteger();
  private final ServerSocket socket;
  private final IntFunction<String> response;

  /**
   * Serves.
   *
   * @param response to each request in turn, from 1; null and one without a length close the connection
   */
  FixedServer(IntFunction<String> response) throws IOException {
    this(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), response);
  }

  FixedServer(ServerSocket socket, IntFunction<String> response) {
    this.socket = socket;
    this.response = response;
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
    return url("http", "127.0.0.1");
  }

  String url(String scheme, String host) {
    return scheme + "://" + host + ":" + socket.getLocalPort();
  }

  static void start(Runnable task) {
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
      InputStream in = new BufferedInputStream(connection.getInputStream());
      for (String request = read(in); request != null; request = read(in)) {
        requests.add(request);
        String answer = response.apply(requests.size());
        if (answer == null) {
          return;
        }
        connection.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
        connection.getOutputStream().flush();
        if (!answer.isEmpty() && !answer.contains("Content-Length")) {
          return;
        }
      }
    } catch (IOException e) {
      // The client gave up.
    }
  }

  /** Reads one request; null if the connection ends before its end. */
  private String read(InputStream in) throws IOException {
    StringBuilder request = new StringBuilder();
    try {
      while (request.indexOf("\r\n\r\n") < 0) {
        append(request, in);
      }
      long length =
          request.toString().lines()
              .filter(line -> line.regionMatches(true, 0, "content-length:", 0, 15))
              .mapToLong(line -> Long.parseLong(line.substring(15).strip()))
              .findFirst()
              .orElse(0);
      long end = request.length() + length;
      while (request.length() < end) {
        append(request, in);
      }
      return request.toString();
    } catch (IOException e) {
      if (request.length() > 0) {
        cut.add(request.toString());
      }
      throw e;
    }
  }

  private static void append(StringBuilder request, InputStream in) throws IOException {
    int c = in.read();
    if (c < 0) {
      throw new EOFException();
    }
    request.append((char) c);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

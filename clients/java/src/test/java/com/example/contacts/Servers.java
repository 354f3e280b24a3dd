package com.example.contacts;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Small servers on loopback. */
final class Servers {
  static final String CREATED = "{\"Status\":\"OK\",\"Uri\":\"/Advertisers/IRtest/Campaigns/1/Contacts/2750\"}";

  private Servers() {}

  /** A server that answers each request as the handler does. */
  static HttpServer http(HttpHandler handler) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", handler);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
    return server;
  }

  /** Answers with a status and a body, after it has read the whole request. */
  static HttpHandler answer(int status, String body) {
    return exchange -> {
      exchange.getRequestBody().transferTo(java.io.OutputStream.nullOutputStream());
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    };
  }

  static String url(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** A server that reads a little of each connection, counts it if there was any, answers, and closes it. */
  static ServerSocket raw(String answer, AtomicInteger requests) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread thread =
        new Thread(
            () -> {
              while (!server.isClosed()) {
                try (var connection = server.accept()) {
                  if (connection.getInputStream().read(new byte[65536]) > 0) {
                    requests.incrementAndGet();
                  }
                  connection.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                  // closed by the test, or by the client
                }
              }
            });
    thread.setDaemon(true);
    thread.start();
    return server;
  }

  static String url(ServerSocket server) {
    return "http://127.0.0.1:" + server.getLocalPort();
  }
}

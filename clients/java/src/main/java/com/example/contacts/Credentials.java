package com.example.contacts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An account's user and password, which nothing prints. */
final class Credentials {
  private static final int SHORTEST_TO_SEARCH = 8; // code points; a shorter token cannot be told from words

  private final String account;
  private final String encoded;
  private final Pattern secrets;

  Credentials(String account, String token) {
    if (account == null
        || account.isEmpty()
        || account.equals(".")
        || account.equals("..")
        || account.indexOf(':') >= 0
        || !isText(account)) {
      throw new UsageException("account", "must not be empty or dots, and must hold no colon or control character");
    }
    if (token == null || token.isEmpty() || !isText(token)) {
      throw new UsageException("token", "must not be empty, and must hold no control character");
    }
    this.account = account;
    encoded = Base64.getEncoder().encodeToString((account + ":" + token).getBytes(StandardCharsets.UTF_8));
    // Java reads header fields as Latin-1.
    Stream<String> plain = Stream.of(token, new String(token.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    boolean isSearched = token.codePointCount(0, token.length()) >= SHORTEST_TO_SEARCH;
    Stream<String> searched = Stream.concat(Stream.of(encoded), isSearched ? plain : Stream.empty());
    secrets = Pattern.compile(searched.map(Pattern::quote).collect(Collectors.joining("|")));
  }

  /** Tells whether a value is well-formed Unicode without control characters. */
  private static boolean isText(String value) {
    return value.codePoints().noneMatch(c -> c < 0x20 || c == 0x7f || (c >= 0xd800 && c <= 0xdfff));
  }

  String account() {
    return account;
  }

  String authorization() {
    return "Basic " + encoded;
  }

  String redact(String text) {
    return secrets.matcher(text).replaceAll("[redacted]");
  }

  /** A failure in the words of another, which may quote what a server sent: without secrets, and without its causes. */
  IOException clean(Throwable failure) {
    StringBuilder words = new StringBuilder();
    for (Throwable link = failure; link != null && words.length() < 1000; link = link.getCause()) {
      String message = link.getMessage() == null ? link.getClass().getSimpleName() : link.getMessage();
      boolean isRepeated = link.getCause() != null && message.equals(link.getCause().toString());
      if (!isRepeated && words.indexOf(message) < 0) {
        words.append(words.isEmpty() ? "" : ": ").append(message);
      }
    }
    return new IOException(redact(words.toString()));
  }

  @Override
  public String toString() {
    return "[redacted]";
  }
}

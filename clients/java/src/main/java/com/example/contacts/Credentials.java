package com.example.contacts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/** An account's user and password (FACTS F1), which nothing prints. */
final class Credentials {
  private final String encoded;
  private final Pattern secrets;

  Credentials(String accountSid, String authToken) {
    if (!ContactUri.isSegment(accountSid) || accountSid.indexOf(':') >= 0 || !isText(accountSid)) {
      throw new IllegalArgumentException("the AccountSID must not be empty or dots, and must hold no colon or control character");
    }
    if (authToken.isEmpty() || !isText(authToken)) {
      throw new IllegalArgumentException("the AuthToken must not be empty, and must hold no control character");
    }
    byte[] pair = (accountSid + ":" + authToken).getBytes(StandardCharsets.UTF_8);
    encoded = Base64.getEncoder().encodeToString(pair);
    secrets = Pattern.compile(Pattern.quote(authToken) + "|" + Pattern.quote(encoded));
  }

  /** Tells whether a value is well-formed Unicode without control characters. */
  private static boolean isText(String value) {
    return value.codePoints().noneMatch(c -> c < 0x20 || c == 0x7f || (c >= 0xd800 && c <= 0xdfff));
  }

  /** User and password in base64, as Basic authentication sends them. */
  String encoded() {
    return encoded;
  }

  String redact(String text) {
    return secrets.matcher(text).replaceAll("[redacted]");
  }

  /** Keeps the credentials out of a failure that quotes what a server sent. */
  Throwable clean(Throwable failure) {
    for (Throwable link = failure; link != null; link = link.getCause()) {
      String text = link.toString();
      if (!redact(text).equals(text)) {
        return new IOException(redact(failure.toString()));
      }
    }
    return failure;
  }

  @Override
  public String toString() {
    return "[redacted]";
  }
}

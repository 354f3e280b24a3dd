package com.example.contacts;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the API is: https, unless the host is a loopback address, so that the credentials stay secret.
 *
 * @param text without a slash at its end
 * @param isPlain it is HTTP without TLS
 */
record BaseUrl(String text, boolean isPlain, boolean isLoopback) {
  /** Parsers do not agree on what else a URL may be. */
  private static final Pattern FORM =
      Pattern.compile(
          "(https?)://([a-z0-9.-]+|\\[[0-9a-f:.]+\\])(?::([0-9]{1,5}))?"
              + "(?:/(?:[a-z0-9._~!$&'()*+,;=:@/-]|%[0-9a-f]{2})*)?",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern LOOPBACK =
      Pattern.compile(
          "localhost|\\[::1\\]|127(?:\\.(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}",
          Pattern.CASE_INSENSITIVE);

  static BaseUrl of(String given) {
    Matcher parts = FORM.matcher(given == null ? "" : given);
    if (!parts.matches() || !canBeSentTo(given) || (parts.group(3) != null && Integer.parseInt(parts.group(3)) > 65535)) {
      // Not the text itself: it may hold a password.
      throw new UsageException(
          "baseUrl", "must have the form https://host or https://host/path, without user, query and fragment");
    }
    boolean isPlain = parts.group(1).equalsIgnoreCase("http");
    boolean isLoopback = LOOPBACK.matcher(parts.group(2)).matches();
    if (isPlain && !isLoopback) {
      throw new UsageException("baseUrl", "must begin with https://; http:// is for loopback addresses only");
    }
    return new BaseUrl(given.replaceFirst("/+$", ""), isPlain, isLoopback);
  }

  private static boolean canBeSentTo(String url) {
    try {
      return new URI(url).getHost() != null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return text;
  }
}

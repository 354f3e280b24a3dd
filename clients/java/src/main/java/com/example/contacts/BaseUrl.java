package com.example.contacts;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** Where the API is: https, unless the host is a loopback address, so that the credentials stay secret. */
final class BaseUrl {
  private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.(0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])){3}");

  private final String text;

  BaseUrl(String given) {
    URI uri;
    try {
      uri = new URI(given);
    } catch (URISyntaxException e) {
      throw malformed(); // without the cause: it may hold a password
    }
    if (uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw malformed();
    }
    boolean https = "https".equalsIgnoreCase(uri.getScheme());
    if (!https && !("http".equalsIgnoreCase(uri.getScheme()) && isLoopback(uri.getHost()))) {
      throw new IllegalArgumentException(
          "the base URL " + given + " must begin with https:// (FACTS F1); http:// is for loopback addresses only");
    }
    text = given.endsWith("/") ? given.substring(0, given.length() - 1) : given;
  }

  private static IllegalArgumentException malformed() {
    return new IllegalArgumentException(
        "the base URL must have the form https://host or https://host/path, without user, query and fragment");
  }

  private static boolean isLoopback(String host) {
    if (host.equals("localhost") || LOOPBACK_V4.matcher(host).matches()) {
      return true;
    }
    try {
      return host.startsWith("[") && InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** {@return the URL, without a slash at its end} */
  @Override
  public String toString() {
    return text;
  }
}

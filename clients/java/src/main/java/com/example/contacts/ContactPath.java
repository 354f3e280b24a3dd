package com.example.contacts;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The paths of the contract, with their parameters. */
final class ContactPath {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]+");

  private ContactPath() {}

  /** The path of a campaign's contacts. */
  static String ofAll(String accountSid, long campaignId) {
    return "/Advertisers/" + escape(accountSid) + "/Campaigns/" + campaignId + "/Contacts";
  }

  /**
   * The path of the contact at a Uri.
   *
   * @throws IllegalArgumentException if the Uri is not that of a contact
   */
  static String ofOne(String uri) {
    String[] parts = uri.split("/", -1);
    if (parts.length == 7
        && parts[0].isEmpty()
        && parts[1].equals("Advertisers")
        && !parts[2].isEmpty()
        && parts[3].equals("Campaigns")
        && parts[4].matches("-?[0-9]{1,18}")
        && parts[5].equals("Contacts")
        && !idOf(uri).isEmpty()) {
      String accountSid = URLDecoder.decode(parts[2].replace("+", "%2B"), StandardCharsets.UTF_8);
      return ofAll(accountSid, Long.parseLong(parts[4])) + "/" + parts[6];
    }
    throw new IllegalArgumentException(
        "the Uri must have the form /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts/{ContactId}");
  }

  /** The last segment of a Uri (FACTS F2), or nothing if there is none that can be an id. */
  static String idOf(String uri) {
    String id = uri.substring(uri.lastIndexOf('/') + 1);
    return uri.indexOf('/') >= 0 && ID.matcher(id).matches() ? id : "";
  }

  private static String escape(String segment) {
    StringBuilder escaped = new StringBuilder();
    for (byte b : segment.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      escaped.append(RequestBody.isUnreserved(c) ? String.valueOf(c) : String.format("%%%02X", (int) c));
    }
    return escaped.toString();
  }
}

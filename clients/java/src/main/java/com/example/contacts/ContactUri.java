package com.example.contacts;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the Uri of a contact holds (FACTS F2). */
record ContactUri(String accountSid, long campaignId, String contactId) {
  private static final String ID = "/([A-Za-z0-9_-]+)";
  private static final Pattern WHOLE = Pattern.compile("/Advertisers/([^/]+)/Campaigns/(-?[0-9]+)/Contacts" + ID);
  private static final char UNDECODED = '\ufffd'; // what stands for bytes that are not UTF-8
  private static final Pattern END = Pattern.compile(ID + "\\z");

  /**
   * Reads a Uri.
   *
   * @throws IllegalArgumentException if it is not that of a contact
   */
  static ContactUri parse(String uri) {
    Matcher parts = WHOLE.matcher(uri);
    IllegalArgumentException cause = null;
    if (parts.matches()) {
      try {
        String accountSid = URLDecoder.decode(parts.group(1).replace("+", "%2B"), StandardCharsets.UTF_8);
        if (isSegment(accountSid) && accountSid.indexOf(UNDECODED) < 0) {
          return new ContactUri(accountSid, Long.parseLong(parts.group(2)), parts.group(3));
        }
      } catch (IllegalArgumentException e) {
        cause = e;
      }
    }
    throw new IllegalArgumentException(
        "the Uri must have the form /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts/{ContactId}", cause);
  }

  /** Tells whether text can be a segment of a path; dots lead to another path. */
  static boolean isSegment(String text) {
    return !text.isEmpty() && !text.equals(".") && !text.equals("..");
  }

  /** The last segment of a Uri, or nothing if there is none that can be an id. */
  static String idOf(String uri) {
    Matcher end = END.matcher(uri);
    return end.find() ? end.group(1) : "";
  }
}

package com.example.contacts;

import com.example.contacts.generated.model.StoredContact;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Creates contacts for one account, and reads them back. It may be used by several threads at once.
 *
 * <p>There is no idempotency key (FACTS F5): a create that is sent twice makes two contacts. So each outcome
 * but a created contact is an exception, whose class tells whether the contact may be sent again.
 */
public final class ContactsClient {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration NO_LIMIT = Duration.ofMillis(Long.MAX_VALUE);

  private final String accountSid;
  private final Credentials credentials;
  private final Transport transport;
  private final Duration timeout;
  private final int maxRetries;

  private ContactsClient(Builder builder) {
    accountSid = builder.accountSid;
    credentials = builder.credentials;
    transport = new Transport(builder.baseUrl, credentials, builder.http);
    timeout = builder.timeout;
    maxRetries = builder.maxRetries;
  }

  /**
   * Begins a client of an account.
   *
   * @param accountSid the account's identifier, without colon and control characters (FACTS F1)
   * @param authToken the password, without control characters; nothing prints it
   * @return a builder with the API's own host, a timeout of 60 seconds and 2 retries
   * @throws IllegalArgumentException if one of them cannot be used
   */
  public static Builder builder(String accountSid, String authToken) {
    return new Builder(accountSid, authToken);
  }

  /**
   * The same as {@link #create(long, Contact, Duration)} without a limit.
   *
   * @param campaignId the campaign's number (FACTS F1)
   * @param contact the contact
   * @return the contact that was created
   * @throws ContactsException if it was not, or if that is not known
   */
  public Created create(long campaignId, Contact contact) throws ContactsException {
    return create(campaignId, contact, NO_LIMIT);
  }

  /**
   * Checks a contact, and creates it if it breaks no rule. A request that was not sent, or was refused with
   * 429 and a wait of at most 30 seconds, is sent again as often as {@link Builder#maxRetries} says.
   *
   * <p>Interrupting the thread ends the call, with the outcome as it is then.
   *
   * @param campaignId the campaign's number (FACTS F1)
   * @param contact the contact
   * @param within how long the call may take with all its waits; a wait that does not fit is not begun
   * @return the contact that was created
   * @throws InvalidContactException if a rule is broken; nothing was sent
   * @throws NotSentException if not one byte of the request was written
   * @throws RefusedException if the server said no
   * @throws QueuedException if the server will create the contact later
   * @throws InDoubtException if it is not known whether the contact was created
   */
  public Created create(long campaignId, Contact contact, Duration within)
      throws InvalidContactException, NotSentException, RefusedException, QueuedException, InDoubtException {
    RequestBody body = contact.check().get();
    Transport.Operation operation = (api, content) -> api.createContact(accountSid, campaignId, content);
    Duration limit = timeout.plusSeconds(body.length() >> 17); // one second more for each 128 KiB
    long begin = System.nanoTime();
    for (int attempt = 1; ; attempt++) {
      try {
        return transport.send(operation, body, shorter(limit, left(within, begin))).created(credentials);
      } catch (NotSentException e) {
        Duration wait = FIRST_PAUSE.multipliedBy(1L << Math.min(attempt - 1, 7));
        if (attempt > maxRetries || !pause(jitter(wait, 0.5, 1.5), left(within, begin))) {
          throw e;
        }
      } catch (RefusedException e) {
        Duration wait = e.retryAfter().orElse(NO_LIMIT);
        if (attempt > maxRetries
            || wait.compareTo(LONGEST_WAIT) > 0
            || !pause(jitter(wait, 1, 1.1), left(within, begin))) {
          throw e;
        }
      }
    }
  }

  /**
   * Reads the contact at a Uri (FACTS F7).
   *
   * @param uri as a create returned it: /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts/{ContactId}
   * @return the contact
   * @throws NotSentException if not one byte of the request was written
   * @throws RefusedException if the server said no: with 404, there is no such contact
   * @throws UnavailableException if there is no answer that tells anything
   * @throws IllegalArgumentException if the Uri is not that of a contact
   */
  public StoredContact get(String uri) throws NotSentException, RefusedException, UnavailableException {
    ContactUri contact = ContactUri.parse(uri);
    Transport.Operation operation =
        (api, content) -> api.getContact(contact.accountSid(), contact.campaignId(), contact.contactId(), content);
    return transport.send(operation, RequestBody.NONE, timeout).found(uri, credentials);
  }

  private static Duration left(Duration within, long begin) {
    return within.minusNanos(System.nanoTime() - begin);
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** A duration between two multiples of another, so that many callers do not come back at once. */
  private static Duration jitter(Duration wait, double least, double most) {
    return Duration.ofNanos((long) (wait.toNanos() * ThreadLocalRandom.current().nextDouble(least, most)));
  }

  /** Waits. It returns false, without the wait, if that does not fit or the thread is interrupted. */
  private static boolean pause(Duration wait, Duration left) {
    if (wait.compareTo(left) > 0) {
      return false;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(wait.toNanos());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** {@return the account and the server, without the credentials} */
  @Override
  public String toString() {
    return "ContactsClient[" + accountSid + " at " + transport + "]";
  }

  /** Collects what a client needs. Each method returns the builder itself. */
  public static final class Builder {
    private final String accountSid;
    private final Credentials credentials;
    private BaseUrl baseUrl = new BaseUrl("https://api.impact.com");
    private HttpClient http;
    private Duration timeout = Duration.ofSeconds(60);
    private int maxRetries = 2;

    private Builder(String accountSid, String authToken) {
      this.accountSid = accountSid;
      credentials = new Credentials(accountSid, authToken);
    }

    /**
     * Another server than the API's own host (FACTS F1); a path is kept.
     *
     * @param value https, or http if the host is a loopback address; without user, query and fragment
     * @return this
     * @throws IllegalArgumentException if it is another
     */
    public Builder baseUrl(String value) {
      baseUrl = new BaseUrl(value);
      return this;
    }

    /**
     * How long one attempt may take, to the end of the answer. An upload has one second more for each 128 KiB.
     *
     * @param value more than 0
     * @return this
     * @throws IllegalArgumentException if it is not
     */
    public Builder timeout(Duration value) {
      if (value.isZero() || value.isNegative()) {
        throw new IllegalArgumentException("the timeout must be more than 0, not " + value);
      }
      timeout = value;
      return this;
    }

    /**
     * How often a create is sent again if it was not sent, or was refused with 429 and a wait of at most 30
     * seconds. What is in doubt is never sent again.
     *
     * @param value 0 is never
     * @return this
     * @throws IllegalArgumentException if it is less than 0
     */
    public Builder maxRetries(int value) {
      if (value < 0) {
        throw new IllegalArgumentException("the number of retries must be 0 or more, not " + value);
      }
      maxRetries = value;
      return this;
    }

    /**
     * What sends the requests, for a proxy or certificates of your own.
     *
     * @param value a client that never follows redirects
     * @return this
     * @throws IllegalArgumentException if it follows redirects: the credentials would go along
     */
    public Builder httpClient(HttpClient value) {
      if (value.followRedirects() != HttpClient.Redirect.NEVER) {
        throw new IllegalArgumentException("the HttpClient must never follow redirects");
      }
      http = value;
      return this;
    }

    /** {@return the client} */
    public ContactsClient build() {
      return new ContactsClient(this);
    }
  }
}

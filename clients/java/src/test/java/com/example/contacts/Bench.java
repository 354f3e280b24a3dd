package com.example.contacts;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Measures the client against CONTACTS_BENCH_URL, and prints a JSON object for each measure. */
final class Bench {
  private static final int CALLERS = 32;
  private static final int CREATES = 100; // of each caller in a round
  private static final int WARM_UPS = 8;
  private static final int ROUNDS = 9;
  private static final int MOST_BROKEN = 20;
  private static final AtomicInteger BROKEN = new AtomicInteger();

  private static final String URL = System.getenv("CONTACTS_BENCH_URL");

  private static final CreateContactInput INPUT =
      CreateContactInput.builder()
          .firstName("Wile")
          .lastName("Coyote")
          .emailAddress("wile.coyote@example.com")
          .accounts(List.of("10000"))
          .title("Acme Partner Manager")
          .workPhoneNumberCountry("US")
          .workPhoneNumber("8051234567")
          .cellphoneNumberCountry("US")
          .cellphoneNumber("8059876543")
          .labels(List.of("Main Contact", "Acme Partner"))
          .build();

  /** The same as it goes over the wire. */
  private static final byte[] BODY =
      ("FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote%40example.com&Accounts=10000&Title=Acme+Partner+Manager"
              + "&WorkPhoneNumber=8051234567&WorkPhoneNumberCountry=US&CellphoneNumber=8059876543"
              + "&CellphoneNumberCountry=US&Labels=Main+Contact%2CAcme+Partner")
          .getBytes(StandardCharsets.US_ASCII);

  private Bench() {}

  public static void main(String[] measures) throws Exception {
    for (String measure : measures) {
      switch (measure) {
        case "create" -> create();
        case "rules" -> rules();
        case "upload" -> upload();
        default -> throw new IllegalArgumentException(measure);
      }
    }
    System.exit(0);
  }

  private static ContactsClient client() {
    return ContactsClient.builder("IRsandbox", "token").baseUrl(URL).options(CallOptions.DEFAULT.retries(0)).build();
  }

  /** The rate of creates, of many callers at once, against java.net.http alone that sends the same bytes. */
  private static void create() throws Exception {
    ContactsClient client = client();
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(URL + "/Advertisers/IRsandbox/Campaigns/1000/Contacts"))
            .version(HttpClient.Version.HTTP_1_1)
            .header("Accept", "application/json")
            .header("Authorization", "Basic SVJzYW5kYm94OnRva2Vu")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofByteArray(BODY))
            .build();
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    List<Double> ours = new ArrayList<>();
    List<Double> bare = new ArrayList<>();
    for (int round = -WARM_UPS; round < ROUNDS; round++) {
      double a = microseconds(callers, () -> client.createContact(1000, INPUT));
      double b = microseconds(callers, () -> http.send(request, HttpResponse.BodyHandlers.ofByteArray()));
      if (round >= 0) {
        ours.add(a);
        bare.add(b);
      }
    }
    callers.shutdown();
    double a = median(ours);
    double b = median(bare);
    print("{\"what\":\"create\",\"ours_us\":%.1f,\"bare_us\":%.1f,\"ratio\":%.3f}", a, b, b / a);
  }

  /** The time that one call takes when all callers make theirs at once. */
  private static double microseconds(ExecutorService callers, Callable<?> call) throws Exception {
    Callable<Void> caller =
        () -> {
          for (int i = 0; i < CREATES; i++) {
            try {
              call.call();
            } catch (InDoubtException | IOException e) { // the JDK's pool breaks a few connections in 100,000
              if (BROKEN.incrementAndGet() > MOST_BROKEN) {
                throw e;
              }
            }
          }
          return null;
        };
    long begin = System.nanoTime();
    for (Future<Void> done : callers.invokeAll(Collections.nCopies(CALLERS, caller))) {
      done.get();
    }
    return (System.nanoTime() - begin) / 1e3 / CALLERS / CREATES;
  }

  private static void rules() {
    int calls = 200_000;
    int violations = 0;
    List<Double> ns = new ArrayList<>();
    for (int round = -WARM_UPS; round < ROUNDS; round++) {
      long begin = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        violations += INPUT.validate().size();
      }
      if (round >= 0) {
        ns.add((System.nanoTime() - begin) / (double) calls);
      }
    }
    if (violations > 0) {
      throw new IllegalStateException("the input is not valid");
    }
    print("{\"what\":\"rules\",\"ns\":%.0f}", median(ns));
  }

  /** The most of the heap that is in use during an upload, above what is in use before it. */
  private static void upload() throws Exception {
    ContactsClient client = client();
    client.createContact(1000, INPUT); // loads what any create needs
    System.gc();
    long idle = inUse();
    AtomicBoolean ended = new AtomicBoolean();
    long[] peak = {idle};
    Thread sampler =
        new Thread(
            () -> {
              while (!ended.get()) {
                peak[0] = Math.max(peak[0], inUse());
                java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
              }
            });
    sampler.start();
    CreateContactInput input = INPUT.toBuilder().profileImageFile(FileSource.of(Path.of(System.getenv("CONTACTS_BENCH_FILE")))).build();
    CreatedContact created = client.createContact(1000, input);
    ended.set(true);
    sampler.join();
    print("{\"what\":\"upload\",\"id\":\"%s\",\"peak_mib_above_idle\":%.1f}", created.contactId().orElseThrow(), (peak[0] - idle) / 1048576.0);
  }

  private static long inUse() {
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static double median(List<Double> values) {
    Collections.sort(values);
    return values.get(values.size() / 2);
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}

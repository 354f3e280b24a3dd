package com.example.contacts.tests;

import com.example.contacts.Contact;
import com.example.contacts.ContactsClient;
import com.example.contacts.Created;
import com.example.contacts.ImageFile;
import com.example.contacts.InDoubtException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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
  private static final int ROUNDS = 9;

  private static final String URL = System.getenv("CONTACTS_BENCH_URL");

  private static final Contact CONTACT =
      Contact.builder()
          .firstName("Wile")
          .lastName("Coyote")
          .emailAddress("wile.coyote@example.com")
          .accounts("10000")
          .title("Acme Partner Manager")
          .workPhoneNumberCountry("US")
          .workPhoneNumber("8051234567")
          .cellphoneNumberCountry("US")
          .cellphoneNumber("8059876543")
          .labels("Main Contact", "Acme Partner")
          .build();

  /** The same as it goes over the wire. */
  private static final byte[] BODY =
      ("FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote%40example.com&Accounts=10000&Title=Acme+Partner+Manager"
              + "&WorkPhoneNumber=8051234567&WorkPhoneNumberCountry=US&CellphoneNumber=8059876543"
              + "&CellphoneNumberCountry=US&Labels=Main+Contact%2CAcme+Partner")
          .getBytes(StandardCharsets.US_ASCII);

  private static final AtomicInteger broken = new AtomicInteger();

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
    return ContactsClient.builder("IRsandbox", "token").baseUrl(URL).maxRetries(0).build();
  }

  private static void create() throws Exception {
    ContactsClient client = client();
    Callable<?> ours = () -> client.create(1000, CONTACT);

    HttpClient http = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(URL + "/Advertisers/IRsandbox/Campaigns/1000/Contacts"))
            .version(HttpClient.Version.HTTP_1_1)
            .header("Accept", "application/json")
            .header("Authorization", "Basic SVJzYW5kYm94OnRva2Vu")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofByteArray(BODY))
            .build();
    Callable<?> bare = () -> http.send(request, HttpResponse.BodyHandlers.ofByteArray());

    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    List<Double> oursUs = new ArrayList<>();
    List<Double> bareUs = new ArrayList<>();
    for (int round = -8; round < ROUNDS; round++) { // the first ones warm up
      double a = round(callers, ours);
      double b = round(callers, bare);
      if (round >= 0) {
        oursUs.add(a);
        bareUs.add(b);
      }
    }
    callers.shutdown();
    double a = median(oursUs);
    double b = median(bareUs);
    print("{\"what\":\"create\",\"ours_us\":%.1f,\"bare_us\":%.1f,\"ratio\":%.3f}", a, b, b / a);
  }

  /** The microseconds that one call takes when all callers make theirs at once. */
  private static double round(ExecutorService callers, Callable<?> call) throws Exception {
    Callable<Void> caller =
        () -> {
          for (int i = 0; i < CREATES; i++) {
            try {
              call.call();
            } catch (InDoubtException | IOException e) { // HttpClient's pool breaks a few in 100,000
              if (broken.incrementAndGet() > 20) {
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

  private static void rules() throws Exception {
    int calls = 200_000;
    List<Double> ns = new ArrayList<>();
    for (int round = -5; round < ROUNDS; round++) {
      long begin = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        CONTACT.validate();
      }
      if (round >= 0) {
        ns.add((System.nanoTime() - begin) / (double) calls);
      }
    }
    print("{\"what\":\"rules\",\"ns\":%.0f}", median(ns));
  }

  private static void upload() throws Exception {
    ContactsClient client = client();
    client.create(1000, CONTACT); // loads what any create needs
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    System.gc();
    long idle = memory.getHeapMemoryUsage().getUsed();

    AtomicBoolean ended = new AtomicBoolean();
    long[] peak = {idle};
    Thread sampler =
        new Thread(
            () -> {
              while (!ended.get()) {
                peak[0] = Math.max(peak[0], memory.getHeapMemoryUsage().getUsed());
                try {
                  Thread.sleep(Duration.ofMillis(2).toMillis());
                } catch (InterruptedException e) {
                  return;
                }
              }
            });
    sampler.start();
    Contact contact =
        Contact.builder()
            .firstName("Wile")
            .lastName("Coyote")
            .emailAddress("wile.coyote@example.com")
            .accounts("10000")
            .profileImageFile(ImageFile.of(Path.of(System.getenv("CONTACTS_BENCH_FILE"))))
            .build();
    Created created = client.create(1000, contact);
    ended.set(true);
    sampler.join();
    if (created.id().isEmpty()) {
      throw new IllegalStateException();
    }
    print("{\"what\":\"upload\",\"peak_mib_above_idle\":%.1f}", (peak[0] - idle) / 1048576.0);
  }

  private static double median(List<Double> values) {
    Collections.sort(values);
    return values.get(values.size() / 2);
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}

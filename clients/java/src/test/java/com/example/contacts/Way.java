package com.example.contacts;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/** How a program makes a call: on its own thread or on one of the client, with the client's own HttpClient or another. */
enum Way {
  SYNC,
  ASYNC,
  BORROWED_SYNC,
  BORROWED_ASYNC;

  static final String TOKEN = "secret-token";
  static final CallOptions ONCE = CallOptions.DEFAULT.retries(0).timeout(Duration.ofSeconds(5));
  static final CreateContactInput WILE =
      CreateContactInput.builder()
          .firstName("Wile")
          .lastName("Coyote")
          .emailAddress("wile@example.com")
          .accounts(List.of("10000"))
          .build();

  static ContactsClient client(String url) {
    return ContactsClient.builder("IRtest", TOKEN).baseUrl(url).options(ONCE).build();
  }

  static ContactsClient client(String url, HttpClient http) {
    return ContactsClient.builder("IRtest", TOKEN).baseUrl(url).httpClient(http).options(ONCE).build();
  }

  ContactsClient open(String url) {
    return this == SYNC || this == ASYNC ? client(url) : client(url, HttpClient.newHttpClient());
  }

  /** Makes a create; it throws what the call ends with. */
  CreatedContact create(ContactsClient client, CreateContactInput input, CallOptions options) {
    return this == SYNC || this == BORROWED_SYNC
        ? client.createContact(1000, input, options)
        : result(client, c -> c.createContactAsync(1000, input, options));
  }

  CreatedContact create(String url, CreateContactInput input) {
    try (ContactsClient client = open(url)) {
      return create(client, input, CallOptions.DEFAULT);
    }
  }

  static <T> T result(ContactsClient client, Function<ContactsClient, CompletableFuture<T>> call) {
    try {
      return call.apply(client).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}

package com.example.contacts;

/** Contacts and clients that tests begin with. */
final class Samples {
  static final String TOKEN = "s3cr3t-token";

  private Samples() {}

  static Contact.Builder contact() {
    return Contact.builder()
        .firstName("Wile")
        .lastName("Coyote")
        .emailAddress("wile.coyote@example.com")
        .accounts("10000");
  }

  static ContactsClient.Builder client(String baseUrl) {
    return ContactsClient.builder("IRtest", TOKEN).baseUrl(baseUrl).maxRetries(0);
  }
}

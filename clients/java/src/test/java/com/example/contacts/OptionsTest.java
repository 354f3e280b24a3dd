package com.example.contacts;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.http.HttpClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://api.example.com",
        "https://api.example.com/base/",
        "http://localhost:8080",
        "http://127.0.0.1",
        "http://127.255.0.1:1/x",
        "http://[::1]:8080"
      })
  void baseUrlsThatAreSecret(String url) {
    assertDoesNotThrow(() -> Samples.client(url));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "api.example.com",
        "https://",
        "https:api.example.com",
        "ftp://localhost",
        "http://api.example.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://127.0.0.256",
        "http://128.0.0.1",
        "http://[::2]",
        "http://[0:0:0:0:0:0:0:1]",
        "https://wile:hunter2@api.example.com",
        "https://api.example.com?q",
        "https://api.example.com#f",
        "https://api example.com/hunter2"
      })
  void baseUrlsThatAreNot(String url) {
    ContactsClient.Builder builder = ContactsClient.builder("IRtest", Samples.TOKEN);
    String message = assertThrows(IllegalArgumentException.class, () -> builder.baseUrl(url)).getMessage();
    assertFalse(message.contains("hunter2"), message);
  }

  @ParameterizedTest
  @CsvSource({"'',token", "a:b,token", "'a\nb',token", "a,''", "a,'to\nken'", "a,'to\ud800ken'", "a,'to\u007fken'"})
  void credentialsThatCannotBeUsed(String accountSid, String authToken) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> ContactsClient.builder(accountSid, authToken)).getMessage();
    assertFalse(message.contains("ken,"), message);
  }

  @Test
  void otherOptions() {
    ContactsClient.Builder builder = ContactsClient.builder("IRtest", Samples.TOKEN);
    assertThrows(IllegalArgumentException.class, () -> builder.timeout(Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> builder.maxRetries(-1));
    HttpClient follows = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    assertThrows(IllegalArgumentException.class, () -> builder.httpClient(follows));
    assertDoesNotThrow(() -> builder.httpClient(HttpClient.newHttpClient()));
  }
}

package com.example.contacts;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.example.contacts.generated.Rules.Rule;
import com.example.contacts.generated.Rules.Violation;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RulesTest {
  private static List<String> rules(Contact contact) {
    return assertThrows(InvalidContactException.class, contact::validate).violations().stream()
        .map(violation -> violation.field() + " " + violation.rule().id())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ud83d", "\ude00", "a\ud83d", "\ude00\ud83d", "\ud83d\ud83d\ude00"})
  void aLoneSurrogateIsNotWellFormed(String value) {
    assertEquals(List.of("LastName format"), rules(Samples.contact().lastName(value).build()));
  }

  @Test
  void lengthsAreCodePoints() {
    assertDoesNotThrow(() -> Samples.contact().lastName("\ud83d\ude00".repeat(255)).build().validate());
    assertEquals(List.of("LastName too_long"), rules(Samples.contact().lastName("\ud83d\ude00".repeat(256)).build()));
  }

  @Test
  void violationsAreInTheOrderOfTheContract() {
    Contact contact =
        Contact.builder()
            .labels(" x")
            .accounts("a,b")
            .lastName("Coyote")
            .profileImageUrl("https://example.com/wile.png")
            .profileImageFile(ImageFile.of(Path.of("not-there.png")))
            .build();
    assertEquals(
        List.of(
            "FirstName required",
            "EmailAddress required",
            "Accounts list_item",
            "ProfileImageUrl exclusive",
            "ProfileImageFile needs_file",
            "Labels list_item"),
        rules(contact));
  }

  @Test
  void theMessageNamesAllViolationsAndNoValue() {
    Contact contact = Samples.contact().emailAddress("not an address").title("x".repeat(256)).build();
    InvalidContactException e = assertThrows(InvalidContactException.class, contact::validate);
    assertEquals(
        List.of(
            new Violation(
                "EmailAddress",
                Rule.FORMAT,
                "EmailAddress must be one e-mail address, with something on both sides of one @, no white space and no comma."),
            new Violation("Title", Rule.TOO_LONG, "Title must have at most 255 characters.")),
        e.violations());
    assertEquals(
        "the contact is invalid, nothing was sent: " + e.violations().get(0).message() + " " + e.violations().get(1).message(),
        e.getMessage());
  }

  @Test
  void aContactDoesNotChangeWithItsBuilder() {
    Contact.Builder builder = Samples.contact();
    Contact contact = builder.build();
    builder.firstName("");
    assertDoesNotThrow(contact::validate);
  }

  @Test
  void anImageNeedNotBeAFile() {
    ImageFile image = ImageFile.of(() -> new ByteArrayInputStream(new byte[] {1}), 1);
    assertDoesNotThrow(() -> Samples.contact().profileImageFile(image).build().validate());
    ImageFile empty = ImageFile.of(() -> new ByteArrayInputStream(new byte[0]), 0);
    assertEquals(
        List.of("ProfileImageFile needs_file"), rules(Samples.contact().profileImageFile(empty).build()));
  }
}

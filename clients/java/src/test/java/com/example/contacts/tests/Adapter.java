package com.example.contacts.tests;

import com.example.contacts.Contact;
import com.example.contacts.ContactsClient;
import com.example.contacts.ContactsException;
import com.example.contacts.Created;
import com.example.contacts.ImageFile;
import com.example.contacts.InDoubtException;
import com.example.contacts.InvalidContactException;
import com.example.contacts.NotSentException;
import com.example.contacts.QueuedException;
import com.example.contacts.RefusedException;
import com.example.contacts.Reply;
import com.example.contacts.UnavailableException;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Lets the runner of the conformance vectors drive the client: see tests/vectors/README.md, "Adapters". */
final class Adapter {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .defaultPropertyInclusion(JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .build();

  private final Map<String, ContactsClient> clients = new HashMap<>();

  private Adapter() {}

  public static void main(String[] args) throws IOException {
    Adapter adapter = new Adapter();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(JSON.writeValueAsString(adapter.answer(JSON.readTree(line))));
    }
  }

  private ObjectNode answer(JsonNode call) {
    ObjectNode answer = JSON.createObjectNode().put("id", call.path("id").asText());
    Object client = null;
    try {
      if (call.path("call").asText().equals("validate")) {
        contact(call.path("contact")).validate();
        return answer.put("outcome", "valid");
      }
      ContactsClient made = client(call);
      client = made;
      if (call.path("call").asText().equals("get")) {
        answer.set("contact", JSON.valueToTree(made.get(call.path("uri").asText())));
        answer.put("outcome", "found");
      } else {
        Created created =
            made.create(Long.parseLong(call.path("campaignId").asText()), contact(call.path("contact")));
        answer.put("outcome", "created").put("uri", created.uri()).put("contactId", created.id());
        answer.put("printed", printed(created));
      }
    } catch (ContactsException e) {
      report(answer, e);
      answer.put("printed", printed(e) + e.getMessage() + stackTrace(e));
    } catch (IllegalArgumentException e) {
      answer.put("outcome", "misconfigured");
      answer.put("printed", printed(e) + stackTrace(e));
    }
    return answer.put("printed", answer.path("printed").asText() + printed(client));
  }

  private static void report(ObjectNode answer, ContactsException e) {
    if (e instanceof InvalidContactException invalid) {
      answer.put("outcome", "invalid");
      ArrayNode violations = answer.putArray("violations");
      invalid
          .violations()
          .forEach(v -> violations.addObject().put("Field", v.field()).put("Rule", v.rule().id()).put("Message", v.message()));
    } else if (e instanceof NotSentException) {
      answer.put("outcome", "not_sent");
    } else if (e instanceof QueuedException queued) {
      answer.put("outcome", "queued").put("uri", queued.queuedUri());
    } else if (e instanceof RefusedException refused) {
      said(answer.put("outcome", "refused"), refused.reply());
      refused.retryAfter().ifPresent(wait -> answer.put("waitMs", wait.toMillis()));
    } else if (e instanceof InDoubtException doubt) {
      said(answer.put("outcome", "in_doubt"), doubt.reply());
    } else if (e instanceof UnavailableException unavailable) {
      said(answer.put("outcome", "failed"), unavailable.reply());
    }
  }

  private static void said(ObjectNode answer, Reply reply) {
    if (reply.status() != 0) {
      answer.put("status", reply.status());
    }
    answer.put("message", reply.message());
    ArrayNode errors = answer.putArray("errors");
    reply.errors().forEach(e -> errors.addObject().put("Field", e.field()).put("Message", e.message()));
  }

  private ContactsClient client(JsonNode call) {
    List<String> key = new ArrayList<>();
    for (String name : List.of("baseUrl", "accountSid", "authToken", "options")) {
      key.add(call.path(name).toString());
    }
    return clients.computeIfAbsent(
        key.toString(),
        unused ->
            ContactsClient.builder(call.path("accountSid").asText(), call.path("authToken").asText())
                .baseUrl(call.path("baseUrl").asText())
                .maxRetries(call.path("options").path("maxRetries").asInt(0))
                .timeout(Duration.ofMillis(call.path("options").path("timeoutMs").asLong(10_000)))
                .build());
  }

  private static Contact contact(JsonNode given) {
    return Contact.builder()
        .firstName(text(given, "FirstName"))
        .lastName(text(given, "LastName"))
        .emailAddress(text(given, "EmailAddress"))
        .accounts(list(given, "Accounts"))
        .title(text(given, "Title"))
        .profileImageUrl(text(given, "ProfileImageUrl"))
        .profileImageFile(image(given.get("ProfileImageFile")))
        .workPhoneNumber(text(given, "WorkPhoneNumber"))
        .workPhoneNumberCountry(text(given, "WorkPhoneNumberCountry"))
        .cellphoneNumber(text(given, "CellphoneNumber"))
        .cellphoneNumberCountry(text(given, "CellphoneNumberCountry"))
        .labels(list(given, "Labels"))
        .build();
  }

  private static String text(JsonNode given, String name) {
    return given.has(name) ? given.get(name).asText() : null;
  }

  private static List<String> list(JsonNode given, String name) {
    List<String> items = new ArrayList<>();
    given.path(name).forEach(item -> items.add(item.asText()));
    return items;
  }

  private static ImageFile image(JsonNode given) {
    if (given == null) {
      return null;
    }
    ImageFile image = ImageFile.of(Path.of(given.path("Path").asText()));
    return given.has("Name") ? image.named(given.get("Name").asText()) : image;
  }

  private static String printed(Object object) {
    String text = " " + object + " ";
    try {
      return text + JSON.writeValueAsString(object);
    } catch (IOException e) {
      return text + e;
    }
  }

  private static String stackTrace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }
}

package com.example.contacts;

import com.example.contacts.generated.model.Account;
import com.example.contacts.generated.model.CreateContactAnswer;
import com.example.contacts.generated.model.StoredContact;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a server sent back.
 *
 * @param body null if it did not come whole, or is too long
 * @param cause why {@code body} is null
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Answer(int status, HttpHeaders headers, byte[] body, Throwable cause) {
  /** Takes a text for a text and nothing else; a body of 1 MiB has no other limits. */
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(Integer.MAX_VALUE)
                          .maxNumberLength(Integer.MAX_VALUE)
                          .maxNameLength(Integer.MAX_VALUE)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              config ->
                  config
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .build();

  private static final ObjectReader ANSWER = JSON.readerFor(CreateContactAnswer.class);
  private static final ObjectReader CONTACT = JSON.readerFor(StoredContact.class);

  /** Tells what became of a create. */
  Created created(Credentials credentials) throws QueuedException, RefusedException, InDoubtException {
    CreateContactAnswer said = said();
    boolean success = status >= 200 && status < 300;
    String uri = Objects.requireNonNullElse(said.getUri(), "");
    String id = ContactUri.idOf(uri);
    if (success && "OK".equals(said.getStatus()) && !id.isEmpty()) {
      return new Created(uri, id);
    }
    if (success && "QUEUED".equals(said.getStatus())) {
      throw new QueuedException(Objects.requireNonNullElse(said.getQueuedUri(), ""));
    }
    // 402 does not say that the server did not act (FACTS D9); 408 may come from a gateway.
    boolean refusal = status >= 400 && status < 500 && status != 402 && status != 408;
    if (refusal || (success && "ERROR".equals(said.getStatus()))) {
      throw refused(said, credentials);
    }
    throw new InDoubtException(reply(said, credentials), clean(credentials));
  }

  /** Tells what became of a get. A contact that names no Uri has the one that was asked for. */
  StoredContact found(String uri, Credentials credentials) throws RefusedException, UnavailableException {
    if (status == 200) {
      Optional<StoredContact> contact = read(CONTACT);
      if (contact.isPresent() && isComplete(contact.get())) {
        return isEmpty(contact.get().getUri()) ? contact.get().uri(uri) : contact.get();
      }
    }
    CreateContactAnswer said = said();
    if (status >= 400 && status < 500) {
      throw refused(said, credentials);
    }
    throw new UnavailableException(reply(said, credentials), clean(credentials));
  }

  /** Tells whether a contact and its accounts have their ids, and no list holds a null. */
  private static boolean isComplete(StoredContact contact) {
    List<Account> accounts = Objects.requireNonNullElse(contact.getAccounts(), List.of());
    List<String> labels = Objects.requireNonNullElse(contact.getLabels(), List.of());
    return !isEmpty(contact.getId())
        && labels.stream().allMatch(Objects::nonNull)
        && accounts.stream().noneMatch(account -> account == null || isEmpty(account.getId()));
  }

  private static boolean isEmpty(String text) {
    return text == null || text.isEmpty();
  }

  private RefusedException refused(CreateContactAnswer said, Credentials credentials) {
    return new RefusedException(reply(said, credentials), status == 429 ? RetryAfter.of(headers, Instant.now()) : null);
  }

  private Throwable clean(Credentials credentials) {
    return cause == null ? null : credentials.clean(cause);
  }

  private Reply reply(CreateContactAnswer said, Credentials credentials) {
    List<FieldError> errors = new ArrayList<>();
    if (said.getErrors() != null) {
      said.getErrors()
          .forEach(e -> errors.add(new FieldError(text(e.getField(), credentials), text(e.getMessage(), credentials))));
    }
    return new Reply(status, text(said.getMessage(), credentials), List.copyOf(errors));
  }

  /** The server's words without the credentials, and as well-formed Unicode. */
  private static String text(String words, Credentials credentials) {
    if (words == null) {
      return "";
    }
    return credentials.redact(new String(words.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE));
  }

  /** The body, or an empty one in place of one that cannot be read. */
  private CreateContactAnswer said() {
    Optional<CreateContactAnswer> said = read(ANSWER);
    return said.filter(answer -> answer.getErrors() == null || !answer.getErrors().contains(null))
        .orElseGet(CreateContactAnswer::new);
  }

  private <T> Optional<T> read(ObjectReader reader) {
    if (body == null) {
      return Optional.empty();
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      return Optional.ofNullable(reader.readValue(text));
    } catch (CharacterCodingException | JsonProcessingException e) {
      return Optional.empty();
    }
  }
}

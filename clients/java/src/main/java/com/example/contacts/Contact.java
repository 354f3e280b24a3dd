package com.example.contacts;

import com.example.contacts.generated.Rules;
import com.example.contacts.generated.Rules.ContactForm;
import com.example.contacts.generated.Rules.ContactUpload;
import com.example.contacts.generated.Rules.Rule;
import com.example.contacts.generated.Rules.Violation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What {@link ContactsClient#create(long, Contact)} sends: the parameters of the API's page. One that is
 * null or empty counts as absent (FACTS D1).
 *
 * <p>Text has at most 255 Unicode code points (FACTS F6); a list has as many in all, with the commas that
 * join it. A contact never changes.
 */
public final class Contact {
  private final String firstName;
  private final String lastName;
  private final String emailAddress;
  private final List<String> accounts;
  private final String title;
  private final String profileImageUrl;
  private final ImageFile profileImageFile;
  private final String workPhoneNumber;
  private final String workPhoneNumberCountry;
  private final String cellphoneNumber;
  private final String cellphoneNumberCountry;
  private final List<String> labels;

  private Contact(Builder builder) {
    firstName = builder.firstName;
    lastName = builder.lastName;
    emailAddress = builder.emailAddress;
    accounts = builder.accounts;
    title = builder.title;
    profileImageUrl = builder.profileImageUrl;
    profileImageFile = builder.profileImageFile;
    workPhoneNumber = builder.workPhoneNumber;
    workPhoneNumberCountry = builder.workPhoneNumberCountry;
    cellphoneNumber = builder.cellphoneNumber;
    cellphoneNumberCountry = builder.cellphoneNumberCountry;
    labels = builder.labels;
  }

  /** {@return a builder without parameters} */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Checks the contact without sending it. To do so it opens the image file, if there is one, and reads its
   * beginning.
   *
   * @throws InvalidContactException with all rules that are broken
   */
  public void validate() throws InvalidContactException {
    Supplier<RequestBody> unused = check();
  }

  /** Checks the contact, and chooses its encoding: multipart if, and only if, there is an image file. */
  Supplier<RequestBody> check() throws InvalidContactException {
    if (profileImageFile == null) {
      ContactForm form = form();
      report(form.violations(), null, null);
      return () -> RequestBody.form(form);
    }
    ImageFile image = profileImageFile;
    ImageFile.Part inspected = null;
    IOException cause = null;
    Violation broken = null;
    if (image.hasForbiddenName()) {
      broken = violation("ProfileImageFile", Rule.FILE_NAME, Rules.MESSAGE_FILE_NAME);
    } else {
      try {
        inspected = image.inspect();
      } catch (IOException e) {
        cause = e;
        broken = violation("ProfileImageFile", Rule.NEEDS_FILE, Rules.MESSAGE_NEEDS_FILE);
      }
    }
    ImageFile.Part part = inspected;
    ContactUpload upload = upload(part == null ? image.givenName() : part.name());
    report(upload.violations(), broken, cause);
    return () -> RequestBody.multipart(upload, part, image);
  }

  /** Joins the contract's violations with the wrapper's: the contract's order, the contract's first. */
  private void report(List<Violation> violations, Violation ofFile, IOException cause) throws InvalidContactException {
    List<Violation> all = new ArrayList<>(violations);
    if (hasBadItem(accounts)) {
      all.add(violation("Accounts", Rule.LIST_ITEM, Rules.MESSAGE_LIST_ITEM));
    }
    if (hasBadItem(labels)) {
      all.add(violation("Labels", Rule.LIST_ITEM, Rules.MESSAGE_LIST_ITEM));
    }
    if (ofFile != null) {
      all.add(ofFile);
    }
    if (all.isEmpty()) {
      return;
    }
    Map<String, Violation> firstOfField = new LinkedHashMap<>();
    for (Violation violation : all) {
      firstOfField.putIfAbsent(violation.field(), violation);
    }
    List<Violation> ordered = new ArrayList<>(firstOfField.values());
    ordered.sort(Comparator.comparingInt(violation -> ContactUpload.NAMES.indexOf(violation.field())));
    throw new InvalidContactException(ordered, cause);
  }

  private static Violation violation(String field, Rule rule, String predicate) {
    return new Violation(field, rule, field + " " + predicate);
  }

  /** Tells whether an item cannot be part of a comma-separated list (FACTS D4). */
  private static boolean hasBadItem(List<String> items) {
    for (String item : items) {
      if (item.isEmpty()
          || item.indexOf(',') >= 0
          || isWhiteSpace(item.charAt(0))
          || isWhiteSpace(item.charAt(item.length() - 1))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isWhiteSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  private ContactForm form() {
    ContactForm form = new ContactForm();
    form.FirstName = firstName;
    form.LastName = lastName;
    form.EmailAddress = emailAddress;
    form.Accounts = String.join(",", accounts);
    form.Title = title;
    form.ProfileImageUrl = profileImageUrl;
    form.WorkPhoneNumber = workPhoneNumber;
    form.WorkPhoneNumberCountry = workPhoneNumberCountry;
    form.CellphoneNumber = cellphoneNumber;
    form.CellphoneNumberCountry = cellphoneNumberCountry;
    form.Labels = String.join(",", labels);
    return form;
  }

  private ContactUpload upload(String part) {
    ContactUpload upload = new ContactUpload();
    upload.FirstName = firstName;
    upload.LastName = lastName;
    upload.EmailAddress = emailAddress;
    upload.Accounts = String.join(",", accounts);
    upload.Title = title;
    upload.ProfileImageUrl = profileImageUrl;
    upload.ProfileImageFile = part;
    upload.WorkPhoneNumber = workPhoneNumber;
    upload.WorkPhoneNumberCountry = workPhoneNumberCountry;
    upload.CellphoneNumber = cellphoneNumber;
    upload.CellphoneNumberCountry = cellphoneNumberCountry;
    upload.Labels = String.join(",", labels);
    return upload;
  }

  /** Collects the parameters of a contact. Each method returns the builder itself. */
  public static final class Builder {
    private String firstName;
    private String lastName;
    private String emailAddress;
    private List<String> accounts = List.of();
    private String title;
    private String profileImageUrl;
    private ImageFile profileImageFile;
    private String workPhoneNumber;
    private String workPhoneNumberCountry;
    private String cellphoneNumber;
    private String cellphoneNumberCountry;
    private List<String> labels = List.of();

    private Builder() {}

    /**
     * The first name. Required.
     *
     * @param value 1 to 255 code points
     * @return this
     */
    public Builder firstName(String value) {
      firstName = value;
      return this;
    }

    /**
     * The last name. Required.
     *
     * @param value 1 to 255 code points
     * @return this
     */
    public Builder lastName(String value) {
      lastName = value;
      return this;
    }

    /**
     * The e-mail address. Required.
     *
     * @param value one @ with something on both sides, no white space, no comma (FACTS D8)
     * @return this
     */
    public Builder emailAddress(String value) {
      emailAddress = value;
      return this;
    }

    /**
     * The ids of the partner accounts that the contact belongs to. At least one is required.
     *
     * @param ids none holds a comma, or begins or ends with white space (FACTS D4)
     * @return this
     */
    public Builder accounts(List<String> ids) {
      accounts = List.copyOf(ids);
      return this;
    }

    /**
     * The same as {@link #accounts(List)}.
     *
     * @param ids the ids
     * @return this
     */
    public Builder accounts(String... ids) {
      return accounts(List.of(ids));
    }

    /**
     * The job title.
     *
     * @param value at most 255 code points
     * @return this
     */
    public Builder title(String value) {
      title = value;
      return this;
    }

    /**
     * Where the contact's image is on the web; not together with {@link #profileImageFile}.
     *
     * @param value at most 255 code points
     * @return this
     */
    public Builder profileImageUrl(String value) {
      profileImageUrl = value;
      return this;
    }

    /**
     * An image to upload; not together with {@link #profileImageUrl}.
     *
     * @param image the file; null is none
     * @return this
     */
    public Builder profileImageFile(ImageFile image) {
      profileImageFile = image;
      return this;
    }

    /**
     * The phone number at work. Needs {@link #workPhoneNumberCountry}.
     *
     * @param value at most 255 code points
     * @return this
     */
    public Builder workPhoneNumber(String value) {
      workPhoneNumber = value;
      return this;
    }

    /**
     * The country of the phone number at work.
     *
     * @param value an officially assigned ISO 3166-1 alpha-2 code in upper case, such as US (FACTS D5);
     *     accepted without a number (FACTS D6)
     * @return this
     */
    public Builder workPhoneNumberCountry(String value) {
      workPhoneNumberCountry = value;
      return this;
    }

    /**
     * The mobile phone number. Needs {@link #cellphoneNumberCountry}.
     *
     * @param value at most 255 code points
     * @return this
     */
    public Builder cellphoneNumber(String value) {
      cellphoneNumber = value;
      return this;
    }

    /**
     * The country of the mobile phone number.
     *
     * @param value as in {@link #workPhoneNumberCountry}
     * @return this
     */
    public Builder cellphoneNumberCountry(String value) {
      cellphoneNumberCountry = value;
      return this;
    }

    /**
     * Labels for the contact.
     *
     * @param items as in {@link #accounts(List)}, but there may be none
     * @return this
     */
    public Builder labels(List<String> items) {
      labels = List.copyOf(items);
      return this;
    }

    /**
     * The same as {@link #labels(List)}.
     *
     * @param items the labels
     * @return this
     */
    public Builder labels(String... items) {
      return labels(List.of(items));
    }

    /** {@return a contact with the parameters that were given; {@link Contact#validate} checks them} */
    public Contact build() {
      return new Contact(this);
    }
  }
}

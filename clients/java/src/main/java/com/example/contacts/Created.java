package com.example.contacts;

/**
 * A contact that was created. It must not be sent again.
 *
 * @param uri the contact, as a path without a host (FACTS F2); {@link ContactsClient#get} takes it
 * @param id the last segment of {@code uri}
 */
public record Created(String uri, String id) {}

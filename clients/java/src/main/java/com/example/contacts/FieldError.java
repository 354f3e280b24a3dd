package com.example.contacts;

/**
 * What the server says of one parameter (FACTS F3).
 *
 * @param field the parameter's name; may be empty
 * @param message what is wrong with it
 */
public record FieldError(String field, String message) {}

package com.example.contacts;

import java.io.Serializable;

/**
 * What a server says of one parameter. Either may be empty.
 *
 * @param field the parameter's name
 * @param message what is wrong with it
 */
public record FieldError(String field, String message) implements Serializable {}

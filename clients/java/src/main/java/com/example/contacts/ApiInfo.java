package com.example.contacts;

/**
 * What the runtime knows of an API beside its operations. Of an API that does not say how its errors look, the
 * last three are null.
 */
record ApiInfo(String name, String version, String baseUrl, String errorMessage, String errorList, String errorField) {}

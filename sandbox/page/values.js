// The values of a form, by the names of the fields: text, a list of texts, or a File. Those that are empty are absent.

// draft is values as the control API takes them: text as a form has it, lists of it, and what ofFile says of a file.
export function draft(values, ofFile) {
  const one = (value) => (value instanceof File ? ofFile(value) : value);
  const entries = [...values].map(([name, value]) => [name, Array.isArray(value) ? value.map(one) : one(value)]);
  return Object.fromEntries(entries);
}

// ofExample reads the contract's own example of a request, without its files.
export function ofExample(operation) {
  const given = Object.entries(operation.example).filter(
    ([name]) => !operation.fields.find((field) => field.name === name)?.file,
  );
  return new Map(given.map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)]));
}

// ofRecord reads the values of a recorded request back, without its files.
export function ofRecord(operation, request) {
  const values = new Map();
  for (const { name, value } of request.parameters) {
    const field = operation.fields.find((field) => field.name === name);
    if (!field || field.file) continue;
    if (!field.list) values.set(name, value);
    else
      values.set(name, [
        ...(values.get(name) ?? []),
        ...(field.list.delimiter ? value.split(field.list.delimiter) : [value]),
      ]);
  }
  return values;
}

// The values of a form, by the names of the fields: text, a list of texts, or a File. Those that are empty are absent.

// draft writes values as the JSON that the control API checks and makes programs of. A number is written digit for digit,
// since JavaScript's own are not exact beyond 2^53.
export function draft(operation, values) {
  const members = operation.fields
    .filter((field) => values.has(field.name))
    .map((field) => {
      const value = values.get(field.name);
      const text = Array.isArray(value)
        ? `[${value.map((item) => literal(field, item)).join()}]`
        : literal(field, value);
      return `${JSON.stringify(field.name)}:${text}`;
    });
  return `{${members.join()}}`;
}

function literal(field, value) {
  if (value instanceof File) return JSON.stringify(value.name);
  if (["integer", "number"].includes(field.type) && /^-?(0|[1-9]\d*)(\.\d+)?(e[-+]?\d+)?$/i.test(value)) return value;
  if (field.type === "boolean" && ["true", "false"].includes(value)) return value;
  return JSON.stringify(value);
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

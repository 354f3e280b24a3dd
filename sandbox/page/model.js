// The contract as the sandbox tells it: operations, their fields and responses. The page knows no parameter by name.

export class Model {
  constructor(json) {
    this.operations = json.operations;
    this.objects = json.objects; // of responses, by their names
  }

  operation(id) {
    return this.operations.find((operation) => operation.id === id);
  }

  // match finds the operation of a method on a path, such as the Uri of a contact, and the values in that path.
  match(method, path) {
    for (const operation of this.operations.filter((operation) => operation.method === method)) {
      const names = [];
      const pattern = operation.path
        .split(/\{([^}]*)\}/)
        .map((text, i) => {
          if (i % 2 === 0) return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
          names.push(text);
          return "([^/]+)";
        })
        .join("");
      const found = new RegExp(`^${pattern}$`).exec(path);
      if (found)
        return {
          operation,
          values: Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(found[i + 1])])),
        };
    }
  }
}

// typeOf says in words what a field holds.
export function typeOf(field) {
  const type = field.list ? `list of ${field.type}` : field.type;
  return field.format && field.type === "string" ? `${type} (${field.format})` : type;
}

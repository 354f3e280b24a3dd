// What each client of Node sends.

export const contact = {
  FirstName: "Wíle 🐺",
  LastName: "Coyote & Söhne + 100 %",
  EmailAddress: "wile.coyote@example.com",
  Accounts: "10000,10001",
  Title: 'Директор "ACME"; 部長',
  Labels: "Główny,重要",
};
export const changes = { Title: "Präsident 社長", LabelsAdd: "新" };

export function filled(body, values) {
  for (const [name, value] of Object.entries(values)) body.append(name, value);
  return body;
}

"""What each client of Python sends, by a function as requests and httpx both have it."""

import os
import sys

base, account, token = (os.environ["CONTACTS_" + name] for name in ("BASE_URL", "ACCOUNT", "TOKEN"))
credentials = (account, token)

contact = {
    "FirstName": "Wíle 🐺",
    "LastName": "Coyote & Söhne + 100 %",
    "EmailAddress": "wile.coyote@example.com",
    "Accounts": "10000,10001",
    "Title": 'Директор "ACME"; 部長',
    "Labels": "Główny,重要",
}
changes = {"Title": "Präsident 社長", "LabelsAdd": "新"}


def run(request):
    """Create, update and read a contact; data= is a form, files= makes it multipart/form-data."""
    encoding, image, other, read = sys.argv[1:]

    def send(method, url, **body):
        response = request(method, url, **body)
        if response.status_code != 200:
            sys.exit(f"{method} {url}: {response.status_code} {response.text}")
        return response

    contacts = f"{base}/Advertisers/{account}/Campaigns/1000/Contacts"
    if encoding == "form":
        created = send("POST", contacts, data=contact | {"ProfileImageUrl": "https://example.com/ü?a=b&c=d"})
        uri = base + created.json()["Uri"]
        send("PUT", uri, data=changes)
    else:
        with open(image, "rb") as file:
            created = send(
                "POST",
                contacts,
                data=contact | {"ProfileImageFile": "image.png"},
                files={"image.png": ("Größe.png", file, "image/png")},
            )
        uri = base + created.json()["Uri"]
        with open(other, "rb") as file:
            send("PUT", uri, data=changes | {"ProfileImageFile": "image.gif"}, files={"image.gif": file})
        with open(read, "wb") as file:
            file.write(send("GET", uri + "/ProfileImage").content)
    print(send("GET", uri).text)

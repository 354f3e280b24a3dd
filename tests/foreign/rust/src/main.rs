//! reqwest: form is a form, multipart is multipart/form-data that streams a file.

use std::env;
use std::error::Error;

use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder, Response};

async fn send(request: RequestBuilder) -> Result<Response, Box<dyn Error>> {
    let (account, token) = (env::var("CONTACTS_ACCOUNT")?, env::var("CONTACTS_TOKEN")?);
    let response = request.basic_auth(account, Some(token)).send().await?;
    if !response.status().is_success() {
        return Err(format!("{} {}", response.status(), response.text().await?).into());
    }
    Ok(response)
}

async fn uri(response: Response) -> Result<String, Box<dyn Error>> {
    let body: serde_json::Value = serde_json::from_str(&response.text().await?)?;
    Ok(env::var("CONTACTS_BASE_URL")? + body["Uri"].as_str().ok_or("there is no Uri")?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().collect();
    let (encoding, image, other, read) = (&args[1], &args[2], &args[3], &args[4]);
    let contacts = format!(
        "{}/Advertisers/{}/Campaigns/1000/Contacts",
        env::var("CONTACTS_BASE_URL")?,
        env::var("CONTACTS_ACCOUNT")?
    );
    let client = Client::new();
    let contact = [
        ("FirstName", "Wíle 🐺"),
        ("LastName", "Coyote & Söhne + 100 %"),
        ("EmailAddress", "wile.coyote@example.com"),
        ("Accounts", "10000,10001"),
        ("Title", "Директор \"ACME\"; 部長"),
        ("Labels", "Główny,重要"),
    ];
    let changes = [("Title", "Präsident 社長"), ("LabelsAdd", "新")];
    let uri = if encoding == "form" {
        let mut values = contact.to_vec();
        values.push(("ProfileImageUrl", "https://example.com/ü?a=b&c=d"));
        let uri = uri(send(client.post(contacts).form(&values)).await?).await?;
        send(client.put(&uri).form(&changes)).await?;
        uri
    } else {
        let mut form = Form::new().text("ProfileImageFile", "image.png");
        for (name, value) in contact {
            form = form.text(name, value);
        }
        form = form.part("image.png", Part::file(image).await?.file_name("Größe.png").mime_str("image/png")?);
        let uri = uri(send(client.post(contacts).multipart(form)).await?).await?;
        let mut form = Form::new().text("ProfileImageFile", "image.gif");
        for (name, value) in changes {
            form = form.text(name, value);
        }
        form = form.part("image.gif", Part::file(other).await?);
        send(client.put(&uri).multipart(form)).await?;
        let content = send(client.get(format!("{uri}/ProfileImage"))).await?.bytes().await?;
        std::fs::write(read, content)?;
        uri
    };
    println!("{}", send(client.get(&uri)).await?.text().await?);
    Ok(())
}

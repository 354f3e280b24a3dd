//! The library as a program uses it. How it behaves on the wire is for the conformance vectors to test.

use std::future::poll_fn;
use std::io::Read;
use std::time::Duration;

use contacts::{
    CallError, CallOptions, CountryCode, CreateContactInput, Draft, Error, File, ListContactsInput, Outcome,
    RuleKind, Rules, UpdateContactInput,
};
use futures_util::Stream;
use serde_json::Map;

use support::server::{Act, Server, json, with};
use support::*;

mod support;

#[test]
fn inputs_are_values() {
    let one = wile().title("Manager").labels(["a", "b"]);
    let other =
        CreateContactInput { title: "Manager".into(), labels: vec!["a".into(), "b".into()], ..wile() };
    assert_eq!(one, other);
    assert_ne!(one, wile());
    assert_eq!(
        CreateContactInput::default(),
        CreateContactInput { first_name: String::new(), ..Default::default() }
    );
    let country = wile().work_phone_number("1").work_phone_number_country(CountryCode::US);
    assert_eq!(country, wile().work_phone_number("1").work_phone_number_country("US"));
    assert!(country.validate().is_empty());
}

#[test]
fn draft_becomes_an_input_or_tells_all_violations() {
    let sound = r#"{"FirstName":"Wile","LastName":"Coyote","EmailAddress":"wile.coyote@example.com","Accounts":["10000"],"Title":null}"#;
    assert_eq!(serde_json::from_str::<CreateContactInput>(sound).unwrap(), wile());
    let image = File::from_bytes(&b"an image"[..]);
    let draft = Draft::new(object(sound)).file("ProfileImageFile", image.clone());
    assert_eq!(CreateContactInput::try_from(draft).unwrap(), wile().profile_image_file(image.clone()));

    let unsound = r#"{"FirstName":5,"Accounts":"1","ProfileImageFile":"/etc/passwd","Zzz":1,"EmailAddress":"a@b","CampaignId":1}"#;
    let invalid = CreateContactInput::try_from(Draft::new(object(unsound))).unwrap_err();
    let expected = [
        ("FirstName", RuleKind::Type),
        ("LastName", RuleKind::Required),
        ("Accounts", RuleKind::Type),
        ("ProfileImageFile", RuleKind::Type),
        ("CampaignId", RuleKind::Unknown),
        ("Zzz", RuleKind::Unknown),
    ];
    assert_eq!(broken(&invalid.violations), expected);
    assert!(
        serde_json::from_str::<CreateContactInput>(unsound)
            .unwrap_err()
            .to_string()
            .contains("FirstName must be text.")
    );

    let two =
        Draft::new(object(sound)).file("ProfileImageFile", image.clone()).file("ProfileImageFile", image);
    let invalid = CreateContactInput::try_from(two).unwrap_err();
    assert_eq!(broken(&invalid.violations), [("ProfileImageFile", RuleKind::Type)]);
    let page = |json| ListContactsInput::try_from(Draft::new(object(json)));
    assert_eq!(page(r#"{"Page":5.0}"#).unwrap().page, Some(5));
    assert!(
        page(r#"{"Page":5.5}"#).is_err()
            && page(r#"{"Page":"5"}"#).is_err()
            && page(r#"{"Page":1e300}"#).is_err()
    );
}

#[test]
fn serde_refuses_what_a_draft_refuses() {
    for (json, message) in [
        (r#"{"FirstName":5}"#, "FirstName must be text."),
        (r#"{"FirstName":["Wile"]}"#, "FirstName must be text."),
        (r#"{"Accounts":"10000"}"#, "Accounts must be a list"),
        (r#"{"Accounts":[1,2]}"#, "Accounts must be a list"),
        (r#"{"Accounts":[null]}"#, "Accounts must be a list"),
        (r#"{"Labels":{}}"#, "Labels must be a list"),
        (r#"{"ProfileImageFile":"a.png"}"#, "ProfileImageFile must be a file."),
        (r#"{"ProfileImageFile":{"Path":"/etc/passwd"}}"#, "ProfileImageFile must be a file."),
        (r#"{"WorkPhoneNumberCountry":1}"#, "WorkPhoneNumberCountry must be text."),
        (r#"{"firstName":"Wile"}"#, "firstName is not a parameter of createContact."),
        (r#"{"CampaignId":1}"#, "CampaignId is not a parameter of createContact."),
        (r#"{"FirstName":"\ud83d"}"#, "hex escape"),
        (r#"["Wile","Coyote"]"#, "invalid type: sequence"),
        ("null", "invalid type: null"),
    ] {
        let error = serde_json::from_str::<CreateContactInput>(json).unwrap_err().to_string();
        assert!(error.contains(message), "{json}: {error}");
    }
}

#[tokio::test]
async fn operation_is_called_by_its_name() {
    let server = Server::start([json(200, r#"{"Status":"OK","Uri":"/a/7"}"#)]);
    let client = client(&server);
    let (path, draft) = (object(r#"{"CampaignId":1,"ContactId":"7"}"#), object(r#"{"Title":"x"}"#));
    let response = client.call("updateContact", path.clone(), draft.clone()).await.unwrap();
    assert_eq!(response.outcome, Outcome::Updated);
    assert!(server.requests()[0].starts_with("PUT /Advertisers/IRx/Campaigns/1/Contacts/7 HTTP/1.1\r\n"));

    let error = client.call("updateContact", Map::new(), draft.clone()).await.unwrap_err();
    let CallError::Failed(Error::Invalid(invalid)) = error else { panic!("{error}") };
    assert_eq!(
        broken(&invalid.violations),
        [("CampaignId", RuleKind::Required), ("ContactId", RuleKind::Required)]
    );
    client.check("updateContact", draft.clone()).await.unwrap();
    assert!(matches!(
        client.check("updateContact", Map::new()).await,
        Err(CallError::Failed(Error::Invalid(_)))
    ));
    assert!(matches!(client.call("nothing", path, draft).await, Err(CallError::Usage(_))));
}

#[tokio::test]
async fn rules_may_warn_or_be_off() {
    let server = Server::start([json(200, CREATED), json(200, CREATED)]);
    let client = client(&server);
    let long = wile().title("x".repeat(256));
    assert_eq!(client.create_contact(1, &long).await.unwrap_err().outcome(), Outcome::Invalid);
    for rules in [Rules::Warn, Rules::Off] {
        let lenient = client.with(CallOptions::new().rules(rules)).unwrap();
        lenient.create_contact(1, &long).await.unwrap();
        assert!(lenient.create_contact(1, &wile().labels(["a,b"])).await.is_err());
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn pages_are_a_stream() {
    let page = |pages, id| json(200, &format!(r#"{{"@numpages":"{pages}","Contacts":[{{"Id":"{id}"}}]}}"#));
    let server = Server::start([page(2, 1), page(2, 2), page(3, 1), json(404, "{}")]);
    let client = client(&server);
    let input = ListContactsInput::new().title("x");
    let mut pages = Box::pin(client.list_contacts(1, &input));
    let mut ids = Vec::new();
    while let Some(contact) = poll_fn(|context| pages.as_mut().poll_next(context)).await {
        ids.push(contact.unwrap().id);
    }
    assert_eq!(ids, ["1", "2"]);
    assert!(server.requests()[0].contains("?Title=x&Page=1 ") && server.requests()[1].contains("Page=2 "));

    let mut pages = client.list_contacts(1, &input);
    pages.next().await.unwrap().unwrap();
    assert_eq!(pages.next().await.unwrap().unwrap_err().outcome(), Outcome::Refused);
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn content_is_streamed() {
    let image = "x".repeat(3 << 20);
    let server = Server::start([
        with(200, "Content-Type: image/png\r\n", &image),
        with(200, "", &image),
        Act::Close("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxxx".into()),
    ]);
    let client = client(&server);
    let content = client.get_profile_image(1, "7").await.unwrap();
    assert_eq!((content.content_type(), content.length()), (Some("image/png"), Some(3 << 20)));
    assert_eq!(content.value.bytes().await.unwrap().len(), 3 << 20);

    let target = path("saved");
    assert_eq!(client.get_profile_image(1, "7").await.unwrap().value.save(&target).await.unwrap(), 3 << 20);
    assert_eq!(std::fs::metadata(&target).unwrap().len(), 3 << 20);
    let cut = client.get_profile_image(1, "7").await.unwrap().value.save(&target).await.unwrap_err();
    let cut = cut.into_inner().unwrap().downcast::<Error>().unwrap();
    assert_eq!(cut.outcome(), Outcome::InDoubt);
    assert!(!target.exists());
}

#[tokio::test]
async fn response_tells_status_headers_and_rate_limit() {
    let headers =
        "X-RateLimit-Limit: 1000\r\nRateLimit-Remaining: 998\r\nX-RateLimit-Reset: 60\r\nX-Id: 1\r\n";
    let server = Server::start([with(200, headers, CREATED)]);
    let created = client(&server).create_contact(1, &wile()).await.unwrap();
    let (info, rate) = (&created.info, created.info.rate_limit());
    assert_eq!(
        (info.status(), &info.body()[..], &info.headers()["x-id"]),
        (200, CREATED.as_bytes(), &"1".parse().unwrap())
    );
    assert_eq!(
        (rate.limit, rate.remaining, rate.reset),
        (Some(1000), Some(998), Some(Duration::from_secs(60)))
    );
    assert_eq!(format!("{info:?}").find("x-id"), None);
}

#[tokio::test]
async fn half_a_surrogate_pair_is_read_as_a_replacement() {
    let said = r#"{"Status":"ERROR","Message":"\ud83d\ude00 \ud83d \\ud83d \ude00\ud83d"}"#;
    let server = Server::start([json(400, said)]);
    let error =
        client(&server).update_contact(1, "7", &UpdateContactInput::new().title("x")).await.unwrap_err();
    let Error::Refused(refused) = error else { panic!("{error}") };
    assert_eq!(refused.message, "😀 \u{fffd} \\ud83d \u{fffd}\u{fffd}");
}

#[tokio::test]
async fn contact_is_read() {
    let stored =
        r#"{"Id":"7","Labels":null,"Editable":"true","Accounts":[{"Id":"1","Name":"Acme"}],"New":1e999}"#;
    let server = Server::start([json(200, stored)]);
    let contact = client(&server).get_contact(1, "7").await.unwrap();
    assert_eq!((contact.id.as_str(), contact.labels.as_ref(), contact.editable), ("7", None, Some(true)));
    assert_eq!(contact.accounts.as_ref().unwrap()[0].name.as_deref(), Some("Acme"));
}

#[cfg(feature = "blocking")]
#[test]
fn client_can_block() {
    let page = r#"{"@numpages":"1","Contacts":[{"Id":"1"}]}"#;
    let server = Server::start([json(200, CREATED), json(200, page), with(200, "", "an image")]);
    let client = contacts::blocking::Client::build(builder(&server)).unwrap();
    assert_eq!(client.create_contact(1, &wile()).unwrap().contact_id.as_deref(), Some("7"));
    let ids: Vec<_> = client.list_contacts(1, &ListContactsInput::new()).map(|c| c.unwrap().id).collect();
    assert_eq!(ids, ["1"]);
    let mut image = String::new();
    client.get_profile_image(1, "7").unwrap().value.read_to_string(&mut image).unwrap();
    assert_eq!(image, "an image");
    assert_no_secret(client);
}

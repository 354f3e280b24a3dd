use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::value::MapDeserializer;
use serde_json::value::{RawValue, to_raw_value};

use crate::answer::{id_of, well_formed};
use crate::exchange::{Answer, exchange};
use crate::generated::apis::contacts_api;
use crate::{Client, GetError, InDoubt, NotSent, Refused, StoredContact};

impl Client {
    /// Reads the contact at a URI, as [`create_contact`](Client::create_contact) returns it (F7). Nothing is
    /// sent again by itself.
    pub async fn get_contact(&self, uri: &str) -> Result<StoredContact, GetError> {
        let Some((account_sid, campaign_id, contact_id)) = parse(uri) else {
            return Err(GetError::BadUri(uri.to_owned()));
        };
        let configuration = &self.shared.configuration;
        let timeout = self.at_most(self.shared.timeout);
        if timeout.is_zero() {
            return Err(GetError::NotSent(NotSent { cause: "the deadline is over".into() }));
        }
        let request = contacts_api::get_contact(configuration, &account_sid, campaign_id, contact_id);
        let answer = exchange(request, timeout).await.map_err(|error| {
            if error.downcast_ref().is_some_and(reqwest::Error::is_connect) {
                GetError::NotSent(NotSent { cause: error })
            } else {
                GetError::Unavailable(InDoubt { reply: None, cause: Some(error) })
            }
        })?;
        if let Some(contact) = stored(&answer, uri) {
            return Ok(contact);
        }
        let (said, cause) = answer.read();
        let reply = self.shared.redactor.reply(answer.status, said);
        Err(if (400..500).contains(&answer.status) {
            GetError::Refused(Refused::new(reply, &answer.headers))
        } else {
            GetError::Unavailable(InDoubt { reply: Some(reply), cause })
        })
    }
}

/// Reads the contact that an answer holds. One without a URI has the URI that was asked for; one without an id,
/// or with an account without one, is none.
fn stored(answer: &Answer, uri: &str) -> Option<StoredContact> {
    let body = well_formed(answer.body.as_deref().ok().filter(|_| answer.status == 200)?);
    let mut members: BTreeMap<String, &RawValue> = serde_json::from_str(&body).ok()?;
    members.retain(|_, value| value.get() != "null");
    let asked = to_raw_value(uri).ok()?;
    let named = members.entry("Uri".to_owned()).or_insert(&asked);
    if named.get() == "\"\"" {
        *named = &asked;
    }
    let contact = StoredContact::deserialize(MapDeserializer::new(members.into_iter())).ok()?;
    let accounts = contact.accounts.iter().flatten().map(|account| &account.id);
    let complete = accounts.chain([&contact.id]).all(|id| !id.is_empty());
    complete.then_some(contact)
}

/// Tells whether text can be a segment of a path; dots lead to another path.
pub(crate) fn is_segment(text: &str) -> bool {
    !matches!(text, "" | "." | "..")
}

/// Reads `/Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts/{ContactId}`.
fn parse(uri: &str) -> Option<(Cow<'_, str>, i64, &str)> {
    let parts: Vec<_> = uri.split('/').collect();
    let ["", "Advertisers", account_sid, "Campaigns", campaign_id, "Contacts", _] = parts[..] else {
        return None;
    };
    let escapes = account_sid.split('%').skip(1);
    let mut two_digits = escapes.map(|rest| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2);
    let decoded = percent_decode_str(account_sid).decode_utf8().ok().filter(|sid| is_segment(sid))?;
    if campaign_id.starts_with('+') || !two_digits.all(|are| are) {
        return None;
    }
    Some((decoded, campaign_id.parse().ok()?, id_of(uri)?))
}

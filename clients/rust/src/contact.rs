use crate::check::Parameters;
use crate::{CountryCode, ImageFile, Invalid};

/// What [`Client::create_contact`](crate::Client::create_contact) sends: the parameters of the page, in its
/// order. An empty one counts as absent (D1).
///
/// Text has at most 255 Unicode code points (F6); a list has as many in all, with the commas that join it.
/// A country code that is none and a second image cannot be written. For a contact that comes as text, from
/// a form or a file, there is [`Draft`](crate::Draft).
///
/// ```
/// let contact = contacts::Contact {
///     first_name: "Wile".into(),
///     last_name: "Coyote".into(),
///     email_address: "wile.coyote@example.com".into(),
///     accounts: vec!["10000".into()],
///     work_phone_number: "8051234567".into(),
///     work_phone_number_country: Some(contacts::CountryCode::US),
///     ..Default::default()
/// };
/// assert!(contact.validate().is_ok());
/// ```
///
/// ```compile_fail
/// contacts::Contact { work_phone_number_country: Some("UK".into()), ..Default::default() };
/// ```
#[derive(Clone, Debug, Default)]
pub struct Contact {
    /// Required.
    pub first_name: String,
    /// Required.
    pub last_name: String,
    /// Required: something, one `@`, something; no white space and no comma (D8).
    pub email_address: String,
    /// The ids of the partner accounts that the contact belongs to; at least one. An id holds no comma, and
    /// neither begins nor ends with white space (D4).
    pub accounts: Vec<String>,
    /// The job title.
    pub title: String,
    /// The image: one on the web, or a file to upload.
    pub profile_image: Option<Image>,
    /// The phone number at work.
    pub work_phone_number: String,
    /// Required with a `work_phone_number` (the page), and accepted without one (D6).
    pub work_phone_number_country: Option<CountryCode>,
    /// The mobile phone number.
    pub cellphone_number: String,
    /// Required with a `cellphone_number` (the page), and accepted without one (D6).
    pub cellphone_number_country: Option<CountryCode>,
    /// Bound by the same rules as `accounts`, but there may be none.
    pub labels: Vec<String>,
}

/// A contact's image.
#[derive(Clone, Debug)]
pub enum Image {
    /// Where it is on the web, sent as `ProfileImageUrl`.
    Url(String),
    /// A file to upload, sent with its name in `ProfileImageFile`.
    File(ImageFile),
}

impl Contact {
    /// Checks a contact without sending it, and finds all violations. To do so it opens and reads the
    /// beginning of the image file, if there is one.
    pub fn validate(&self) -> Result<(), Invalid> {
        self.parameters().check(|_| ())
    }

    pub(crate) fn parameters(&self) -> Parameters<'_> {
        let country = |code: Option<CountryCode>| code.map_or("", CountryCode::as_str);
        let (url, file) = match &self.profile_image {
            None => ("", None),
            Some(Image::Url(url)) => (url.as_str(), None),
            Some(Image::File(file)) => ("", Some(file)),
        };
        Parameters {
            first_name: &self.first_name,
            last_name: &self.last_name,
            email_address: &self.email_address,
            accounts: &self.accounts,
            title: &self.title,
            profile_image_url: url,
            profile_image_file: file,
            work_phone_number: &self.work_phone_number,
            work_phone_number_country: country(self.work_phone_number_country),
            cellphone_number: &self.cellphone_number,
            cellphone_number_country: country(self.cellphone_number_country),
            labels: &self.labels,
        }
    }
}

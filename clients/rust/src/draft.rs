use crate::check::Parameters;
use crate::{Contact, CountryCode, Image, ImageFile, Invalid};

/// A contact as text of which nothing is known yet: from a form, a row of a file, another system. It holds
/// what a [`Contact`] cannot, such as an unknown country or two images, so that all violations can be found
/// at once. Its fields are those of a `Contact`; an empty one counts as absent (D1).
///
/// ```
/// let draft = contacts::Draft { work_phone_number_country: "us".into(), ..Default::default() };
/// let invalid = contacts::Contact::try_from(draft).unwrap_err();
/// assert_eq!(invalid.violations.len(), 5); // four are required, and "us" is not "US"
/// ```
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Draft {
    pub first_name: String,
    pub last_name: String,
    pub email_address: String,
    pub accounts: Vec<String>,
    pub title: String,
    pub profile_image_url: String,
    pub profile_image_file: Option<ImageFile>,
    pub work_phone_number: String,
    pub work_phone_number_country: String,
    pub cellphone_number: String,
    pub cellphone_number_country: String,
    pub labels: Vec<String>,
}

impl Draft {
    /// Finds all violations, as [`Contact::validate`] does.
    pub fn validate(&self) -> Result<(), Invalid> {
        self.parameters().check(|_| ())
    }

    fn parameters(&self) -> Parameters<'_> {
        Parameters {
            first_name: &self.first_name,
            last_name: &self.last_name,
            email_address: &self.email_address,
            accounts: &self.accounts,
            title: &self.title,
            profile_image_url: &self.profile_image_url,
            profile_image_file: self.profile_image_file.as_ref(),
            work_phone_number: &self.work_phone_number,
            work_phone_number_country: &self.work_phone_number_country,
            cellphone_number: &self.cellphone_number,
            cellphone_number_country: &self.cellphone_number_country,
            labels: &self.labels,
        }
    }
}

impl TryFrom<Draft> for Contact {
    type Error = Invalid;

    /// Makes a contact of a draft that breaks no rule.
    fn try_from(draft: Draft) -> Result<Self, Invalid> {
        draft.validate()?;
        Ok(Contact {
            first_name: draft.first_name,
            last_name: draft.last_name,
            email_address: draft.email_address,
            accounts: draft.accounts,
            title: draft.title,
            profile_image: match draft.profile_image_file {
                Some(file) => Some(Image::File(file)),
                None => Some(draft.profile_image_url).filter(|url| !url.is_empty()).map(Image::Url),
            },
            work_phone_number: draft.work_phone_number,
            work_phone_number_country: CountryCode::from_text(&draft.work_phone_number_country),
            cellphone_number: draft.cellphone_number,
            cellphone_number_country: CountryCode::from_text(&draft.cellphone_number_country),
            labels: draft.labels,
        })
    }
}

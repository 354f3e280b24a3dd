//! The rules: the contract's, which are generated, and the three that a contract cannot state.

use std::borrow::Cow;

use crate::generated::rules::{ContactForm, ContactUpload, LIST_ITEM};
use crate::image::{Flaw, Part};
use crate::{ImageFile, Invalid, Rule, Violation};

/// The parameters of a contact, as text.
pub(crate) struct Parameters<'a> {
    pub(crate) first_name: &'a str,
    pub(crate) last_name: &'a str,
    pub(crate) email_address: &'a str,
    pub(crate) accounts: &'a [String],
    pub(crate) title: &'a str,
    pub(crate) profile_image_url: &'a str,
    pub(crate) profile_image_file: Option<&'a ImageFile>,
    pub(crate) work_phone_number: &'a str,
    pub(crate) work_phone_number_country: &'a str,
    pub(crate) cellphone_number: &'a str,
    pub(crate) cellphone_number_country: &'a str,
    pub(crate) labels: &'a [String],
}

/// A body that breaks no rule. It is multipart if, and only if, there is a file.
pub(crate) enum Checked<'a> {
    Form(ContactForm<'a>),
    Upload(ContactUpload<'a>, Part, &'a ImageFile),
}

impl Parameters<'_> {
    /// Finds all violations or, if there are none, goes on with the body.
    pub(crate) fn check<T>(&self, then: impl FnOnce(Checked<'_>) -> T) -> Result<T, Invalid> {
        let (accounts, labels) = (joined(self.accounts), joined(self.labels));
        let Some(file) = self.profile_image_file else {
            let form = self.form(&accounts, &labels);
            self.report(form.violations(), None)?;
            return Ok(then(Checked::Form(form)));
        };
        let (part, flaw) = file.inspect();
        let name = part.name.clone();
        let upload = self.upload(&accounts, &labels, &name);
        self.report(upload.violations(), flaw)?;
        Ok(then(Checked::Upload(upload, part, file)))
    }

    /// Joins the contract's violations with the wrapper's: in the contract's order of fields, one for each
    /// field, the contract's first.
    fn report(&self, mut violations: Vec<Violation>, flaw: Option<Flaw>) -> Result<(), Invalid> {
        let mut report = |field, rule, predicate| {
            violations.push(Violation { field, rule, message: format!("{field} {predicate}").into() });
        };
        for (field, items) in [("Accounts", self.accounts), ("Labels", self.labels)] {
            if items.iter().any(|item| is_bad(item)) {
                report(field, Rule::ListItem, LIST_ITEM);
            }
        }
        let mut cause = None;
        if let Some(flaw) = flaw {
            report("ProfileImageFile", flaw.rule, flaw.predicate);
            cause = flaw.cause;
        }
        if violations.is_empty() {
            return Ok(());
        }
        violations.sort_by_key(|v| ContactUpload::FIELDS.iter().position(|field| *field == v.field));
        violations.dedup_by_key(|v| v.field);
        Err(Invalid { violations, cause })
    }

    fn form<'a>(&'a self, accounts: &'a str, labels: &'a str) -> ContactForm<'a> {
        ContactForm {
            first_name: self.first_name,
            last_name: self.last_name,
            email_address: self.email_address,
            accounts,
            title: self.title,
            profile_image_url: self.profile_image_url,
            work_phone_number: self.work_phone_number,
            work_phone_number_country: self.work_phone_number_country,
            cellphone_number: self.cellphone_number,
            cellphone_number_country: self.cellphone_number_country,
            labels,
        }
    }

    fn upload<'a>(&'a self, accounts: &'a str, labels: &'a str, file: &'a str) -> ContactUpload<'a> {
        ContactUpload {
            first_name: self.first_name,
            last_name: self.last_name,
            email_address: self.email_address,
            accounts,
            title: self.title,
            profile_image_url: self.profile_image_url,
            profile_image_file: file,
            work_phone_number: self.work_phone_number,
            work_phone_number_country: self.work_phone_number_country,
            cellphone_number: self.cellphone_number,
            cellphone_number_country: self.cellphone_number_country,
            labels,
        }
    }
}

fn joined(items: &[String]) -> Cow<'_, str> {
    match items {
        [] => Cow::Borrowed(""),
        [item] => Cow::Borrowed(item),
        _ => Cow::Owned(items.join(",")),
    }
}

const WHITE_SPACE: [char; 6] = ['\t', '\n', '\u{b}', '\u{c}', '\r', ' '];

/// Tells whether an item cannot be part of a list that commas separate (D4).
fn is_bad(item: &str) -> bool {
    item.is_empty() || item.contains(',') || item.starts_with(WHITE_SPACE) || item.ends_with(WHITE_SPACE)
}

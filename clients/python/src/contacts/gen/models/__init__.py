"""Contains all the data models used in inputs/outputs"""

from .account import Account
from .cellphone_number_country import CellphoneNumberCountry
from .contact import Contact
from .contact_form import ContactForm
from .contact_upload import ContactUpload
from .country_code import CountryCode
from .create_contact_answer import CreateContactAnswer
from .error import Error
from .field_error import FieldError
from .work_phone_number_country import WorkPhoneNumberCountry

__all__ = (
    "Account",
    "CellphoneNumberCountry",
    "Contact",
    "ContactForm",
    "ContactUpload",
    "CountryCode",
    "CreateContactAnswer",
    "Error",
    "FieldError",
    "WorkPhoneNumberCountry",
)

// The token of this tab, and the account that it is of. The browser sends it nowhere by itself: it is no cookie, and it
// leaves the page in the header Authorization only.

const key = "contacts-sandbox-token";

export const session = {
  get token() {
    return sessionStorage.getItem(key);
  },
  set token(value) {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  },
  account: "", // empty: the token is the control token, of all accounts
};

// bytes makes a header's value of text: UTF-8, a character for each byte.
const bytes = (text) => String.fromCharCode(...new TextEncoder().encode(text));

export const bearer = () => `Bearer ${bytes(session.token)}`;
export const basic = () => `Basic ${btoa(bytes(`${session.account}:${session.token}`))}`;

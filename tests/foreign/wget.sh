# wget encodes nothing: the escapes are written by hand. It cannot send multipart/form-data.
set -eu
contacts=$CONTACTS_BASE_URL/Advertisers/$CONTACTS_ACCOUNT/Campaigns/1000/Contacts
send() { wget --quiet --output-document=- --auth-no-challenge --user="$CONTACTS_ACCOUNT" --password="$CONTACTS_TOKEN" "$@"; }

created=$(send "$contacts" --post-data="FirstName=W%C3%ADle%20%F0%9F%90%BA&LastName=Coyote+%26+S%C3%B6hne+%2B+100+%25\
&EmailAddress=wile.coyote%40example.com&Accounts=10000%2C10001&Title=%D0%94%D0%B8%D1%80%D0%B5%D0%BA%D1%82%D0%BE%D1%80+%22ACME%22%3B+%E9%83%A8%E9%95%B7\
&Labels=G%C5%82%C3%B3wny%2C%E9%87%8D%E8%A6%81&ProfileImageUrl=https%3A%2F%2Fexample.com%2F%C3%BC%3Fa%3Db%26c%3Dd")
uri=$CONTACTS_BASE_URL$(printf %s "$created" | sed 's/.*"Uri":"\([^"]*\)".*/\1/')
send "$uri" --method=PUT --header='Content-Type: application/x-www-form-urlencoded' \
	--body-data='Title=Pr%C3%A4sident%20%E7%A4%BE%E9%95%B7&LabelsAdd=%E6%96%B0' >/dev/null
send "$uri"

# curl: --data-urlencode for a form, --form for multipart/form-data.
set -eu
encoding=$1 image=$2 other=$3 read=$4
contacts=$CONTACTS_BASE_URL/Advertisers/$CONTACTS_ACCOUNT/Campaigns/1000/Contacts
send() { curl --silent --show-error --fail-with-body --user "$CONTACTS_ACCOUNT:$CONTACTS_TOKEN" "$@"; }

if [ "$encoding" = form ]; then
	created=$(send "$contacts" \
		--data-urlencode 'FirstName=Wíle 🐺' \
		--data-urlencode 'LastName=Coyote & Söhne + 100 %' \
		--data-urlencode 'EmailAddress=wile.coyote@example.com' \
		--data-urlencode 'Accounts=10000,10001' \
		--data-urlencode 'Title=Директор "ACME"; 部長' \
		--data-urlencode 'Labels=Główny,重要' \
		--data-urlencode 'ProfileImageUrl=https://example.com/ü?a=b&c=d')
else
	created=$(send "$contacts" \
		--form-string 'FirstName=Wíle 🐺' \
		--form-string 'LastName=Coyote & Söhne + 100 %' \
		--form-string 'EmailAddress=wile.coyote@example.com' \
		--form-string 'Accounts=10000,10001' \
		--form-string 'Title=Директор "ACME"; 部長' \
		--form-string 'Labels=Główny,重要' \
		--form-string 'ProfileImageFile=image.png' \
		--form "image.png=@$image;filename=Größe.png;type=image/png")
fi
uri=$CONTACTS_BASE_URL$(printf %s "$created" | sed 's/.*"Uri":"\([^"]*\)".*/\1/')

if [ "$encoding" = form ]; then
	send --request PUT "$uri" --data-urlencode 'Title=Präsident 社長' --data-urlencode 'LabelsAdd=新' >/dev/null
else
	send --request PUT "$uri" --form-string 'Title=Präsident 社長' --form-string 'LabelsAdd=新' \
		--form-string 'ProfileImageFile=image.gif' --form "image.gif=@$other;type=image/gif" >/dev/null
	send "$uri/ProfileImage" --output "$read"
fi
send "$uri"

## What is wrong with a field: what happened, then what to do.
apps-fault-try = Try { $proposal }
apps-fault-choice = “{ $value }” is not one of the choices. Use one of: { $allowed }.
apps-fault-code-empty = Give the app a client code, such as MYAPP. It becomes part of the client ID.
apps-fault-code-length = The client code is too long. Use at most 30 characters.
apps-fault-code-characters = “{ $value }” cannot be a client code. Begin with a letter, then use letters, digits and underscores only.
apps-fault-code-taken = The client code { $value } was already used for an app of this account; a code is never used again, also not after its app is deleted. Choose another one.
apps-fault-text-empty = Write something here that people can read.
apps-fault-text-too-long = This is too long. Use at most { $limit } characters.
apps-fault-text-control = There is a line break or another control character in this text. Remove it.
apps-fault-text-hidden = There is an invisible character in this text, or one that turns its direction. Type the text anew instead of pasting it.
apps-fault-text-marks = A letter carries too many marks. Remove some.
apps-fault-custom-public = A custom app runs on a server and has a secret. Register a store app for a program on people’s devices.
apps-fault-custom-only-code = A custom app never sees a browser, so it has no addresses. Leave this empty, or register a store app.
apps-fault-pkce = Apps with the profile Standard always use PKCE. Tick it, or choose the profile Compatible.
apps-fault-uri-none = Add at least one redirect URI: where should the browser go after the user has granted access?
apps-fault-uri-many = That is more than { $limit } addresses. One callback with the state parameter serves every customer.
apps-fault-uri-twice = { $value } is in the list already. Remove one of the two.
apps-fault-uri-empty = Type an address, or leave the field out.
apps-fault-uri-too-long = This address is too long. Use at most 2,048 characters.
apps-fault-uri-characters = { $value } has a character that addresses cannot carry. Encode it, or leave it out.
apps-fault-uri-not-absolute = { $value } is not a complete address. It must begin with https:// and name a host.
apps-fault-uri-fragment = { $value } has a fragment, the part behind “#”. Remove it: servers never see it.
apps-fault-uri-user-info = { $value } names a user before the host. Remove the part up to “@”.
apps-fault-uri-wildcard = { $value } has a wildcard. Register each address exactly as it is used.
apps-fault-uri-not-https = { $value } must use https. Only http://localhost, http://127.0.0.1 and http://[::1] may do without, for redirect URIs of programs on people’s own devices.
apps-fault-uri-dangerous-scheme = { $value } would run code or open files instead of calling your app. Use an address that begins with https://.
apps-fault-uri-private-scheme = { $value } has a scheme of its own. Only public apps may use one, and it must be a domain name turned around, such as com.example.app:/callback.
apps-fault-uri-ip-literal = { $value } names an IP address. Use a host name.
apps-fault-uri-dot-segments = { $value } has “.” or “..” in its path. Write the path out.
apps-fault-uri-not-normal = { $value } is not written the way browsers send it, so it would never match.
apps-fault-scope-unknown = { $more ->
    [0] The scope { $value } does not exist. Remove it, or check its spelling.
   *[other] The scope { $value } and { $more } more do not exist. Remove them, or check their spelling.
}
apps-fault-scope-closed = { $more ->
    [0] The scope { $value } cannot be given to this app. Remove it.
   *[other] The scope { $value } and { $more } more cannot be given to this app. Remove them.
}
apps-fault-secret-public = A public app cannot keep a secret, so it has none.
apps-fault-expires = “{ $value }” is not a day. Write it like 2027-01-31, or leave it empty.
apps-fault-expired = { $value } is in the past. Choose a later day, or leave it empty.
apps-fault-logo-not-public = We could not reach { $value }: it is not publicly reachable. Use a public https address.
apps-fault-logo-slow = { $value } took too long to answer. Try again, or use another address.
apps-fault-logo-certificate = { $value } has a certificate that is not valid for its host. Renew it, or use another address.
apps-fault-logo-no-answer = { $value } refused or broke the connection. Check the address.
apps-fault-logo-heavy = The file at { $value } is larger than 512 KB. Use a smaller one.
apps-fault-logo-moved = { $value } redirects elsewhere. Use the address it leads to.
apps-fault-logo-status = { $value } answered with status { $status } instead of a picture. Check the address.
apps-fault-logo-format = The file at { $value } is not a PNG, JPEG or WebP picture. SVG and HTML are not accepted. Use one of the three.
apps-fault-logo-large = The picture at { $value } has more than { $largest } pixels on a side. Use a smaller one.
apps-fault-logo-broken = The picture at { $value } is damaged. Save it again, or use another one.

## Whether a redirect URI can be called.
apps-verdict-reachable = Can be called (status { $status })
apps-verdict-redirects-elsewhere = Redirects elsewhere (status { $status }). Register the address it leads to, unless your app needs this.
apps-verdict-server-error = Answers with an error (status { $status }). Check your server’s log.
apps-verdict-timeout = Did not answer in time. Check that your server runs.
apps-verdict-bad-certificate = Its certificate is not valid for this host. Renew the certificate.
apps-verdict-no-answer = The connection was refused or broken. Check that your server runs.
apps-verdict-not-publicly-reachable = Not publicly reachable. Check the host name, or make the host public.
apps-verdict-not-probed = Only on the user’s own device, so we cannot call it.

apps-secret-first = First secret

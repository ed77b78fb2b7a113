## What is wrong with a field: what happened, then what to do.
apps-fault-try = Try { $proposal }
apps-fault-choice = “{ $value }” is not one of the choices. Use one of: { $allowed }.
apps-fault-code-empty = Give the app a client code, such as MYAPP. It becomes part of the client ID.
apps-fault-code-length = The client code is too long. Use at most 30 characters.
apps-fault-code-characters = “{ $value }” cannot be a client code. Begin with a letter, then use letters, digits and underscores only.
apps-fault-code-taken = The client code { $value } was already used for an app of this account; a code is never used again, also not after its app is deleted. Choose another one.
apps-fault-text-empty = Enter a name.
apps-fault-description-empty = Enter a description.
apps-fault-text-too-long = This is too long. Use at most { $limit } characters.
apps-fault-text-control = There is a line break or another control character in this text. Remove it.
apps-fault-text-hidden = There is an invisible character in this text, or one that turns its direction. Type the text anew instead of pasting it.
apps-fault-text-marks = A letter carries too many marks. Remove some.
apps-fault-custom-public = A custom app runs on a server and has a secret. Register a store app for a program on people’s devices.
apps-fault-custom-only-code = A custom app never sees a browser, so it has no addresses. Leave this empty, or register a store app.
apps-fault-custom-device = A custom app speaks for itself and needs nobody’s yes. Register a store app for devices.
apps-fault-public-exchange = Only an app that keeps a secret may exchange tokens. Choose the client type Confidential, or untick it.
apps-fault-pkce = Only apps with the profile Compatible may do without PKCE. Tick it, or choose that profile.
apps-fault-keys-none = An app that authenticates with its keys, or signs its requests, needs public keys. Paste them as a JWK set, or give the address where they are.
apps-fault-keys-both = Give the keys themselves or their address, not both: two places can contradict each other.
apps-fault-jwks-malformed = This is not a JWK set. It is a JSON object with a list named “keys”.
apps-fault-jwks-private = This set holds a private or secret key, which must never leave your app. Make a new key, and paste its public part only.
apps-fault-jwks-empty = No key in this set can verify a signature here. Use EC keys on P-256, RSA keys of 2,048 bits or more, or Ed25519 keys.
apps-fault-jwks-too-many = There are more than 20 keys in this set. Keep those that are in use.
apps-fault-fapi-public = The profile FAPI 2.0 is for confidential apps only. Choose another profile, or the client type Confidential.
apps-fault-fapi-secret = Apps with the profile FAPI 2.0 authenticate with their keys, not with a secret. Choose Signed with a key, and add the public keys.
apps-fault-fapi-alg = The profile FAPI 2.0 does not allow { $value }. Use one of: { $allowed }.
apps-fault-fapi-unsigned = With the profile FAPI 2.0, request objects must be signed. Choose an algorithm.
apps-fault-fapi-redirect = { $value } must use https: with the profile FAPI 2.0, nothing else is accepted.
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
apps-fault-url = { $value } cannot be reached by other people. Use an address that begins with https:// and names a public host.
apps-fault-scope-unknown = The scope { $value } does not exist. Remove it, or check its spelling.
apps-fault-scope-unknown-more = The scope { $value } and { $more } more do not exist. Remove them, or check their spelling.
apps-fault-scope-closed = The scope { $value } cannot be given to this app. Remove it.
apps-fault-scope-closed-more = The scope { $value } and { $more } more cannot be given to this app. Remove them.
apps-fault-secret-public = A public app cannot keep a secret, so it has none.
apps-fault-expires = “{ $value }” is not a day. Write it like 2027-01-31, or leave it empty.
apps-fault-expired = { $value } is in the past. Choose a later day, or leave it empty.
apps-fault-logo-not-public = We could not reach { $value }: it is not publicly reachable. Use a public https address.
apps-fault-logo-slow = { $value } took too long to answer. Try again, or use another address.
apps-fault-logo-certificate = { $value } has a certificate that is not valid for its host. Renew it, or use another address.
apps-fault-logo-no-answer = { $value } refused or broke the connection. Check the address.
apps-fault-logo-heavy = The file at { $value } is larger than { $size }. Use a smaller one.
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

## Why nothing was changed.
apps-refused-full = The limit of { $limit } is reached. Delete what is not needed any more, or ask the platform to raise it.
apps-refused-changed = Somebody else saved this app since you opened the form. What you typed is still here; look at it again and save.
apps-refused-last-secret = This is the last secret that works. Add another one first, or confirm that the app may be without.
apps-refused-already-created = This secret was already created, and it was shown then. If you did not store it, add another one and revoke this one.
apps-fault-self-registered = This app registered itself and can describe itself otherwise at any time, so nobody can vouch for it. Register it as a store app instead.
apps-refused-other-state = Only an approved app can be published. Approve it first.
apps-refused-under-review = This version is under review and asks for less than what you typed. You can remove things; to add any, withdraw the submission first.
apps-refused-too-many = We made many checks for this account lately. Wait a few minutes, then try again.
apps-fault-confirm = Type the name exactly as it is written: { $name }

flash-app-saved = Saved. Your changes are live.
flash-app-saved-part = Saved. What you removed is gone at once; what you added waits for approval.
flash-app-drafted = Saved as a draft. Your app runs as before until the change is approved.
flash-app-undrafted = Saved. Nothing waits for approval any more.
flash-draft-discarded = The draft is discarded. Your app runs as before.
flash-app-unchanged = Nothing had changed, so there was nothing to save.
flash-app-made-before = This app is saved already; nothing was made twice. If you lost its secret, add another one below.
flash-app-registered = Your app is registered. Its client ID is below.
flash-app-deleted = The app is deleted. Nothing of it works any more.
flash-app-checked = We called every redirect URI. The answers are below.
flash-secret-revoked = The secret is revoked. No token is given for it any more.

## My store apps
apps-add-store = Add a new store app
apps-list-lead = Your connect clients: apps that other accounts connect with their consent.
apps-list-limit = { $count } of { $limit } apps
apps-empty-title = Offer your app to every account
apps-empty = A store app gets a client ID and a client secret. Other accounts connect it with their consent, and it gets tokens for them.
apps-connected-accounts = { $count ->
    [0] No connected accounts
    [one] 1 connected account
   *[other] { $count } connected accounts
}
apps-all-accounts = All connected accounts
apps-state-active = Active
apps-state-suspended = Suspended
apps-state-unlisted = Not reviewed
apps-state-approved = Approved
apps-state-published = In the store

## The form
apps-new-store-title = New store app
apps-new-custom-title = New custom app
apps-edit-title = Edit { $name }
apps-crumb-new = New
apps-crumb-edit = Edit
apps-step-details = Details
apps-step-review = Review
apps-step-credentials = Credentials
apps-section-app = Your app
apps-section-app-text = Who it is, for you and for the people who are asked for their consent.
apps-section-app-text-custom = Who it is, for you and for the other people of your account.
apps-code = Client code
apps-code-help = Unique key for the client application: the last part of its client ID. It cannot be changed afterwards.
apps-name = Client name
apps-name-help = Name of the client application that people can read. The consent dialog shows it.
apps-name-help-custom = Name of the client application that people can read.
apps-pii = Personally identifiable information
apps-pii-help = Whether the APIs give your app the names, addresses and other details of persons.
apps-pii-retrieve = Retrieve
apps-pii-retrieve-help = APIs answer with personal details.
apps-pii-hide = Hide
apps-pii-hide-help = APIs mask personal details.
apps-logo = Logo URL
apps-logo-help = Address of a logo for the consent dialog: PNG, JPEG or WebP, at most 512 KB. We fetch it once and serve our own copy.
apps-logo-good = The logo is good. The preview shows our copy of it.
apps-redirect-section = After consent
apps-redirect-uris = Redirect URIs
apps-redirect-uri = Redirect URI
apps-redirect-uris-text = Also called callback URLs: the endpoint of your app that expects the authorization code.
apps-redirect-uris-help = We redirect the browser here after the user has granted authorization. It must use https, and it must be possible to call it. http://localhost and http://127.0.0.1 are fine for development.
apps-redirect-uris-exact = Compared character by character, including the slash at the end.
apps-secrets = Secrets
apps-secrets-text = Your app proves with a client secret who it is. We generate it when you save, and show it once.
apps-secrets-lead = Several secrets work side by side. If one may be compromised, add a new one, use it in your app, then revoke the old one.
apps-secret-description = Description of your secret
apps-secret-description-help = What it is for, such as “Production” or “Test server”. The value is generated.
apps-secret-signed = None: the app proves with its keys who it is. A secret would not be accepted.
apps-secret-none = None: a public app runs on people’s devices and cannot keep a secret.
apps-scopes-title = Scopes
apps-scopes-text = Permissions: exactly what your app may do in a user’s account. Ask for as little as you need. openid, profile and offline_access need no registration.
apps-scopes-text-custom = Permissions: exactly what your app may do in this account. Choose as little as it needs.
apps-scopes-none = No scopes of an API: the app learns who signs in, nothing else.
apps-scopes-none-custom = No scopes: its tokens open nothing but the doors that every token opens.
apps-advanced = Advanced
apps-client-type = Client type
apps-client-type-help = Can your app keep a secret?
apps-confidential = Confidential
apps-confidential-help = It runs on a server and keeps its secret there.
apps-public = Public
apps-public-help = It runs on people’s devices or in their browsers. It has no secret and always uses PKCE.
apps-public-help-edit = It runs on people’s devices or in their browsers. Its secrets and refresh tokens end when you save.
apps-profile = Profile
apps-profile-standard = Standard
apps-profile-standard-help = OAuth 2.1 with PKCE. Right for new apps.
apps-profile-compatible = Compatible
apps-profile-compatible-help = For programs that exist already: PKCE may be left out.
apps-pkce = Require PKCE
apps-pkce-help = A request without a code challenge is refused. Only the profile Compatible can do without.
apps-further = Further settings
apps-dpop = Bind tokens to a key
apps-dpop-help = The app gets no token without a DPoP proof, so that a stolen token is of no use.
apps-device = Connect devices without a browser
apps-device-help = A television or a command-line program shows a short code, and people type it on another device.
apps-exchange = Exchange tokens
apps-exchange-help = The app may turn an access token of one of your apps into a smaller one, to call an API behind it.
apps-pkce-on = PKCE required
apps-pkce-off = PKCE optional
apps-profile-fapi2 = FAPI 2.0
apps-profile-fapi2-help = For apps that move money or health data: pushed requests, keys instead of secrets, tokens bound to a key.
apps-profiles-link = What each profile changes
apps-profiles-title = Security profiles
apps-profiles-lead = A profile says how strict the server is with one app. Stricter never breaks what a library does by the book; it ends what was only tolerated.
apps-profiles-what = What it is about
apps-profiles-for = Made for
apps-profiles-pkce = PKCE
apps-profiles-pkce-yes = Always, with S256
apps-profiles-pkce-no = Confidential apps may leave it out
apps-profiles-par = Pushed requests (PAR)
apps-profiles-par-yes = Always
apps-profiles-par-no = When the app wants it
apps-profiles-proof = How the app proves who it is
apps-profiles-proof-yes = Signed with its key (private_key_jwt)
apps-profiles-proof-no = With a secret, or signed with its key
apps-profiles-dpop = Tokens bound to a key (DPoP)
apps-profiles-dpop-yes = Always
apps-profiles-dpop-no = When the app wants it
apps-profiles-request = Request objects
apps-profiles-request-yes = Signed only
apps-profiles-request-no = Signed or not
apps-profiles-audience = Audience of a client assertion
apps-profiles-audience-yes = The issuer, as one string
apps-profiles-audience-no = The issuer, or the endpoint that is called
apps-profiles-redirect = Redirect URIs
apps-profiles-redirect-yes = https only
apps-profiles-redirect-no = https, and http on the user’s own device
apps-profiles-public = Public apps
apps-profiles-public-yes = Yes
apps-profiles-public-no = No
apps-profiles-algs = Signatures, of the server and of the app
apps-profiles-change = Change the profile of an app under Edit, Advanced. It counts at once; connections stay.
apps-auth = Authentication
apps-auth-help = How a confidential app proves who it is. A public app proves nothing.
apps-auth-secret = With a secret
apps-auth-secret-help = In the Authorization header or in the body.
apps-auth-signed = Signed with a key
apps-auth-signed-help = private_key_jwt: the app signs, and the server knows its public keys only.
apps-jwks-uri = Address of its public keys
apps-jwks-uri-help = A JWK set that the server fetches, again when the app uses a new key.
apps-jwks = Its public keys
apps-jwks-help = Instead of an address: the JWK set itself.
apps-jwks-registered = Registered
apps-par = Require pushed requests
apps-par-help = Every authorization begins with a call to the server (PAR). A request that a browser brings itself is refused.
apps-request-alg = Request objects
apps-request-alg-help = How parameters are protected that come as a JWT in “request”.
apps-request-any = Signed or not
apps-request-none = Not signed
apps-request-uris = Request URIs
apps-request-uris-help = Where the server may fetch a request object. Others are refused.
apps-id-token-alg = Signature of ID tokens
apps-id-token-alg-help = What the app’s library expects. Every one knows RS256.
apps-alg-usual = The profile’s own
apps-auth-alg = Algorithm of its signature
apps-auth-alg-help = For apps that sign who they are. With one, a signature with another algorithm proves nothing.
apps-max-age = Oldest sign-in
apps-max-age-help = In seconds. People who signed in longer ago sign in again, unless the app’s request says something else. Empty: any age.
apps-userinfo-alg = Signature of userinfo
apps-userinfo-alg-help = With one, userinfo is a JWT instead of JSON.
apps-userinfo-plain = Plain JSON
apps-yes = Yes
apps-post-logout = Post-logout redirect URIs
apps-post-logout-help = Where the browser may return after signing out.
apps-cors = CORS origins
apps-cors-help = Origins such as https://app.example.com whose scripts may call the token endpoint.
apps-policy = Privacy policy
apps-terms = Terms of service
apps-initiate-login = Begin sign-in URL
apps-initiate-login-help = Where your app begins a sign-in that somebody starts here, with Open. It gets iss, the address of this server.
apps-backchannel = Back-channel logout URL
apps-backchannel-help = When a user signs out here, your app is told with a signed logout token. It answers 200 within 5 seconds.
apps-subjects = User identifiers
apps-subjects-help = Changing this gives every user of your app another identifier.
apps-subjects-public = The same for all apps
apps-subjects-public-help = Your app and others know a user by one sub.
apps-subjects-pairwise = Its own
apps-subjects-pairwise-help = No other app can tell that its user is yours (pairwise).
apps-sector = Sector identifier URL
apps-sector-help = For identifiers of your app's own with redirect URIs on several hosts: a JSON list of all of them. Apps with lists on one host share identifiers.
apps-fault-sector-needed = With identifiers of its own, an app has redirect URIs on one host, or a sector identifier URL. Give one, or choose the same identifiers for all apps.
apps-fault-sector-unreachable = The list could not be read: { $why }. Check the address and try again.
apps-fault-max-age = “{ $value }” is not a number of seconds. Type digits only, or leave it empty.
apps-fault-sector-list = The address does not answer with a JSON list of redirect URIs. It needs to be like ["https://app.example.com/callback"].
apps-fault-sector-missing = The list lacks { $value }. Add every redirect URI of this app to it, or remove that one here.
apps-links-help = The consent dialog links to it.
apps-review = Review
apps-save = Save
apps-live-at-once = Changes are live at once.
apps-edit-reach = { $count ->
    [one] 1 account has connected this app. When you add scopes, it is asked again; redirect URIs that you remove stop working at once.
   *[other] { $count } accounts have connected this app. When you add scopes, they are asked again; redirect URIs that you remove stop working at once.
}
apps-none = None

## A create link
apps-link-title = Create client from Link
apps-link-what = The link you followed fills in this form: code, name, secret description and scopes. Nothing has been created.
apps-link-then = Look at what the app asks for. When you save, you get its client ID and secret, to hand over in a way that nobody else can read.
apps-link-unknown = The link asks for scopes that do not exist here: { $scopes }

## Review
apps-review-title = Review your app
apps-review-lead = Look at everything once more, then save your app.
apps-save-app = Save
apps-back = Back
apps-verdict-unknown = Not called yet

## The consent page in small
apps-preview-title = What people will see
apps-preview-your-app = Your app
apps-preview-account = their account
apps-preview-offline = If your app asks for offline_access: it stays connected when they are away.

## The secret, once
apps-secret-title = Client secret created
apps-secret-ready = The secret for { $name } has been created.
apps-secret-once = This is the only time that you can see the client secret.
apps-secret-again = Nobody can recover it later, but you can create a new one at any time.
apps-secret-store = The client ID identifies your app. The client secret is known only to your app and this server: store it securely and never reveal it publicly. If you suspect that somebody else knows it, add a new secret to the app and revoke this one.
apps-try = Try it out
apps-try-lead = Run the real flow with your own account, or take the requests with you.
apps-try-run = Run it now
apps-try-run-what = Or run the real flow here: consent, code, tokens, with this server in the place of your app and your own account as the customer.
apps-tried-title = Try out { $name }
apps-tried-consent = Consent
apps-tried-code = Authorization code
apps-tried-tokens = Tokens
apps-tried-code-lead = The browser came back with a code. Your app would now exchange it, with its secret and the code verifier. It lives for one minute and works once.
apps-tried-exchange = Exchange the code for tokens
apps-tried-stop = Back to the app
apps-tried-error = The browser came back with an error. This is what your app would get:
apps-tried-good = { $count ->
    [one] The access token works for one minute.
   *[other] It works. The access token is good for { $count } minutes.
}
apps-tried-connected = The tokens are real: your account has now connected the app. Disconnect it at any time under
apps-tried-access = Access token
apps-tried-access-for = Send it to an API as Authorization: Bearer. Its scopes:
apps-tried-says = What it says
apps-tried-id = ID token
apps-tried-refresh = Refresh token
apps-tried-userinfo = Userinfo
apps-tried-answer = What the userinfo endpoint answers
apps-tried-no-userinfo = The userinfo endpoint refused:
apps-try-authorize-title = Authorization request
apps-try-push = First push the request. The answer names it in request_uri:
apps-try-push-title = Pushed request
apps-try-authorize = Open this in a browser. After consent, the browser goes to your redirect URI with a code that lives for one minute.
apps-try-token-title = Token request
apps-try-token = Exchange the code for tokens: put it in the place of CODE. The code verifier belongs to the request above.
apps-try-credentials = Run this to get an access token with the scopes of your app.

## The page of an app
apps-edit = Edit
apps-suspended = This app is suspended: it gets no tokens, and those it has do not work. Ask the platform what to do.
apps-changed = Last change
apps-create-link = Create link
apps-create-link-help = Customers who follow it get the form for a custom app, filled in like this one, with a secret of their own.
apps-create-link-copy = Copy create link
apps-scope-text = In a request:
apps-endpoints = Endpoints
apps-endpoints-lead = Most libraries need only the issuer: they find everything else in the discovery document.
apps-endpoint-issuer = Issuer
apps-endpoint-discovery = Discovery document
apps-endpoint-authorize = Authorization endpoint
apps-endpoint-token = Token endpoint
apps-endpoint-userinfo = Userinfo endpoint
apps-check-again = Check again
apps-secret-add = Add another secret
apps-secret-add-what = The secrets you have go on working. An app may have { $limit }.
apps-secret-create = Create secret
apps-secret-hint = Ends in
apps-secret-created = Created
apps-secret-used = Last used
apps-secret-never-used = Never
apps-secret-state = State
apps-secret-works = Works
apps-secret-until = until
apps-secret-expired = Expired
apps-secret-revoked = Revoked
apps-secret-expires = Last day
apps-secret-expires-help = The secret stops working at the end of this day (UTC). Leave it empty for a secret without an end.
apps-secret-revoke = Revoke
apps-revoke-title = Revoke “{ $name }”?
apps-revoke-what = No token is given for it from now on. Access tokens that were given for it before run out by themselves, within an hour.
apps-revoke-last = This is the last secret that works. Without one, your app gets no more tokens, and connected accounts stop working for it.
apps-revoke-last-yes = Revoke the last secret all the same
apps-accounts-title = Connected accounts
apps-accounts-first = Only the latest 100 are shown.
apps-disconnect = Disconnect
apps-disconnect-title = Disconnect { $name }?
apps-disconnect-what = { $count ->
    [one] Your app loses its 1 permission for this account, and every token for it ends at once. Only the account can connect it again.
   *[other] Your app loses its { $count } permissions for this account, and every token for it ends at once. Only the account can connect it again.
}
apps-delete = Delete app
apps-delete-title = Delete { $name }?
apps-delete-what = Everything of it stops working, and its client code is never used again.
apps-delete-accounts = { $count ->
    [0] No account has connected it.
    [one] 1 account will be disconnected.
   *[other] { $count } accounts will be disconnected.
}
apps-delete-people = { $count ->
    [0] { "" }
    [one] 1 person has allowed it.
   *[other] { $count } people have allowed it.
}
apps-delete-final = Its secrets and tokens end at once. This cannot be undone.

## Requests that were refused
refusals-title = Refused requests
refusals-lead = Why requests of your apps were refused. The error page that people see names the request id.
refusals-all = Show all
refusals-only = Only those of
refusals-why = Reason
refusals-where = Where
refusals-when = When
refusals-none-title = Nothing was refused
refusals-none = When a request of an app is refused, the exact reason appears here.
refusals-unknown-title = No such request
refusals-unknown = No refused request of this account’s apps has this id. Of many alike, only the first of an hour are kept.
refusals-at-authorize = Authorization endpoint
refusals-at-token = Token endpoint
refusals-at-userinfo = Userinfo endpoint
refusals-at-introspection = Introspection
refusals-at-pushed = Pushed request
refusals-at-revocation = Revocation
refusals-at-end-session = Sign-out
refusals-at-logout = Back-channel sign-out
refusals-at-api = REST API

## Versions and approval
apps-edit-approved = This app is approved. What you remove or tighten holds at once; what you add or change waits as a draft, and the app runs as before until it is approved.
apps-edit-submitted = Reviewers are looking at this version. You can remove or tighten things, which holds at once. To add or change anything, withdraw the submission first.
apps-withdraw = Withdraw submission
apps-version-title = Approval
apps-version-live = Live: version { $number }
apps-version-draft = Draft { $number }, not submitted
apps-version-submitted = Version { $number }, submitted
apps-version-unreviewed = Not reviewed. Your app works; consent says that { $platform } has not reviewed it.
apps-version-reviewed = Reviewed and approved.
apps-version-waits = The draft differs from what is live. Your app runs as before until the draft is approved.
apps-version-asked = A reviewer decides about it. You get a mail, and see every comment on the page of the submission.
apps-version-submit = Submit for approval
apps-version-open = Open submission
apps-version-discard = Discard draft

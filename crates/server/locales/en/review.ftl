## The approval of apps: what developers and reviewers read.

## States
review-state-submitted = Submitted
review-state-in-review = In review
review-state-changes-requested = Changes requested
review-state-approved = Approved
review-state-rejected = Rejected
review-state-withdrawn = Withdrawn
review-number = Submission { $number }
review-somebody = Somebody who is gone
review-command = Command line
review-side-developer = Developer
review-side-reviewer = Reviewer
review-internal = For reviewers only
review-new = New
review-verdict-pass = Passed
review-verdict-warn = Look at it
review-verdict-fail = Fails
review-change-added = Added
review-change-removed = Removed

## Why nothing was changed
review-refused-own-app = This app is yours or your account’s, so another reviewer decides about it.
review-refused-not-reviewable = Only store apps that somebody registered are reviewed. Custom apps are for your own account and need no approval.
review-refused-nothing = Everything you want is live and approved. Edit the app first; what waits then can be submitted here.
review-refused-already = This app is submitted already. Withdraw the submission to change what it asks for.
review-refused-closed = This submission does not wait for a decision any more: it was decided or withdrawn meanwhile.
review-refused-changed = The app was changed meanwhile. Look at it again, then decide.
review-refused-taken = Somebody else is on this submission, or nobody. Open it again to see who.
review-refused-checks = A check fails. Mend what it names and check again.
review-fault-long = This text is too long. Use 4,000 characters at most.
review-fault-empty = Write something first.
review-fault-reason = Say why: choose a usual reason, or use your own words.
review-fault-field = There is no field { $value }. Choose one of the list.
review-fault-many = This submission has { $limit } comments already. Decide, or talk elsewhere.

## What must be there
review-list-title = What must be there
review-list-lead = Nobody has to look at an app before it has all of these.
review-item-done = There
review-item-missing = Missing
review-item-logo-url = A logo
review-item-policy-uri = A privacy policy
review-item-tos-uri = Terms
review-item-redirect-uri = An https redirect URI
review-item-note = A note that says why sensitive scopes are needed
review-missing-logo_url = The app has no logo. Add one in the form of the app.
review-missing-policy_uri = The app has no link to its privacy policy. Add one in the form of the app.
review-missing-tos_uri = The app has no link to its terms. Add one in the form of the app.
review-missing-redirect_uri = The app has no https redirect URI. Add one in the form of the app.
review-missing-note = The app asks for sensitive scopes. Say in the note what it needs them for.

## Checks
review-checks-title = Checks
review-checks-lead = What the server finds out by itself. Fix what fails; reviewers look at the rest.
review-check-now = Check again
review-check-redirect = Redirect URI
review-check-redirect-reachable = Can be called over https with a valid certificate (status { $status }).
review-check-redirect-redirects = Redirects elsewhere (status { $status }). A code would be sent on from here; register the final address if it can be.
review-check-redirect-server-error = Answers with an error of its own (status { $status }).
review-check-redirect-timeout = Does not answer in time.
review-check-redirect-bad-certificate = Its certificate is not valid for this host.
review-check-redirect-no-answer = Refuses or breaks the connection.
review-check-redirect-not-public = Is not publicly reachable.
review-check-callable = At least one can be called
review-check-callable-one = { $uri } can.
review-check-callable-none = None of the https redirect URIs can be called, so nobody could finish connecting.
review-check-policy = Privacy policy
review-check-policy-reachable = There is a page (status { $status }).
review-check-policy-no-page = There is no page (status { $status }).
review-check-policy-bad-certificate = The certificate is not valid for this host.
review-check-policy-server-error = The server answers with an error (status { $status }).
review-check-policy-timeout = The server does not answer in time.
review-check-policy-no-answer = The server refuses or breaks the connection.
review-check-policy-not-public = The address is not publicly reachable.
review-check-terms = Terms
review-check-terms-reachable = There is a page (status { $status }).
review-check-terms-no-page = There is no page (status { $status }).
review-check-terms-bad-certificate = The certificate is not valid for this host.
review-check-terms-server-error = The server answers with an error (status { $status }).
review-check-terms-timeout = The server does not answer in time.
review-check-terms-no-answer = The server refuses or breaks the connection.
review-check-terms-not-public = The address is not publicly reachable.
review-check-logo = Logo
review-check-logo-none = There is no logo.
review-check-logo-small = { $width } × { $height } pixels is small. Use 128 or more on the longer side.
review-check-logo-not-square = { $width } × { $height } pixels is far from square; little of it can be seen in lists.
review-check-logo-good = { $width } × { $height } pixels.
review-check-contrast = Contrast of the logo
review-check-contrast-both = Stands out on light and on dark ground.
review-check-contrast-light = Is hardly seen on light ground.
review-check-contrast-dark = Is hardly seen on dark ground.
review-check-contrast-neither = Is hardly seen on any ground.
review-check-name = Name
review-check-name-own = Looks like none of the { $count } names of approved apps.
review-check-name-same = Looks the same as { $other } ({ $client_id }) by { $publisher }, which is approved.
review-check-name-near = Is nearly { $other } ({ $client_id }) by { $publisher }, which is approved.
review-check-name-platform = Has { $platform } in it, as if the platform itself had made it.
review-check-flow = Connected once
review-check-flow-seen = A code was last exchanged for tokens on { $at }.
review-check-flow-never = No code was exchanged for tokens lately. Connect the app, or run “Try it out” on its page.
review-check-refresh = Works after an hour
review-check-refresh-seen = It last got new tokens by its refresh token on { $at }.
review-check-refresh-never = It has never used a refresh token. Without that it stops after an hour.
review-check-reconnect = Disconnected and connected again
review-check-reconnect-seen = An account last connected it again on { $at }.
review-check-reconnect-never = No account has disconnected and connected it again yet. Try that with your own.
review-check-scopes = Use of scopes
review-check-scopes-used = Every scope was given to it by some account.
review-check-scopes-unused = No account has ever given it: { $scopes }. Ask only for what the app needs.
review-check-sensitive = Sensitive scopes
review-check-sensitive-none = It asks for none that is not approved already.
review-check-sensitive-some = New and sensitive: { $scopes }. The note should say why.

## Submitting
review-submit-title = Approval
review-submit-first = Approval makes consent say that your app was reviewed, and lets it be shown in the store. Your app works as it is meanwhile.
review-submit-more = What you changed since the last approval waits here. Your app runs as it was approved meanwhile.
review-submit-lead = Submitting freezes this version. You can still remove things from it, and withdraw it at any time.
review-note = Note to the reviewers
review-note-help = What the app does, how they can try it, and why it needs what it asks for.
review-answer-title = Answer
review-answer-lead = The reviewers get a mail.
review-about = About
review-about-all = The whole app
review-text = Text
review-say = Send
review-rounds-title = Other submissions of this app
review-fields-title = What would change
review-fields-first = What the app is
review-fields-none = Nothing would change.
review-fields-same = { $count ->
    [one] One field stays as it is
   *[other] { $count } fields stay as they are
}
review-col-field = Field
review-col-values = Live and submitted

## The desk
layout-review = Review
review-queue-title = Review
review-waiting = { $count ->
    [0] Nothing waits.
    [one] One submission waits.
   *[other] { $count } submissions wait.
}
review-oldest = The oldest was submitted
review-took = In the last 90 days half of all decisions came within { $median }, nine of ten within { $slow }.
review-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
review-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
review-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
review-filters = Which submissions
review-which-open = Waiting
review-which-free = Nobody on it
review-which-mine = Mine
review-which-old = Older than three days
review-which-decided = Decided
review-which-all = All
review-search = Name, client ID or publisher
review-col-app = App
review-col-state = State
review-col-reviewer = Reviewer
review-col-since = Submitted
review-col-publisher = Publisher
review-nobody = Nobody yet
review-old = Waits long
review-none = Nothing waits
review-none-text = Submissions of developers appear here. Reviewers get a mail for each.
review-none-filtered = Nothing found
review-none-filtered-text = No submission fits. See all that wait instead.
review-show-title = { $name }, submission { $number }
review-previous = Previous
review-next = Next
review-assign = Assign to me
review-release = Give back to the queue
review-take-over = Take over
review-yours = You are on this submission. Others see that and leave it to you.
review-on-it = { $name } is on this submission. Take it over only if you have agreed on that.
review-submitted-by = Submitted by
review-compared = Compared
review-compared-none = Version { $version }: the first approval, so everything is new
review-compared-with = Version { $version } with the live version { $base }
review-own-platform = The platform’s own app: another reviewer than the submitter decides.
review-since-title = Since you last looked
review-since-lead = The developer took this out meanwhile.
review-talk-title = Comments
review-talk-none = Nobody has said anything yet.
review-comment = Comment
review-say-developer = Send to the developer
review-say-internal = Note for reviewers
review-decide-title = Decide
review-decide-lead = Your decision is about exactly what this page shows. The admins of the account get a mail.
review-decision = Decision
review-template = Usual reason
review-template-help = The developer reads it in their own language.
review-template-none = None
review-template-scopes = The app asks for more than it needs. Take out what it can do without, or say what each scope is for.
review-template-redirect = A redirect URI does not work or is not yours. Every address must belong to you and answer over https.
review-template-name = The name could mislead people: it looks like another app’s, or like the platform’s own. Choose another.
review-template-logo = The logo is missing, unclear or somebody else’s. Use your own, at least 128 pixels, that can be seen on light and dark ground.
review-template-privacy = The privacy policy or the terms are missing, or do not say what the app does with the data it gets.
review-template-flow = Connecting did not work for us. Go through it once more yourself, also with disconnecting and connecting again.
review-reason = Your own words
review-reason-help = Goes to the developer word for word. Needed for requesting changes and rejecting, unless a usual reason says it all.
review-despite = Approve although a check fails
review-request-changes = Request changes
review-reject = Reject
review-approve = Approve
review-record = Record
review-record-title = Record of submission { $number }
review-record-number = Submission { $number }

flash-app-submitted = Submitted. The reviewers have a mail; you get one when they say something or decide.
flash-app-withdrawn = Withdrawn. Nothing of it becomes live.
flash-review-assigned = You are on it.
flash-review-released = It is back in the queue.
flash-review-commented = Sent.
flash-review-checked = Checked.
flash-review-approved = Approved. The version is live.
flash-review-changes = Changes are requested. The developer has a mail.
flash-review-rejected = Rejected. The developer has a mail.

## Fields
review-field-name = Name
review-field-logo = Logo
review-field-redirect-uris = Redirect URIs
review-field-scopes = Scopes
review-field-client-type = Client type
review-field-profile = Security profile
review-field-auth-method = Client authentication
review-field-auth-alg = Algorithm of its client assertions
review-field-default-max-age = Oldest sign-in it accepts, in seconds
review-field-require-pkce = PKCE required
review-field-require-par = Pushed requests required
review-field-dpop-bound = Tokens always bound to a key
review-field-pii-mode = Personally identifiable information
review-field-device-grant = Devices without a browser
review-field-token-exchange = Token exchange
review-field-post-logout-uris = Addresses after sign-out
review-field-cors-origins = CORS origins
review-field-request-uris = Request URIs
review-field-request-object-alg = Signing of request objects
review-field-initiate-login-uri = Where a sign-in begins
review-field-backchannel-logout-uri = Where it is told of sign-outs
review-field-policy-uri = Privacy policy
review-field-tos-uri = Terms
review-field-subject-type = Subjects of people
review-field-sector-identifier-uri = Sector list
review-field-keys = Public keys
review-field-id-token-alg = Algorithm of ID tokens
review-field-userinfo-alg = Algorithm of userinfo

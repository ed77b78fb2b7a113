## The frame around every page, and the parts that pages are built from.

layout-skip = Skip to content
layout-home = Home
layout-menu = Menu
layout-close-menu = Close menu
layout-close = Close
layout-nav = Main
layout-apps = Apps
layout-store-apps = My store apps
layout-connected-apps = Connected apps
layout-account = Account
layout-members = Members
layout-audit = Audit
layout-settings = Settings
layout-operator = Operator
layout-operator-accounts = Accounts
layout-operator-machine-apps = Self-registered apps
layout-operator-scopes = Scopes
layout-switch-account = Switch account
layout-account-kind-operator = Operator
layout-account-kind-developer = Developer
layout-account-kind-customer = Customer
layout-no-account = No account
layout-your-account = You
layout-profile = Your profile
layout-sign-out = Sign out
layout-shortcuts = Keyboard shortcuts
layout-shortcut-search = Search this page
layout-shortcut-create = Create
layout-shortcut-apps = Go to My store apps
layout-shortcut-connected = Go to Connected apps
layout-shortcut-review = Go to Review
layout-shortcut-next = Next, previous submission
layout-shortcut-save = Save
layout-shortcut-help = Show these shortcuts
layout-shortcut-close = Close what is open on top
layout-shortcut-then = then
layout-powered = Runs on Grantry
layout-request = Request { $id }

## Words that the script says.
layout-said-copied = Copied
layout-said-copy-failed = Copying did not work. Select the text and copy it yourself.
layout-said-checking = Checking …
layout-said-check-failed = The check could not run. You can save anyway.
layout-said-secret = The secret is shown only now. Close without storing it?
# "0" is replaced by the number.
layout-said-shown = 0 shown

## Parts
part-optional = optional
part-required = required
part-faults = { $count ->
    [one] One thing needs your attention
   *[other] { $count } things need your attention
}
part-copy = Copy
part-copy-what = Copy { $what }
part-add-uri = Add another
part-paste-uris = Paste several lines at once to add them all
part-remove = Remove
part-remove-what = Remove { $what }
part-uri-row = { $label } { $number }
part-search-scopes = Search scopes
part-select-all = Select all
part-select-all-of = Select all of { $group }
part-scopes-chosen = { $count ->
    [0] None chosen
    [one] 1 chosen
   *[other] { $count } chosen
}
# "0" is replaced by the number while boxes are ticked.
part-scopes-many = 0 chosen
part-sensitive = Sensitive
part-no-scope-found = No scope matches. Try another word.
part-load-more = Load more
part-breadcrumbs = You are here
part-steps = Steps
part-step-done = done
part-danger-type = Type “{ $name }” to confirm
part-cancel = Cancel
part-stored = I have stored it
part-download-env = Download .env
part-client-id = Client ID
part-client-secret = Client secret
part-more = More
part-new-tab = opens in a new tab
part-continue-to = to continue to
part-privacy = Privacy
part-terms = Terms
part-nothing-asked = Nothing beyond knowing who you are

moment-now = just now
moment-soon = in a moment
moment-minutes-ago = { $count ->
    [one] 1 minute ago
   *[other] { $count } minutes ago
}
moment-in-minutes = { $count ->
    [one] in 1 minute
   *[other] in { $count } minutes
}
moment-hours-ago = { $count ->
    [one] 1 hour ago
   *[other] { $count } hours ago
}
moment-in-hours = { $count ->
    [one] in 1 hour
   *[other] in { $count } hours
}
moment-days-ago = { $count ->
    [one] yesterday
   *[other] { $count } days ago
}
moment-in-days = { $count ->
    [one] tomorrow
   *[other] in { $count } days
}

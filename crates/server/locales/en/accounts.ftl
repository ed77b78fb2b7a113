## What is wrong with a field: what happened, then what to do.
accounts-fault-email = This is no e-mail address that we can write to. Check its spelling.
accounts-fault-member = This person is a member already. Look for them in the list.
accounts-fault-invited = This address is invited already. Send the invitation again from the list below.
accounts-fault-just-made = Somebody with this address signed up this very moment. Try again.
accounts-fault-code = “{ $value }” cannot be an account code. Use 4 to 8 letters and digits that begin with a letter, or leave it empty.
accounts-fault-code-taken = The account code { $value } was given before; a code is never given twice. Choose another one, or leave it empty.
accounts-fault-kind = Choose developer, customer or operator.
accounts-fault-claims = The claims must be one JSON object of at most 16 KB.
accounts-fault-role = There is no role “{ $value }”. GET /api/v1/roles lists them.
accounts-fault-units = Name at most { $limit } units, each by its id of at most 100 letters without spaces.
accounts-fault-too-many = This account has mailed very many people today. Try again tomorrow.
accounts-fault-last-admin = The last account admin stays. Make somebody else an account admin first.
accounts-fault-not-yours = This person belongs to other accounts as well, so only they can change their name.

## What a JSON Patch cannot do.
accounts-patch-op = Only “replace” is possible here.
accounts-patch-path = This cannot be replaced. Replace /firstName, /lastName, /isAccountAdmin, /enabled or /properties.
accounts-patch-text = The value must be a text.
accounts-patch-flag = The value must be true or false.
accounts-patch-units = The value must be a list of ids.
accounts-api-no-person = This token acts for an app, not for a person. Use a token that a person granted.

## Words of all these pages.
accounts-email = E-mail
accounts-first-name = First name
accounts-last-name = Last name
accounts-name = Account name
accounts-code = Account code
accounts-kind = Kind
accounts-kind-all = All
accounts-kind-customer = Customer
accounts-kind-customer-what = Connects apps: a company that uses your API.
accounts-kind-developer = Developer
accounts-kind-developer-what = Registers apps for others to connect.
accounts-kind-operator = Operator
accounts-kind-operator-what = Runs this server: its admins see every account.
accounts-kind-self = Apps that register themselves
accounts-state = State
accounts-state-active = Active
accounts-state-suspended = Suspended
accounts-since = Created
accounts-save = Save
accounts-search = Search
accounts-search-clear = Show all
accounts-previous = Previous
accounts-next = Next
accounts-mailbox = This server has no mail server, so the mail is in its own mailbox.
accounts-mailbox-link = Open the mailbox

members-title = Members
members-count =
    { $count ->
        [one] 1 member
       *[other] { $count } members
    }
members-search = Name or e-mail
members-none-title = Nobody found
members-none = No member’s name or e-mail contains this.
members-person = Person
members-may = Privileges
members-since = Member since
members-roles = Roles
members-everywhere = in the whole account
members-id = User id
members-admin = Account admin
members-member = Member
members-make-reviewer = Let them review apps
members-take-reviewer = Take the right to review apps
members-reviewer = Reviewer
members-disabled = Disabled
members-you = That’s you
members-change-who = Change { $name }
members-make-admin = Make account admin
members-take-admin = Take admin privilege
members-disable = Disable
members-enable = Enable
members-remove = Remove from account
members-remove-dots = Remove …
members-admin-what = Account admins register apps, connect them, and manage members and settings.
members-disable-what = A disabled member keeps their place but cannot use the account. Apps that act for them stop working at once.
members-apps = Connected apps
members-apps-none = This person has connected no app here.
members-apps-account = Connected for the account
members-apps-personal = Connected for themselves
members-remove-what = They lose access to this account at once. Their sign-in and their other accounts stay.
members-remove-title = Remove { $name }?
members-remove-out = They lose access to this account at once.
members-remove-you = You lose access to this account at once, and only another account admin can invite you again.
members-remove-personal =
    { $count ->
        [0] They have connected no app for themselves.
        [one] One app that they connected for themselves is disconnected.
       *[other] { $count } apps that they connected for themselves are disconnected.
    }
members-remove-account =
    { $count ->
        [0] They have connected no app for the account.
        [one] One app that they connected for the account stays connected; the other account admins get a mail about it.
       *[other] { $count } apps that they connected for the account stay connected; the other account admins get a mail about them.
    }
members-remove-typed = That is not the e-mail of this person. Type it as shown.
members-no-change = There is no such change.
members-add = Invite a member
members-add-what = They get a mail with a link, good for 30 days, and become a member when they accept.
members-add-admin = Account admin
members-add-button = Invite
members-invited = Invited
members-invited-what = They become members when they follow the link in their mail and accept.
members-as = As
members-sent = Sent
members-until = Link ends
members-over = Link has ended
members-resend = Send again
members-revoke = Revoke
members-ask = Only account admins can invite, change or remove members.
flash-invited = The invitation is on its way.
flash-invitation-revoked = The invitation is revoked; its link does nothing any more.
flash-member-changed = The member is changed.
flash-member-removed = They are no member any more.

invitation-title = Join { $account }
invitation-join = Join
invitation-as-admin = You are invited to be an account admin there.
invitation-as-member = You are invited to be a member there.
invitation-by = Invited by
invitation-for = For
invitation-accept = Accept invitation
invitation-decline = Decline
invitation-shares = Its admins then see your name, your e-mail, and what you do in this account. You can leave it whenever you like, on your profile.
flash-invitation-declined = You declined the invitation. Its link does nothing any more.
invitation-sign-in = You have a sign-in already. Sign in, and you come back here.
invitation-other = You are signed in as { $email }, but the invitation is for another address. Sign out, then follow the link in your mail again.
flash-joined = Welcome. You are a member of this account now.
problem-invitation-gone-title = This invitation does not work any more
problem-invitation-gone-advice = It was accepted, revoked or replaced, or 30 days have passed. Ask an account admin to send it again.
problem-other-person-title = This invitation is for somebody else
problem-other-person-advice = Sign out, then follow the link in your mail again.
problem-last-admin-title = The last account admin stays
problem-last-admin-advice = Nothing was changed: without this person nobody could manage the account. Make somebody else an account admin first.
problem-last-operator-title = The last operator account stays
problem-last-operator-advice = Nothing was changed: without this account nobody could operate the server.
problem-other-state-title = That has happened already
problem-other-state-advice = Nothing was changed. Reload the page to see how things are.
problem-not-yours-title = Only they can change their name
problem-not-yours-advice = Nothing was changed: this person belongs to other accounts as well.

settings-title = Settings
settings-account = Account
settings-account-what = The name is what people see at sign-in and consent. The code is part of every client ID and never changes.
settings-connect = Connecting apps
settings-connect-what = What an account admin connects is the account’s. What another member connects works for that member only, and ends with the membership.
settings-connect-who = Who may connect apps?
settings-connect-admins = Account admins only
settings-connect-admins-what = Other members ask an account admin, who gets a mail.
settings-connect-list = Everybody, apps that are connected already
settings-connect-list-what = Once an account admin has connected an app, other members connect it for themselves. For other apps they ask.
settings-connect-anyone = Everybody, any app
settings-connect-anyone-what = Every member connects any app for themselves.
settings-usual = usual
settings-no-policy = Choose who may connect apps.
flash-saved = Saved.

operator-accounts-title = Accounts
operator-create = Create account
operator-create-title = Create an account
operator-search = Name or account code
operator-none-title = No account found
operator-none = No account of this kind has such a name or code.
operator-account = Account
operator-account-what = Developers can also sign up by themselves.
operator-apps = Apps
operator-connections = Connections
operator-figure-accounts = Accounts
operator-figure-people = People
operator-figure-apps = Apps
operator-figure-connections = Connections
operator-code-help = 4 to 8 letters and digits, part of every client ID, never changed. Leave it empty and we choose one.
operator-admin = First account admin
operator-admin-what = They get a mail with a link to choose a password. Somebody with a sign-in keeps their name and password.
operator-admins = Account admins
operator-no-admin = Nobody can administer this account.
operator-suspend = Suspend account
operator-suspend-dots = Suspend …
operator-suspend-what = Nothing of the account works until you resume it. Nothing is deleted.
operator-suspend-title = Suspend { $name }?
operator-suspend-members =
    { $count ->
        [one] One member cannot use the account any more.
       *[other] { $count } members cannot use the account any more.
    }
operator-suspend-apps =
    { $count ->
        [0] It owns no app.
        [one] Its one app stops working for everybody who connected it.
       *[other] Its { $count } apps stop working for everybody who connected them.
    }
operator-suspend-connections =
    { $count ->
        [0] It has connected no app.
        [one] Its one connected app gets no tokens any more.
       *[other] Its { $count } connected apps get no tokens any more.
    }
operator-suspend-back = This takes effect at once. You can resume the account at any time.
operator-suspend-typed = That is not the code of this account. Type it as shown.
operator-suspended = This account is suspended: nothing of it works.
operator-resume = Resume account
operator-resume-what = Members, apps and connections work again as before.
flash-account-created = The account is created, and a mail is on its way to its admin.
flash-account-suspended = The account is suspended.
flash-account-resumed = The account works again.

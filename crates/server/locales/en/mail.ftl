# The mails. "platform" is the company that runs the server.
mail-hello = Hello { $name },
mail-reason = You get this mail from { $platform } because this address is used there.
mail-help = Questions? { $support }
mail-link-alone = If the button does not work, copy this address into your browser:
mail-not-you = If you did not ask for this, do nothing: nothing changes without the link.
mail-hours =
    { $count ->
        [one] The link works once, for one hour.
       *[other] The link works once, for { $count } hours.
    }
mail-days =
    { $count ->
        [one] The link works once, for one day.
       *[other] The link works once, for { $count } days.
    }

mail-confirm-subject = Confirm your e-mail address for { $platform }
mail-confirm-line = Confirm that this address is yours. Your developer account { $account } is ready as soon as you have.
mail-confirm-button = Confirm e-mail address

mail-known-subject = You already have a sign-in at { $platform }
mail-known-line = Somebody, probably you, tried to sign up at { $platform } with this address. It has a sign-in already, so nothing was made.
mail-known-button = Sign in
mail-known-note = Forgot the password? Choose a new one on the sign-in page. If it was not you, do nothing.

mail-set-password-subject = Choose your password for { $platform }
mail-set-password-line = An account was set up for you: { $account }. Choose a password to begin.
mail-set-password-button = Choose a password

mail-invitation-subject = { $inviter } invites you to { $account }
mail-invitation-line = { $inviter } invites you to the account { $account } at { $platform }.
mail-invitation-button = See the invitation
mail-invitation-note = If you did not expect this, do nothing: you become a member only if you accept.

mail-reset-subject = Choose a new password for { $platform }
mail-reset-line = Somebody, probably you, asked for a new password for this address.
mail-reset-button = Choose a new password

mail-added-subject = You were added to { $account }
mail-added-line = { $inviter } added you to the account { $account } at { $platform }. You find it in the account list beside your other accounts.
mail-added-button = Open the account

mail-stay-subject = { $member } left { $account }, some apps stay connected
mail-stay-line = { $member } ({ $email }) does not belong to { $account } any more. Apps that they connected for the account stay connected, so that nothing breaks. They work for the account itself from now on, no longer for { $member }.
mail-stay-apps = Still connected: { $apps }. Disconnect what the account does not need.
mail-stay-button = See connected apps

mail-ask-subject = { $person } asks you to connect { $app }
mail-ask-line = { $person } ({ $email }) would like to use { $app } by { $publisher } with the account { $account }. Only account admins can connect an app.
mail-ask-button = See what it asks for
mail-ask-note = The app gets access only if you allow it on the next page.

mail-review-submitted-subject = { $app } by { $publisher } waits for approval
mail-review-submitted-line = { $publisher } submitted { $app } for approval.
mail-review-commented-subject = Comment on { $app }
mail-review-commented-line = Somebody said something about the submission of { $app }:
mail-review-changes-subject = { $app } needs changes before it is approved
mail-review-changes-line = A reviewer of { $platform } looked at { $app } and asks for changes. Your app works as before; change what is named and submit it again.
mail-review-approved-subject = { $app } is approved
mail-review-approved-line = What you submitted of { $app } is approved and live.
mail-review-rejected-subject = { $app } was not approved
mail-review-rejected-line = A reviewer of { $platform } decided not to approve what you submitted of { $app }. Your app works as before.
mail-review-button = Open the submission

mailbox-title = Mailbox
mailbox-what = This server has no mail server, so its mails stay here. Set [mail] smtp to send them.
mailbox-empty-title = No mail yet
mailbox-empty = Invitations, confirmations and new passwords appear here as soon as somebody asks for one.
mailbox-to = To
mailbox-open-link = Open the link
mailbox-all = All mails

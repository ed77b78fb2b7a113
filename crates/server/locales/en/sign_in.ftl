## Getting in and out.

sign-in-email = E-mail
sign-in-password = Password
sign-in-password-help = At least 8 characters. A few words that only you would put together are best.
sign-in-name = Name
sign-in-first-name = First name
sign-in-last-name = Last name
sign-in-busy = Many people are signing in right now. Try again in a few seconds.
sign-in-wait-seconds =
    { $count ->
        [one] Too many attempts. Try again in one second.
       *[other] Too many attempts. Try again in { $count } seconds.
    }
sign-in-wait-minutes =
    { $count ->
        [one] Too many attempts. Try again in one minute.
       *[other] Too many attempts. Try again in { $count } minutes.
    }

fault-email = Enter an e-mail address such as name@company.com.
fault-email-taken = This address has a sign-in already. Sign in, or use another address.
fault-first-name-empty = Enter your first name.
fault-last-name-empty = Enter your last name.
fault-company-empty = Enter a name that others will see.
fault-name-long = Use at most 100 characters.
fault-name-hidden = This contains characters that cannot be seen. Type it by hand.
fault-password-short = Use at least 8 characters.
fault-password-long = Use at most 1024 characters.
fault-password-common = Many people use a password like this, so it is among the first to be guessed. Choose another.
fault-password-personal = This is close to a name or address that others know. Choose something that nobody links with you.

login-title = Sign in
login-button = Sign in
login-wrong = That e-mail and password do not belong together. Check both, or choose a new password. If you have just signed up, open the link in your mail first.
login-forgot = Forgot your password?
login-new = New here?

logout-title = Sign out?
logout-who = You are signed in as { $email }.
logout-stay = Stay signed in
flash-signed-out = You are signed out.
flash-signed-out-here = You are signed out. The app wanted to take you to an address that it has not registered, so you stay here.

problem-start-again-title = Start again from the app
problem-start-again-advice = This page waited too long, or belongs to another browser. Nothing was changed. Go back to the app and connect again.

register-title = Create a developer account
register-what = Free, for everybody who builds apps on this platform. You can register your first app right away.
register-company = Company or account name
register-company-help = People who connect your apps see this as the publisher.
register-button = Create account
register-known = Have an account?
register-sent = We sent a link to { $email }. Open it within 24 hours, and your account is ready.

confirm-title = Confirm your e‑mail address
confirm-what = One click, and your developer account is ready.
confirm-elsewhere = This is not the browser in which the sign-up was made. Enter the password that you chose there.
confirm-wrong = This is not the password of this sign-up. Nothing is confirmed.
confirm-button = Confirm and sign in
confirm-not-you = You did not sign up? Close this page: nothing is made.
flash-account-made = Your developer account is ready.

sent-title = Check your mail
sent-nothing = No mail after a few minutes? Look into the spam folder, or try again with another spelling of the address.
sent-mailbox = This server sends no mail yet and keeps it in a mailbox of its own.
sent-mailbox-link = Open the mailbox
sent-back = Back to sign in

gone-title = This link does not work any more
gone-why = It was used, replaced by a newer one, or too old. Ask for a new one.
gone-new-link = Get a new link

reset-title = Choose a new password
reset-what = Enter your e-mail address, and we send you a link.
reset-button = Send the link
reset-sent = If { $email } has a sign-in here, a link for a new password is on its way. It works for one hour.

set-password-title = Choose your password
set-password-what-first = For { $email }.
set-password-what = For { $email }. You are signed out everywhere else.
set-password-new = New password
set-password-button = Save and sign in
flash-password-set = Your new password is set, and you are signed in.

first-operator-title = Set up this server
first-operator-what = Make the first operator: the person who runs the platform, adds accounts and decides which scopes apps can ask for.
first-operator-platform = Company or account name
first-operator-platform-help = The account that runs this server. Pages and mails call the platform “{ $platform }”: the setting branding.name changes that.
first-operator-button = Create operator
flash-operator-made = You are the operator of this server.

problem-operator-link-gone-title = This link does not work any more
problem-operator-link-gone-advice = Either there is an operator already, or the link is older than a day. Run “grantry admin link” on the server to print a new one.

fault-password-wrong = This is not your current password.

profile-you = You
name-title = Your name
name-what = Everybody in your accounts sees it, and apps that you let know who you are.
name-change = Change
name-save = Save name
flash-name-changed = Your name is changed.
profile-language = Language
profile-language-label = Pages and mails
profile-language-browser = As the browser asks
# How this language calls itself.
profile-language-itself = English
profile-language-save = Save language
flash-language-chosen = From now on you read Grantry in this language.
profile-password-what = After a change you stay signed in here and are signed out everywhere else.
profile-password-current = Current password
profile-password-button = Change password
flash-password-changed = Your password is changed. You are signed out everywhere else.
profile-accounts = Your accounts
profile-accounts-what = Nobody makes you a member of an account without your yes.
profile-account-leave = Leave account
profile-account-leave-dots = Leave …
profile-account-leave-title = Leave { $account }?
profile-account-leave-what = You lose access to this account at once. Apps that you connected there for yourself are disconnected; what you connected for the account stays. Only an account admin can invite you again.
flash-account-left = You left the account.

profile-activity = See your sign-ins, also the refused ones
profile-sessions = Where you are signed in
profile-sessions-what = End what you do not recognise, then change your password. A session ends by itself after 12 hours without use, and after 7 days.
profile-sessions-end-others = End all others
profile-session-device = Browser
profile-session-ip = Address
profile-session-began = Signed in
profile-session-seen = Last used
profile-session-this = This browser
profile-session-end = End
profile-device = { $browser } on { $system }
profile-device-unknown = Unknown browser
flash-session-ended = The session has ended.
flash-sessions-ended = All other sessions have ended.

profile-apps = Apps you allowed
profile-apps-what = Take back what you no longer want. The app loses what it got from you at once, and asks again the next time.
profile-apps-empty-title = No apps yet
profile-apps-empty = When you connect an app, or sign in to one, it appears here.
profile-app = App
profile-app-account = Account
profile-app-yours = Yours alone: taking it back disconnects the app.
profile-app-shared = Connected by the account: it stays connected for others.
profile-app-may = May
profile-app-who = Know who you are
profile-app-away = Stay connected when you are away
profile-app-permissions =
    { $count ->
        [one] 1 permission
       *[other] { $count } permissions
    }
profile-app-withdraw = Take back
profile-app-withdraw-what = Take back what you allowed { $app }
flash-consent-withdrawn = The app can no longer use what you allowed.

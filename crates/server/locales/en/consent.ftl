## The consent page, and the pages around it.

consent-title = Connect { $app }
consent-ask = { $app } by { $publisher } wants access to { $account }
consent-ask-more = { $app } by { $publisher } wants more access to { $account }
consent-ask-sign-in = { $app } by { $publisher } wants to sign you in for { $account }
consent-ask-self = A program that calls itself { $app } wants access to { $account }
consent-ask-self-sign-in = A program that calls itself { $app } wants to sign you in for { $account }
consent-trust-document = It describes itself at { $place }. Nobody else has checked it. Allow it only if you have just set it up.

consent-trust-reviewed = Reviewed by { $platform }
consent-trust-not-reviewed = Not reviewed by { $platform }. Allow it only if you know who makes it.
consent-trust-platform = Made by { $platform } itself
consent-trust-own = Your own account’s app
consent-trust-self = Nobody has checked this app or who makes it. Allow it only if you have just set it up.

consent-may = If you allow it, the app can
consent-new = New
consent-you = About you
consent-you-openid = Know that it is you when you come back
consent-you-profile = See your name
consent-you-profile-seed = See your name and your e-mail address
consent-you-email = See your e-mail address
consent-you-address = See your postal address
consent-you-phone = See your phone number
consent-away = Stay connected when you are away
consent-away-why = It keeps its access until somebody disconnects it.

consent-goes = You will be sent to { $place }
consent-goes-program = You will be sent to { $place }. Allow it only if you have just started it.
consent-goes-trial = You are trying the app out: you will be sent back here.
consent-goes-device = A device that shows the code { $place } gets access. Allow it only if you can see that code on a device of your own.
consent-place-computer = a program on this computer
consent-place-device = an app on this device
consent-pii = Personal data stays hidden from it.
consent-kind-account = It is connected for all of { $account }. Account admins can disconnect it at any time.
consent-kind-personal = It is connected for you alone, in { $account }. You can disconnect it at any time.
consent-kind-join = { $account } has connected it already; now it is about you.

consent-signed-in = Signed in as { $email }
consent-not-you = Not you?
consent-other-account = Another account
consent-cancel = Cancel
consent-allow = Allow
consent-back = Back to { $app }

choose-title = Choose an account
choose-what = The app gets access to the account that you choose, and to no other.
choose-legend = Your accounts

ask-title = Ask an admin to connect { $app }
ask-what = Only account admins can connect apps to { $account }. These people are asked:
ask-button = Ask an admin
ask-wants = What it asks for
asked-title = Your admins have been asked
asked-what = As soon as one of them has connected { $app } to { $account }, you can use it: go back to the app then, and connect again.
asked-mailbox = Read the mail on this server

closed-title = { $app } cannot be connected yet
closed-what = { $platform } has not reviewed it. Until then only the account that makes it may connect it.
no-account-title = You belong to no account
no-account-what = { $app } needs access to an account. Ask an account admin to add you, or sign in with another address.
no-account-suspended-title = Your account is suspended
no-account-suspended-what = { $app } needs access to an account, and { $platform } has suspended yours.
no-trial-title = This is not yours to try
no-trial-what = Only an admin of the account that owns { $app } can try it out.

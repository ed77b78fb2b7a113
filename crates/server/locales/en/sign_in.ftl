## Getting in and out.

sign-in-email = E-mail
sign-in-password = Password
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

login-title = Sign in
login-button = Sign in
login-wrong = That e-mail and password do not belong together. Check both, or choose a new password.
login-busy = Many people are signing in right now. Try again in a few seconds.
login-forgot = Forgot your password?
login-new = New here?

logout-title = Sign out?
logout-who = You are signed in as { $email }.
logout-stay = Stay signed in
flash-signed-out = You are signed out.

problem-start-again-title = Start again from the app
problem-start-again-advice = This page waited too long, or belongs to another browser. Nothing was changed. Go back to the app and connect again.

register-title = Create a developer account

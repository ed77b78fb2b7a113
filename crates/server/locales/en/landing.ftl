landing-title = { $platform } open platform
landing-what = Build an app on our API, and let our customers connect it.
landing-register = Register an app and get its client ID and secret in a minute.
landing-consent = Customers see what your app may do, and say yes or no.
landing-standards = OAuth 2.1 and OpenID Connect: the library that you know already works.
landing-customer = A customer? Sign in to see and disconnect the apps of your account.

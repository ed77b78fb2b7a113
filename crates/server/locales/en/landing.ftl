landing-title = { $platform } open platform
landing-what = Build an app on our API, and let our customers connect it.

connections-title = Connected apps
connections-add = Add a new app
connections-app = App
connections-access = Access
connections-used = Last used
connections-open = Details
connections-start = Open { $app }
connections-secrets = Secrets
connections-secret-count = { $count ->
    [0] No secret
    [one] 1 secret
   *[other] { $count } secrets
}
connections-permissions = { $count ->
    [0] No permissions
    [one] 1 permission
   *[other] { $count } permissions
}
connections-suspended = Suspended
connections-personal = Only for
connections-of-account = For the whole account
connections-store-apps = Store apps
connections-empty-title = No app is connected
connections-empty = Apps that you connect appear here, with what they may do and when they were last used. Connecting begins in the app itself.
connections-custom-apps = Custom apps
connections-custom-empty-title = No custom app yet
connections-custom-empty = A custom app is your own program: it works for this account only and needs nobody’s consent.
connections-wishes = Waiting for an admin
connections-wishes-how = To grant a wish, open the app yourself and connect it for this account.
connections-who = Asked by
connections-when = When
connections-dismiss = Dismiss
connections-publisher = Publisher
connections-made = Connected
connections-kind = Whose connection
connections-state = State
connections-may = What it may do
connections-about-you = What you allowed it yourself
connections-admins-end = Account admins can disconnect this app.
connections-disconnect = Disconnect
connections-disconnect-title = Disconnect this app?
connections-disconnect-reach = { $count ->
    [0] The app loses its access at once. Whatever it does for you stops working until somebody connects it again.
    [one] The app loses 1 permission at once. Whatever it does for you stops working until somebody connects it again.
   *[other] The app loses { $count } permissions at once. Whatever it does for you stops working until somebody connects it again.
}
connections-confirm-other = That is not the app’s name. Nothing was disconnected.

flash-disconnected = The app is disconnected.
flash-wish-dismissed = The wish is dismissed.

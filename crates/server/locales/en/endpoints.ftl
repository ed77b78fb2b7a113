## What people see of the protocol's endpoints.

form-post-title = Back to the app
form-post-what = You are sent back to the app. If nothing happens, go on by hand.
form-post-button = Continue

problem-request-refused-title = Something went wrong
problem-request-refused-advice = The app sent a request that we cannot process. Nothing was changed. Tell whoever makes the app: with the request id they find the exact reason under “Refused requests” in their dashboard.
# The description is a fixed English sentence of the protocol.
refused-detail = For the developer: { $description }

refused-suspended = { $app } is suspended.

end-session-title = Sign out?
end-session-asked = { $app } asks to sign you out of { $platform }.
end-session-by-hand = You are signed in to { $platform }.
end-session-asked-somebody = An app asks to sign you out of { $platform }.
end-session-leave = Sign out
end-session-stay = Stay signed in

held-title = The app’s request is not complete
held-what = Nothing was given to it. If you have just come from the app, you can go back: { $place } is told what is wrong.
# The description is a fixed English sentence of the protocol.
held-detail = For the developer: { $description }
held-button = Back to the app

registration-account = Self-registered apps
registration-unnamed = Unnamed program

## Apps that registered themselves, for operators

machine-apps-title = Self-registered apps
machine-apps-search = Name or client ID
machine-apps-app = App
machine-apps-origin = How it came here
machine-apps-used = Last used
machine-apps-decide = Suspend or delete
machine-apps-by-token = With an initial access token
machine-apps-open = By itself
machine-apps-by-document = Document at its client ID
machine-apps-unused = Nobody uses it
machine-apps-unused-chip = Unused
machine-apps-unused-count = { $count ->
    [0] Every app here is used.
    [one] Nobody uses one of these apps.
   *[other] Nobody uses { $count } of these apps.
}
machine-apps-tidy-keep = Apps that nobody has used for { $days } days are kept. To have them noted or removed, set registration.unused.
machine-apps-tidy-observe = An app that nobody has used for { $days } days, and that holds nothing that still works, is noted once in the trail of the account SELF. To have them removed, set registration.unused to “remove”.
machine-apps-tidy-remove = An app that nobody has used for { $days } days, and that holds nothing that still works, is removed within the hour.
machine-apps-none-title = No app here
machine-apps-none = Programs that register themselves, or describe themselves at their client ID, are listed here.
machine-apps-suspend = Suspend
machine-apps-resume = Resume
machine-apps-delete = Delete
machine-apps-delete-sure = Everything that was given to it ends at once. I want that.
machine-apps-delete-unsure = Nothing was deleted. Tick the box above the button first.
flash-machine-app-suspended = The app is suspended. Nothing of it works until you resume it.
flash-machine-app-resumed = The app works again.
flash-machine-app-deleted = The app is deleted.

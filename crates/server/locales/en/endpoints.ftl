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

webhook-title = Webhook
webhook-link = Webhook
webhook-lead = Your server is told when an account connects the app, allows it more, or disconnects it.
webhook-address = Address
webhook-address-what = Each event is a signed POST in JSON. An answer from 200 to 299 takes it; anything else is tried again for three days.
webhook-url = URL
webhook-url-help = https, reachable from the internet. Redirects are not followed.
webhook-save = Save
webhook-create = Create webhook
webhook-fault-empty = Enter the URL of your server.
webhook-active = Active
webhook-paused = Paused
webhook-gone = Gone
webhook-gone-what = The address answered 410: it is gone for good. Events wait. Set another address, then resume.
webhook-secret = Signing secret
webhook-secret-what = Verify webhook-signature with it before you trust an event (Standard Webhooks).
webhook-rotate = New secret
webhook-rotate-what = Events are signed with the new secret and, for 24 hours, with the present one too. Deploy the new one within that time.
webhook-former = The secret before signs too. It ends
webhook-former-end = End it now
webhook-secret-title = Signing secret created
webhook-secret-first = The webhook is set. Events are signed with this secret.
webhook-secret-next = Events are signed with this secret now, and for 24 hours with the one before too.
webhook-secret-again = You can make a new one at any time.
webhook-secret-stored = I have stored it
webhook-events = Events
webhook-waiting = { $count ->
    [0] Nothing waits to be sent.
    [one] 1 event waits to be sent.
   *[other] { $count } events wait to be sent.
}
webhook-test = Send a test
webhook-pause = Pause
webhook-resume = Resume
webhook-none-title = No events yet
webhook-none = What happens to connections from now on is listed here for 30 days. Send a test to see whether it arrives.
webhook-event = Event
webhook-event-id = Event ID
webhook-event-at = Happened
webhook-event-state = State
webhook-event-next = next try
webhook-event-due = Waiting
webhook-event-retried = Not taken yet
webhook-event-taken = Taken
webhook-event-given-up = Given up
webhook-replay = Send again
webhook-remove = Remove webhook
webhook-remove-what = Your server is told nothing any more.
webhook-remove-waiting = { $count ->
    [0] The list of events is deleted with it.
    [one] 1 event that waits is never sent. The list of events is deleted too.
   *[other] { $count } events that wait are never sent. The list of events is deleted too.
}
flash-webhook-set = The address is saved.
flash-webhook-secret-ended = The secret before signs no more.
flash-webhook-paused = The webhook is paused. Events wait.
flash-webhook-resumed = The webhook is active. What waited is sent now.
flash-webhook-tested = A test is on its way. Reload to see whether it was taken.
flash-webhook-removed = The webhook is removed.
flash-webhook-replayed = The event is on its way again.

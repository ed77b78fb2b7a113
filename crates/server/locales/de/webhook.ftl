webhook-title = Webhook
webhook-link = Webhook
webhook-lead = Ihr Server erfährt, wenn ein Konto die App verbindet, ihr mehr erlaubt oder sie trennt.
webhook-address = Adresse
webhook-address-what = Jedes Ereignis ist ein signierter POST in JSON. Eine Antwort von 200 bis 299 nimmt es an; sonst wird es drei Tage lang wieder versucht.
webhook-url = URL
webhook-url-help = https, aus dem Internet erreichbar. Weiterleitungen wird nicht gefolgt.
webhook-save = Speichern
webhook-create = Webhook anlegen
webhook-fault-empty = Geben Sie die URL Ihres Servers ein.
webhook-active = Aktiv
webhook-paused = Angehalten
webhook-gone = Weg
webhook-gone-what = Die Adresse hat mit 410 geantwortet: Es gibt sie nicht mehr. Ereignisse warten. Setzen Sie eine andere Adresse und machen Sie dann weiter.
webhook-secret = Signatur-Secret
webhook-secret-what = Prüfen Sie damit webhook-signature, bevor Sie einem Ereignis trauen (Standard Webhooks).
webhook-rotate = Neues Secret
webhook-rotate-what = Ereignisse werden mit dem neuen Secret signiert und 24 Stunden lang auch mit dem jetzigen. Führen Sie das neue in dieser Zeit ein.
webhook-former = Das vorige Secret signiert noch mit. Es endet
webhook-former-end = Jetzt beenden
webhook-secret-title = Signatur-Secret angelegt
webhook-secret-first = Der Webhook ist eingerichtet. Ereignisse werden mit diesem Secret signiert.
webhook-secret-next = Ereignisse werden jetzt mit diesem Secret signiert, 24 Stunden lang auch mit dem vorigen.
webhook-secret-again = Sie können jederzeit ein neues anlegen.
webhook-secret-stored = Ich habe es gespeichert
webhook-events = Ereignisse
webhook-waiting = { $count ->
    [0] Nichts wartet.
    [one] 1 Ereignis wartet.
   *[other] { $count } Ereignisse warten.
}
webhook-test = Test senden
webhook-pause = Anhalten
webhook-resume = Weitermachen
webhook-none-title = Noch keine Ereignisse
webhook-none = Was von jetzt an mit Verbindungen geschieht, steht hier 30 Tage lang. Senden Sie einen Test, um zu sehen, ob er ankommt.
webhook-event = Ereignis
webhook-event-id = Ereignis-ID
webhook-event-at = Geschehen
webhook-event-state = Stand
webhook-event-next = nächster Versuch
webhook-event-due = Wartet
webhook-event-retried = Noch nicht angenommen
webhook-event-taken = Angenommen
webhook-event-given-up = Aufgegeben
webhook-replay = Erneut senden
webhook-remove = Webhook entfernen
webhook-remove-what = Ihr Server erfährt nichts mehr.
webhook-remove-waiting = { $count ->
    [0] Die Liste der Ereignisse wird mit ihm gelöscht.
    [one] 1 wartendes Ereignis wird nie gesendet. Auch die Liste der Ereignisse wird gelöscht.
   *[other] { $count } wartende Ereignisse werden nie gesendet. Auch die Liste der Ereignisse wird gelöscht.
}
flash-webhook-set = Die Adresse ist gespeichert.
flash-webhook-secret-ended = Das vorige Secret signiert nicht mehr.
flash-webhook-paused = Der Webhook ist angehalten. Ereignisse warten.
flash-webhook-resumed = Der Webhook ist aktiv. Was gewartet hat, wird jetzt gesendet.
flash-webhook-tested = Ein Test ist unterwegs. Laden Sie die Seite neu, um zu sehen, ob er angenommen wurde.
flash-webhook-removed = Der Webhook ist entfernt.
flash-webhook-replayed = Das Ereignis ist wieder unterwegs.

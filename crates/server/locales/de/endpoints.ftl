## Was Menschen von den Endpunkten des Protokolls sehen.

form-post-title = Zurück zur App
form-post-what = Sie werden zur App zurückgeleitet. Wenn nichts geschieht, gehen Sie von Hand weiter.
form-post-button = Weiter

problem-request-refused-title = Etwas ist schiefgegangen
problem-request-refused-advice = Die App hat eine Anfrage geschickt, die wir nicht bearbeiten können. Nichts wurde geändert. Sagen Sie es denen, die die App machen: Mit der Anfrage-ID finden sie den genauen Grund in ihrer Übersicht unter „Abgelehnte Anfragen“.

refused-suspended = { $app } ist gesperrt.

end-session-title = Abmelden?
end-session-asked = { $app } bittet darum, Sie von { $platform } abzumelden.
end-session-by-hand = Sie sind bei { $platform } angemeldet.
end-session-asked-somebody = Eine App bittet darum, Sie von { $platform } abzumelden.
end-session-leave = Abmelden
end-session-stay = Angemeldet bleiben

held-title = Die Anfrage der App ist unvollständig
held-what = Sie hat nichts bekommen. Wenn Sie gerade von der App kommen, können Sie zurück: { $place } erfährt, was nicht stimmt.
# The description is a fixed English sentence of the protocol.
held-detail = Für Entwickler: { $description }
held-button = Zurück zur App

registration-account = Selbst registrierte Apps
registration-unnamed = Unbenanntes Programm

## Apps, die sich selbst registriert haben, für Betreiber

machine-apps-title = Selbst registrierte Apps
machine-apps-search = Name oder Client-ID
machine-apps-app = App
machine-apps-origin = Wie sie herkam
machine-apps-used = Zuletzt benutzt
machine-apps-decide = Sperren oder löschen
machine-apps-by-token = Mit einem Registrierungs-Token
machine-apps-open = Von selbst
machine-apps-by-document = Dokument an ihrer Client-ID
machine-apps-unused = Niemand benutzt sie
machine-apps-unused-chip = Unbenutzt
machine-apps-unused-count = { $count ->
    [0] Jede App hier wird benutzt.
    [one] Eine dieser Apps benutzt niemand.
   *[other] { $count } dieser Apps benutzt niemand.
}
machine-apps-tidy-keep = Apps, die seit { $days } Tagen niemand benutzt hat, bleiben. Sollen sie vermerkt oder entfernt werden, setzen Sie registration.unused.
machine-apps-tidy-observe = Eine App, die seit { $days } Tagen niemand benutzt hat und bei der nichts mehr gültig ist, wird einmal im Protokoll des Kontos SELF vermerkt. Sollen solche Apps entfernt werden, setzen Sie registration.unused auf „remove“.
machine-apps-tidy-remove = Eine App, die seit { $days } Tagen niemand benutzt hat und bei der nichts mehr gültig ist, wird binnen einer Stunde entfernt.
machine-apps-none-title = Keine App
machine-apps-none = Hier stehen Programme, die sich selbst registrieren oder an ihrer Client-ID beschreiben.
machine-apps-suspend = Sperren
machine-apps-resume = Freigeben
machine-apps-delete = Löschen
machine-apps-delete-sure = Alles, was sie bekommen hat, endet sofort. Das will ich.
machine-apps-delete-unsure = Es wurde nichts gelöscht. Setzen Sie zuerst den Haken über der Schaltfläche.
flash-machine-app-suspended = Die App ist gesperrt. Nichts von ihr funktioniert, bis Sie sie freigeben.
flash-machine-app-resumed = Die App funktioniert wieder.
flash-machine-app-deleted = Die App ist gelöscht.

## Der Rahmen jeder Seite, und die Teile, aus denen Seiten bestehen.

layout-skip = Zum Inhalt
layout-home = Start
layout-menu = Menü
layout-close-menu = Menü schließen
layout-close = Schließen
layout-nav = Hauptmenü
layout-apps = Apps
layout-store-apps = Meine Store-Apps
layout-connected-apps = Verbundene Apps
layout-account = Konto
layout-members = Mitglieder
layout-audit = Protokoll
layout-settings = Einstellungen
layout-operator = Betreiber
layout-operator-accounts = Konten
layout-operator-machine-apps = Selbst registrierte Apps
layout-operator-scopes = Scopes
layout-switch-account = Konto wechseln
layout-account-kind-operator = Betreiber
layout-account-kind-developer = Entwickler
layout-account-kind-customer = Kunde
layout-no-account = Kein Konto
layout-your-account = Sie
layout-profile = Ihr Profil
layout-sign-out = Abmelden
layout-shortcuts = Tastenkürzel
layout-shortcut-search = Auf dieser Seite suchen
layout-shortcut-create = Anlegen
layout-shortcut-apps = Zu „Meine Store-Apps“
layout-shortcut-connected = Zu „Verbundene Apps“
layout-shortcut-review = Zur Prüfung
layout-shortcut-next = Nächste, vorige Einreichung
layout-shortcut-save = Speichern
layout-shortcut-help = Diese Tastenkürzel zeigen
layout-shortcut-close = Schließen, was zuoberst offen ist
layout-shortcut-then = dann
layout-powered = Läuft auf Grantry
layout-request = Anfrage { $id }

## Worte des Skripts.
layout-said-copied = Kopiert
layout-said-copy-failed = Das Kopieren hat nicht geklappt. Markieren Sie den Text und kopieren Sie ihn selbst.
layout-said-checking = Wird geprüft …
layout-said-check-failed = Die Prüfung war nicht möglich. Speichern können Sie trotzdem.
layout-said-secret = Das Secret ist nur jetzt zu sehen. Schließen, ohne es aufzubewahren?
# "0" is replaced by the number.
layout-said-shown = 0 angezeigt

## Teile
part-optional = freiwillig
part-required = nötig
part-faults = { $count ->
    [one] Eine Angabe stimmt noch nicht
   *[other] { $count } Angaben stimmen noch nicht
}
part-copy = Kopieren
part-copy-what = { $what } kopieren
part-add-uri = Weitere hinzufügen
part-paste-uris = Fügen Sie mehrere Zeilen auf einmal ein, um alle hinzuzufügen
part-remove = Entfernen
part-remove-what = { $what } entfernen
part-uri-row = { $label } { $number }
part-search-scopes = Scopes suchen
part-select-all = Alle wählen
part-select-all-of = Alle von { $group } wählen
part-scopes-chosen = { $count ->
    [0] Keiner gewählt
    [one] 1 gewählt
   *[other] { $count } gewählt
}
# "0" is replaced by the number while boxes are ticked.
part-scopes-many = 0 gewählt
part-sensitive = Sensibel
part-no-scope-found = Kein Scope passt. Versuchen Sie ein anderes Wort.
part-load-more = Mehr laden
part-breadcrumbs = Sie sind hier
part-steps = Schritte
part-step-done = erledigt
part-danger-type = Tippen Sie zur Bestätigung „{ $name }“
part-cancel = Abbrechen
part-stored = Ich habe es sicher aufbewahrt
part-download-env = .env herunterladen
part-client-id = Client-ID
part-client-secret = Client-Secret
part-more = Mehr
part-new-tab = öffnet sich in einem neuen Tab
part-continue-to = weiter zu
part-privacy = Datenschutz
part-terms = Bedingungen
part-nothing-asked = Nichts weiter, als zu wissen, wer Sie sind

moment-now = gerade eben
moment-soon = gleich
moment-minutes-ago = { $count ->
    [one] vor 1 Minute
   *[other] vor { $count } Minuten
}
moment-in-minutes = { $count ->
    [one] in 1 Minute
   *[other] in { $count } Minuten
}
moment-hours-ago = { $count ->
    [one] vor 1 Stunde
   *[other] vor { $count } Stunden
}
moment-in-hours = { $count ->
    [one] in 1 Stunde
   *[other] in { $count } Stunden
}
moment-days-ago = { $count ->
    [one] gestern
   *[other] vor { $count } Tagen
}
moment-in-days = { $count ->
    [one] morgen
   *[other] in { $count } Tagen
}

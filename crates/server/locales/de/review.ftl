## Die Genehmigung von Apps: was Entwickler und Prüfer lesen.

## Stände
review-state-submitted = Eingereicht
review-state-in-review = In Prüfung
review-state-changes-requested = Änderungen verlangt
review-state-approved = Genehmigt
review-state-rejected = Abgelehnt
review-state-withdrawn = Zurückgezogen
review-number = Einreichung { $number }
review-somebody = Jemand, der nicht mehr da ist
review-command = Kommandozeile
review-side-developer = Entwickler
review-side-reviewer = Prüfer
review-internal = Nur für Prüfer
review-new = Neu
review-verdict-pass = Bestanden
review-verdict-warn = Ansehen
review-verdict-fail = Schlägt fehl
review-change-added = Hinzugefügt
review-change-removed = Entfernt

## Warum nichts geändert wurde
review-refused-own-app = Diese App ist Ihre oder die Ihres Kontos; deshalb entscheidet jemand anderes darüber.
review-refused-not-reviewable = Geprüft werden nur Store-Apps, die jemand registriert hat. Eigene Apps sind für Ihr Konto und brauchen keine Genehmigung.
review-refused-nothing = Alles, was Sie wollen, gilt und ist genehmigt. Ändern Sie zuerst die App; was dann wartet, kann hier eingereicht werden.
review-refused-already = Diese App ist schon eingereicht. Ziehen Sie die Einreichung zurück, um zu ändern, was sie verlangt.
review-refused-closed = Diese Einreichung wartet nicht mehr: über sie wurde inzwischen entschieden, oder sie wurde zurückgezogen.
review-refused-changed = Die App wurde inzwischen geändert. Sehen Sie sie noch einmal an, dann entscheiden Sie.
review-refused-taken = Jemand anderes ist an dieser Einreichung, oder niemand. Öffnen Sie sie noch einmal, um zu sehen, wer.
review-refused-checks = Eine Prüfung schlägt fehl. Bringen Sie in Ordnung, was sie nennt, und prüfen Sie noch einmal.
review-fault-long = Dieser Text ist zu lang. Höchstens 4.000 Zeichen.
review-fault-empty = Schreiben Sie zuerst etwas.
review-fault-reason = Sagen Sie, warum: wählen Sie einen üblichen Grund, oder schreiben Sie es selbst.
review-fault-field = Ein Feld { $value } gibt es nicht. Wählen Sie eines aus der Liste.
review-fault-many = Zu dieser Einreichung gibt es schon { $limit } Kommentare. Entscheiden Sie, oder sprechen Sie anderswo weiter.

## Was da sein muss
review-list-title = Was da sein muss
review-list-lead = Niemand muss eine App ansehen, bevor sie all das hat.
review-item-done = Da
review-item-missing = Fehlt
review-item-logo-url = Ein Logo
review-item-policy-uri = Eine Datenschutzerklärung
review-item-tos-uri = Nutzungsbedingungen
review-item-redirect-uri = Eine https-Redirect-URI
review-item-note = Eine Notiz, die sagt, wozu sensible Scopes gebraucht werden
review-missing-logo_url = Die App hat kein Logo. Fügen Sie eines im Formular der App hinzu.
review-missing-policy_uri = Die App nennt keine Datenschutzerklärung. Fügen Sie den Link im Formular der App hinzu.
review-missing-tos_uri = Die App nennt keine Nutzungsbedingungen. Fügen Sie den Link im Formular der App hinzu.
review-missing-redirect_uri = Die App hat keine https-Redirect-URI. Fügen Sie eine im Formular der App hinzu.
review-missing-note = Die App verlangt sensible Scopes. Sagen Sie in der Notiz, wozu sie sie braucht.

## Prüfungen
review-checks-title = Prüfungen
review-checks-lead = Was der Server selbst herausfindet. Bringen Sie in Ordnung, was fehlschlägt; das Übrige sehen sich die Prüfer an.
review-check-now = Noch einmal prüfen
review-check-redirect = Redirect-URI
review-check-redirect-reachable = Kann über https mit gültigem Zertifikat aufgerufen werden (Status { $status }).
review-check-redirect-redirects = Leitet weiter (Status { $status }). Ein Code würde von hier weitergeschickt; registrieren Sie die Zieladresse, wenn es geht.
review-check-redirect-server-error = Antwortet mit einem eigenen Fehler (Status { $status }).
review-check-redirect-timeout = Antwortet nicht rechtzeitig.
review-check-redirect-bad-certificate = Das Zertifikat gilt nicht für diesen Host.
review-check-redirect-no-answer = Verweigert die Verbindung oder bricht sie ab.
review-check-redirect-not-public = Ist nicht öffentlich erreichbar.
review-check-callable = Mindestens eine kann aufgerufen werden
review-check-callable-one = { $uri } kann es.
review-check-callable-none = Keine der https-Redirect-URIs kann aufgerufen werden; niemand könnte das Verbinden abschließen.
review-check-policy = Datenschutzerklärung
review-check-policy-reachable = Es gibt eine Seite (Status { $status }).
review-check-policy-no-page = Es gibt keine Seite (Status { $status }).
review-check-policy-bad-certificate = Das Zertifikat gilt nicht für diesen Host.
review-check-policy-server-error = Der Server antwortet mit einem Fehler (Status { $status }).
review-check-policy-timeout = Der Server antwortet nicht rechtzeitig.
review-check-policy-no-answer = Der Server verweigert die Verbindung oder bricht sie ab.
review-check-policy-not-public = Die Adresse ist nicht öffentlich erreichbar.
review-check-terms = Nutzungsbedingungen
review-check-terms-reachable = Es gibt eine Seite (Status { $status }).
review-check-terms-no-page = Es gibt keine Seite (Status { $status }).
review-check-terms-bad-certificate = Das Zertifikat gilt nicht für diesen Host.
review-check-terms-server-error = Der Server antwortet mit einem Fehler (Status { $status }).
review-check-terms-timeout = Der Server antwortet nicht rechtzeitig.
review-check-terms-no-answer = Der Server verweigert die Verbindung oder bricht sie ab.
review-check-terms-not-public = Die Adresse ist nicht öffentlich erreichbar.
review-check-logo = Logo
review-check-logo-none = Es gibt kein Logo.
review-check-logo-small = { $width } × { $height } Pixel sind wenig. Nehmen Sie auf der längeren Seite 128 oder mehr.
review-check-logo-not-square = { $width } × { $height } Pixel sind weit von einem Quadrat; in Listen sieht man wenig davon.
review-check-logo-good = { $width } × { $height } Pixel.
review-check-contrast = Kontrast des Logos
review-check-contrast-both = Hebt sich von hellem und von dunklem Grund ab.
review-check-contrast-light = Ist auf hellem Grund kaum zu sehen.
review-check-contrast-dark = Ist auf dunklem Grund kaum zu sehen.
review-check-contrast-neither = Ist auf keinem Grund zu sehen.
review-check-name = Name
review-check-name-own = Sieht aus wie keiner der { $count } Namen genehmigter Apps.
review-check-name-same = Sieht genauso aus wie { $other } ({ $client_id }) von { $publisher }, eine genehmigte App.
review-check-name-near = Ist fast { $other } ({ $client_id }) von { $publisher }, eine genehmigte App.
review-check-name-platform = Enthält { $platform }, als hätte die Plattform selbst sie gemacht.
review-check-flow = Einmal verbunden
review-check-flow-seen = Zuletzt wurde am { $at } ein Code gegen Tokens getauscht.
review-check-flow-never = In letzter Zeit wurde kein Code gegen Tokens getauscht. Verbinden Sie die App, oder nutzen Sie „Ausprobieren“ auf ihrer Seite.
review-check-refresh = Funktioniert nach einer Stunde
review-check-refresh-seen = Zuletzt bekam sie am { $at } neue Tokens mit ihrem Refresh-Token.
review-check-refresh-never = Sie hat noch nie ein Refresh-Token benutzt. Ohne das hört sie nach einer Stunde auf.
review-check-reconnect = Getrennt und wieder verbunden
review-check-reconnect-seen = Zuletzt verband ein Konto sie am { $at } wieder.
review-check-reconnect-never = Noch kein Konto hat sie getrennt und wieder verbunden. Versuchen Sie es mit Ihrem eigenen.
review-check-scopes = Gebrauch der Scopes
review-check-scopes-used = Jeden Scope hat ihr irgendein Konto gegeben.
review-check-scopes-unused = Kein Konto gab ihr je: { $scopes }. Verlangen Sie nur, was die App braucht.
review-check-sensitive = Sensible Scopes
review-check-sensitive-none = Sie verlangt keine, die nicht schon genehmigt sind.
review-check-sensitive-some = Neu und sensibel: { $scopes }. Die Notiz sollte sagen, wozu.

## Einreichen
review-submit-title = Genehmigung
review-submit-first = Mit der Genehmigung sagt die Zustimmungsseite, dass Ihre App geprüft ist, und sie kann im Store erscheinen. Bis dahin funktioniert Ihre App, wie sie ist.
review-submit-more = Was Sie seit der letzten Genehmigung geändert haben, wartet hier. Bis dahin läuft Ihre App, wie sie genehmigt wurde.
review-submit-lead = Einreichen friert diese Version ein. Entfernen können Sie weiterhin, und zurückziehen jederzeit.
review-note = Notiz an die Prüfer
review-note-help = Was die App tut, wie man sie ausprobiert, und wozu sie braucht, was sie verlangt.
review-answer-title = Antworten
review-answer-lead = Die Prüfer bekommen eine E-Mail.
review-about = Worüber
review-about-all = Die ganze App
review-text = Text
review-say = Senden
review-rounds-title = Andere Einreichungen dieser App
review-fields-title = Was sich ändern würde
review-fields-first = Was die App ist
review-fields-none = Nichts würde sich ändern.
review-fields-same = { $count ->
    [one] Ein Feld bleibt, wie es ist
   *[other] { $count } Felder bleiben, wie sie sind
}
review-col-field = Feld
review-col-values = Gültig und eingereicht

## Der Schreibtisch
layout-review = Prüfung
review-queue-title = Prüfung
review-waiting = { $count ->
    [0] Nichts wartet.
    [one] Eine Einreichung wartet.
   *[other] { $count } Einreichungen warten.
}
review-oldest = Die älteste kam
review-took = In den letzten 90 Tagen kam die Hälfte aller Entscheidungen innerhalb von { $median }, neun von zehn innerhalb von { $slow }.
review-minutes = { $count ->
    [one] 1 Minute
   *[other] { $count } Minuten
}
review-hours = { $count ->
    [one] 1 Stunde
   *[other] { $count } Stunden
}
review-days = { $count ->
    [one] 1 Tag
   *[other] { $count } Tagen
}
review-filters = Welche Einreichungen
review-which-open = Wartende
review-which-free = Ohne Prüfer
review-which-mine = Meine
review-which-old = Älter als drei Tage
review-which-decided = Entschiedene
review-which-all = Alle
review-search = Name, Client-ID oder Herausgeber
review-col-app = App
review-col-state = Stand
review-col-reviewer = Prüfer
review-col-since = Eingereicht
review-col-publisher = Herausgeber
review-nobody = Noch niemand
review-old = Wartet lange
review-none = Nichts wartet
review-none-text = Hier erscheinen die Einreichungen der Entwickler. Prüfer bekommen zu jeder eine E-Mail.
review-none-filtered = Nichts gefunden
review-none-filtered-text = Keine Einreichung passt. Sehen Sie stattdessen alle an, die warten.
review-show-title = { $name }, Einreichung { $number }
review-previous = Vorige
review-next = Nächste
review-assign = Mir zuweisen
review-release = In die Warteschlange zurückgeben
review-take-over = Übernehmen
review-yours = Sie sind an dieser Einreichung. Andere sehen das und überlassen sie Ihnen.
review-on-it = { $name } ist an dieser Einreichung. Übernehmen Sie sie nur, wenn Sie sich darüber einig sind.
review-submitted-by = Eingereicht von
review-compared = Verglichen
review-compared-none = Version { $version }: die erste Genehmigung, also ist alles neu
review-compared-with = Version { $version } mit der gültigen Version { $base }
review-own-platform = Eine App der Plattform selbst: es entscheidet jemand anderes, als wer sie einreichte.
review-since-title = Seit Sie zuletzt hier waren
review-since-lead = Das hat der Entwickler inzwischen herausgenommen.
review-talk-title = Kommentare
review-talk-none = Noch hat niemand etwas gesagt.
review-comment = Kommentieren
review-say-developer = An den Entwickler senden
review-say-internal = Notiz für Prüfer
review-decide-title = Entscheiden
review-decide-lead = Ihre Entscheidung betrifft genau das, was diese Seite zeigt. Die Admins des Kontos bekommen eine E-Mail.
review-decision = Entscheidung
review-template = Üblicher Grund
review-template-help = Der Entwickler liest ihn in seiner eigenen Sprache.
review-template-none = Keiner
review-template-scopes = Die App verlangt mehr, als sie braucht. Nehmen Sie heraus, worauf sie verzichten kann, oder sagen Sie, wozu jeder Scope dient.
review-template-redirect = Eine Redirect-URI funktioniert nicht oder gehört Ihnen nicht. Jede Adresse muss Ihnen gehören und über https antworten.
review-template-name = Der Name könnte in die Irre führen: er sieht aus wie der einer anderen App oder wie der der Plattform. Wählen Sie einen anderen.
review-template-logo = Das Logo fehlt, ist unklar oder gehört jemand anderem. Nehmen Sie ein eigenes mit mindestens 128 Pixeln, das auf hellem und dunklem Grund zu sehen ist.
review-template-privacy = Datenschutzerklärung oder Nutzungsbedingungen fehlen oder sagen nicht, was die App mit den Daten tut.
review-template-flow = Das Verbinden hat bei uns nicht funktioniert. Gehen Sie es selbst noch einmal durch, auch mit Trennen und Wiederverbinden.
review-reason = Eigene Worte
review-reason-help = Geht Wort für Wort an den Entwickler. Nötig, um Änderungen zu verlangen oder abzulehnen, wenn kein üblicher Grund alles sagt.
review-despite = Genehmigen, obwohl eine Prüfung fehlschlägt
review-request-changes = Änderungen verlangen
review-reject = Ablehnen
review-approve = Genehmigen
review-record = Protokoll
review-record-title = Protokoll der Einreichung { $number }
review-record-number = Einreichung { $number }

flash-app-submitted = Eingereicht. Die Prüfer haben eine E-Mail; Sie bekommen eine, wenn sie etwas sagen oder entscheiden.
flash-app-withdrawn = Zurückgezogen. Nichts davon wird gültig.
flash-review-assigned = Sie sind daran.
flash-review-released = Sie ist wieder in der Warteschlange.
flash-review-commented = Gesendet.
flash-review-checked = Geprüft.
flash-review-approved = Genehmigt. Die Version gilt.
flash-review-changes = Änderungen sind verlangt. Der Entwickler hat eine E-Mail.
flash-review-rejected = Abgelehnt. Der Entwickler hat eine E-Mail.

## Felder
review-field-name = Name
review-field-logo = Logo
review-field-redirect-uris = Redirect-URIs
review-field-scopes = Scopes
review-field-client-type = Client-Art
review-field-profile = Sicherheitsprofil
review-field-auth-method = Client-Authentifizierung
review-field-auth-alg = Algorithmus seiner Client-Assertions
review-field-default-max-age = Älteste Anmeldung, die sie annimmt, in Sekunden
review-field-require-pkce = PKCE verlangt
review-field-require-par = Eingereichte Anfragen (PAR) verlangt
review-field-dpop-bound = Tokens immer an einen Schlüssel gebunden
review-field-pii-mode = Personenbezogene Daten
review-field-device-grant = Geräte ohne Browser
review-field-token-exchange = Token-Tausch
review-field-post-logout-uris = Adressen nach dem Abmelden
review-field-cors-origins = CORS-Ursprünge
review-field-request-uris = Request-URIs
review-field-request-object-alg = Signatur von Request-Objekten
review-field-initiate-login-uri = Wo eine Anmeldung beginnt
review-field-backchannel-logout-uri = Wo sie von Abmeldungen erfährt
review-field-policy-uri = Datenschutzerklärung
review-field-tos-uri = Nutzungsbedingungen
review-field-subject-type = Kennungen von Personen
review-field-sector-identifier-uri = Sektorliste
review-field-keys = Öffentliche Schlüssel
review-field-id-token-alg = Algorithmus der ID-Tokens
review-field-userinfo-alg = Algorithmus von Userinfo

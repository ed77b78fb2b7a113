## Was an einem Feld nicht stimmt: was geschehen ist, dann was zu tun ist.
apps-fault-try = { $proposal } versuchen
apps-fault-choice = „{ $value }“ steht nicht zur Wahl. Nehmen Sie eines von: { $allowed }.
apps-fault-code-empty = Geben Sie der App einen Client-Code wie MYAPP. Er wird Teil der Client-ID.
apps-fault-code-length = Der Client-Code ist zu lang. Höchstens 30 Zeichen.
apps-fault-code-characters = „{ $value }“ kann kein Client-Code sein. Beginnen Sie mit einem Buchstaben, danach nur Buchstaben, Ziffern und Unterstriche.
apps-fault-code-taken = Der Client-Code { $value } wurde schon für eine App dieses Kontos benutzt; ein Code wird nie wieder benutzt, auch nicht, wenn seine App gelöscht ist. Wählen Sie einen anderen.
apps-fault-text-empty = Geben Sie einen Namen ein.
apps-fault-description-empty = Geben Sie eine Beschreibung ein.
apps-fault-text-too-long = Das ist zu lang. Höchstens { $limit } Zeichen.
apps-fault-text-control = In diesem Text steht ein Zeilenumbruch oder ein anderes Steuerzeichen. Entfernen Sie es.
apps-fault-text-hidden = In diesem Text steht ein unsichtbares Zeichen, oder eines, das die Schreibrichtung ändert. Tippen Sie den Text neu, statt ihn einzufügen.
apps-fault-text-marks = Ein Buchstabe trägt zu viele Zeichen. Entfernen Sie einige.
apps-fault-custom-public = Eine Custom-App läuft auf einem Server und hat ein Secret. Für ein Programm auf den Geräten anderer registrieren Sie eine Store-App.
apps-fault-custom-only-code = Eine Custom-App sieht nie einen Browser, deshalb hat sie keine Adressen. Lassen Sie das leer, oder registrieren Sie eine Store-App.
apps-fault-custom-device = Eine Custom-App spricht für sich selbst und braucht niemandes Ja. Registrieren Sie für Geräte eine Store-App.
apps-fault-public-exchange = Nur eine App, die ein Secret hat, darf Tokens tauschen. Wählen Sie den Client-Typ Vertraulich, oder nehmen Sie den Haken weg.
apps-fault-pkce = Nur Apps mit dem Profil Kompatibel dürfen ohne PKCE auskommen. Setzen Sie den Haken, oder wählen Sie dieses Profil.
apps-fault-keys-none = Eine App, die sich mit Schlüsseln ausweist oder ihre Anfragen signiert, braucht öffentliche Schlüssel. Fügen Sie sie als JWK-Set ein, oder geben Sie die Adresse an, unter der sie liegen.
apps-fault-keys-both = Geben Sie die Schlüssel selbst oder ihre Adresse an, nicht beides: zwei Stellen können einander widersprechen.
apps-fault-jwks-malformed = Das ist kein JWK-Set. Es ist ein JSON-Objekt mit einer Liste namens „keys“.
apps-fault-jwks-private = Dieses Set enthält einen privaten oder geheimen Schlüssel, der Ihre App nie verlassen darf. Erzeugen Sie einen neuen, und fügen Sie nur seinen öffentlichen Teil ein.
apps-fault-jwks-empty = Mit keinem Schlüssel dieses Sets lässt sich hier eine Signatur prüfen. Verwenden Sie EC-Schlüssel auf P-256, RSA-Schlüssel ab 2.048 Bit oder Ed25519-Schlüssel.
apps-fault-jwks-too-many = Dieses Set hat mehr als 20 Schlüssel. Behalten Sie die, die in Gebrauch sind.
apps-fault-fapi-public = Das Profil FAPI 2.0 ist nur für vertrauliche Apps. Wählen Sie ein anderes Profil oder die Art Vertraulich.
apps-fault-fapi-secret = Apps mit dem Profil FAPI 2.0 weisen sich mit Schlüsseln aus, nicht mit einem Secret. Wählen Sie Mit Schlüssel signiert, und geben Sie die öffentlichen Schlüssel an.
apps-fault-fapi-alg = Das Profil FAPI 2.0 lässt { $value } nicht zu. Verwenden Sie eines von: { $allowed }.
apps-fault-fapi-unsigned = Mit dem Profil FAPI 2.0 müssen Anfrageobjekte signiert sein. Wählen Sie einen Algorithmus.
apps-fault-fapi-redirect = { $value } muss https verwenden: das Profil FAPI 2.0 nimmt nichts anderes an.
apps-fault-uri-none = Fügen Sie mindestens eine Redirect-URI hinzu: Wohin soll der Browser gehen, wenn der Zugriff gewährt ist?
apps-fault-uri-many = Das sind mehr als { $limit } Adressen. Ein Callback mit dem Parameter state genügt für alle Kunden.
apps-fault-uri-twice = { $value } steht schon in der Liste. Entfernen Sie eine der beiden.
apps-fault-uri-empty = Tippen Sie eine Adresse, oder lassen Sie das Feld weg.
apps-fault-uri-too-long = Diese Adresse ist zu lang. Höchstens 2.048 Zeichen.
apps-fault-uri-characters = { $value } enthält ein Zeichen, das in Adressen nicht stehen kann. Kodieren Sie es, oder lassen Sie es weg.
apps-fault-uri-not-absolute = { $value } ist keine vollständige Adresse. Sie muss mit https:// beginnen und einen Host nennen.
apps-fault-uri-fragment = { $value } hat ein Fragment, den Teil hinter „#“. Entfernen Sie es: Server sehen es nie.
apps-fault-uri-user-info = { $value } nennt vor dem Host einen Benutzer. Entfernen Sie den Teil bis „@“.
apps-fault-uri-wildcard = { $value } enthält einen Platzhalter. Registrieren Sie jede Adresse genau so, wie sie benutzt wird.
apps-fault-uri-not-https = { $value } muss https benutzen. Nur http://localhost, http://127.0.0.1 und http://[::1] kommen ohne aus, als Redirect-URIs von Programmen auf dem eigenen Gerät.
apps-fault-uri-dangerous-scheme = { $value } würde Code ausführen oder Dateien öffnen, statt Ihre App zu rufen. Nehmen Sie eine Adresse, die mit https:// beginnt.
apps-fault-uri-private-scheme = { $value } hat ein eigenes Schema. Nur öffentliche Apps dürfen das, und es muss ein umgedrehter Domainname sein, wie com.example.app:/callback.
apps-fault-uri-ip-literal = { $value } nennt eine IP-Adresse. Nehmen Sie einen Hostnamen.
apps-fault-uri-dot-segments = { $value } enthält „.“ oder „..“ im Pfad. Schreiben Sie den Pfad aus.
apps-fault-uri-not-normal = { $value } ist nicht so geschrieben, wie Browser es senden, und würde deshalb nie übereinstimmen.
apps-fault-url = { $value } ist für andere nicht erreichbar. Verwenden Sie eine Adresse, die mit https:// beginnt und einen öffentlichen Host nennt.
apps-fault-scope-unknown = Den Scope { $value } gibt es nicht. Entfernen Sie ihn, oder prüfen Sie die Schreibweise.
apps-fault-scope-unknown-more = Den Scope { $value } und { $more } weitere gibt es nicht. Entfernen Sie sie, oder prüfen Sie die Schreibweise.
apps-fault-scope-closed = Den Scope { $value } kann diese App nicht bekommen. Entfernen Sie ihn.
apps-fault-scope-closed-more = Den Scope { $value } und { $more } weitere kann diese App nicht bekommen. Entfernen Sie sie.
apps-fault-secret-public = Eine öffentliche App kann kein Geheimnis bewahren, deshalb hat sie kein Secret.
apps-fault-expires = „{ $value }“ ist kein Tag. Schreiben Sie ihn wie 2027-01-31, oder lassen Sie das Feld leer.
apps-fault-expired = { $value } liegt in der Vergangenheit. Wählen Sie einen späteren Tag, oder lassen Sie das Feld leer.
apps-fault-logo-not-public = Wir konnten { $value } nicht erreichen: Die Adresse ist nicht öffentlich. Nehmen Sie eine öffentliche https-Adresse.
apps-fault-logo-slow = { $value } hat zu lange gebraucht. Versuchen Sie es noch einmal, oder nehmen Sie eine andere Adresse.
apps-fault-logo-certificate = { $value } hat ein Zertifikat, das für den Host nicht gilt. Erneuern Sie es, oder nehmen Sie eine andere Adresse.
apps-fault-logo-no-answer = { $value } hat die Verbindung abgelehnt oder abgebrochen. Prüfen Sie die Adresse.
apps-fault-logo-heavy = Die Datei unter { $value } ist größer als { $size }. Nehmen Sie eine kleinere.
apps-fault-logo-moved = { $value } leitet weiter. Nehmen Sie die Adresse, zu der sie führt.
apps-fault-logo-status = { $value } hat mit Status { $status } statt mit einem Bild geantwortet. Prüfen Sie die Adresse.
apps-fault-logo-format = Die Datei unter { $value } ist kein PNG-, JPEG- oder WebP-Bild. SVG und HTML nehmen wir nicht an. Nehmen Sie eines der drei.
apps-fault-logo-large = Das Bild unter { $value } hat mehr als { $largest } Pixel auf einer Seite. Nehmen Sie ein kleineres.
apps-fault-logo-broken = Das Bild unter { $value } ist beschädigt. Speichern Sie es neu, oder nehmen Sie ein anderes.

## Ob eine Redirect-URI aufgerufen werden kann.
apps-verdict-reachable = Erreichbar (Status { $status })
apps-verdict-redirects-elsewhere = Leitet weiter (Status { $status }). Registrieren Sie die Adresse, zu der sie führt, wenn Ihre App das nicht braucht.
apps-verdict-server-error = Antwortet mit einem Fehler (Status { $status }). Sehen Sie in das Log Ihres Servers.
apps-verdict-timeout = Hat nicht rechtzeitig geantwortet. Prüfen Sie, ob Ihr Server läuft.
apps-verdict-bad-certificate = Das Zertifikat gilt für diesen Host nicht. Erneuern Sie es.
apps-verdict-no-answer = Die Verbindung wurde abgelehnt oder abgebrochen. Prüfen Sie, ob Ihr Server läuft.
apps-verdict-not-publicly-reachable = Nicht öffentlich erreichbar. Prüfen Sie den Hostnamen, oder machen Sie den Host öffentlich.
apps-verdict-not-probed = Nur auf dem Gerät der Benutzer, deshalb können wir sie nicht aufrufen.

apps-secret-first = Erstes Secret

## Warum nichts geändert wurde.
apps-refused-full = Die Grenze von { $limit } ist erreicht. Löschen Sie, was nicht mehr gebraucht wird, oder bitten Sie die Plattform, sie zu erhöhen.
apps-refused-changed = Jemand anderes hat diese App gespeichert, seit Sie das Formular geöffnet haben. Was Sie getippt haben, ist noch da; sehen Sie es noch einmal an und speichern Sie.
apps-refused-last-secret = Das ist das letzte Secret, das gilt. Fügen Sie zuerst ein anderes hinzu, oder bestätigen Sie, dass die App ohne sein darf.
apps-refused-already-created = Dieses Secret ist schon angelegt und wurde damals gezeigt. Wenn Sie es nicht aufbewahrt haben, fügen Sie ein anderes hinzu und widerrufen Sie dieses.
apps-fault-self-registered = Diese App hat sich selbst registriert und kann sich jederzeit anders beschreiben; deshalb kann niemand für sie bürgen. Registrieren Sie sie stattdessen als Store-App.
apps-refused-other-state = Nur eine genehmigte App kann veröffentlicht werden. Genehmigen Sie sie zuerst.
apps-refused-under-review = Diese Version wird gerade geprüft und verlangt weniger, als Sie getippt haben. Entfernen können Sie; um etwas hinzuzufügen, ziehen Sie zuerst die Einreichung zurück.
apps-refused-too-many = Wir haben für dieses Konto gerade viele Prüfungen gemacht. Warten Sie ein paar Minuten, und versuchen Sie es noch einmal.
apps-fault-confirm = Tippen Sie den Namen genau so: { $name }

flash-app-saved = Gespeichert. Ihre Änderungen gelten.
flash-app-saved-part = Gespeichert. Was Sie entfernt haben, ist sofort weg; was Sie hinzugefügt haben, wartet auf Genehmigung.
flash-app-drafted = Als Entwurf gespeichert. Ihre App läuft wie bisher, bis die Änderung genehmigt ist.
flash-app-undrafted = Gespeichert. Nichts wartet mehr auf Genehmigung.
flash-draft-discarded = Der Entwurf ist verworfen. Ihre App läuft wie bisher.
flash-app-unchanged = Nichts war geändert, also war nichts zu speichern.
flash-app-made-before = Diese App ist schon gespeichert; nichts wurde doppelt angelegt. Wenn Sie das Secret verloren haben, fügen Sie unten ein weiteres hinzu.
flash-app-registered = Ihre App ist registriert. Ihre Client-ID steht unten.
flash-app-deleted = Die App ist gelöscht. Nichts von ihr funktioniert mehr.
flash-app-checked = Wir haben jede Redirect-URI aufgerufen. Die Antworten stehen unten.
flash-secret-revoked = Das Secret ist widerrufen. Es gibt dafür keine Tokens mehr.

## Meine Store-Apps
apps-add-store = Neue Store-App hinzufügen
apps-list-lead = Ihre Connect-Clients: Apps, die andere Konten mit ihrer Zustimmung verbinden.
apps-list-limit = { $count } von { $limit } Apps
apps-empty-title = Bieten Sie Ihre App allen Konten an
apps-empty = Eine Store-App bekommt eine Client-ID und ein Client-Secret. Andere Konten verbinden sie mit ihrer Zustimmung, und sie bekommt Tokens für sie.
apps-connected-accounts = { $count ->
    [0] Keine verbundenen Konten
    [one] 1 verbundenes Konto
   *[other] { $count } verbundene Konten
}
apps-all-accounts = Alle verbundenen Konten
apps-state-active = Aktiv
apps-state-suspended = Gesperrt
apps-state-unlisted = Nicht geprüft
apps-state-approved = Genehmigt
apps-state-published = Im Store

## Das Formular
apps-new-store-title = Neue Store-App
apps-new-custom-title = Neue Custom-App
apps-edit-title = { $name } bearbeiten
apps-crumb-new = Neu
apps-crumb-edit = Bearbeiten
apps-step-details = Angaben
apps-step-review = Durchsicht
apps-step-credentials = Zugangsdaten
apps-section-app = Ihre App
apps-section-app-text = Wer sie ist, für Sie und für alle, die um Zustimmung gebeten werden.
apps-section-app-text-custom = Was sie ist, für Sie und die anderen Ihres Kontos.
apps-code = Client-Code
apps-code-help = Eindeutiger Schlüssel der Anwendung: der letzte Teil ihrer Client-ID. Er kann später nicht geändert werden.
apps-name = Client-Name
apps-name-help = Name der Anwendung, den Menschen lesen können. Die Zustimmung zeigt ihn.
apps-name-help-custom = Name der Anwendung, den Menschen lesen können.
apps-pii = Personenbezogene Daten
apps-pii-help = Ob die APIs Ihrer App Namen, Anschriften und andere Angaben zu Personen geben.
apps-pii-retrieve = Abrufen
apps-pii-retrieve-help = APIs antworten mit Angaben zu Personen.
apps-pii-hide = Verbergen
apps-pii-hide-help = APIs verbergen Angaben zu Personen.
apps-logo = Logo-URL
apps-logo-help = Adresse eines Logos für die Zustimmung: PNG, JPEG oder WebP, höchstens 512 KB. Wir holen es einmal und zeigen unsere eigene Kopie.
apps-logo-good = Das Logo ist in Ordnung. Die Vorschau zeigt unsere Kopie davon.
apps-redirect-section = Nach der Zustimmung
apps-redirect-uris = Redirect-URIs
apps-redirect-uri = Redirect-URI
apps-redirect-uris-text = Auch Callback-URLs genannt: der Endpunkt Ihrer App, der den Authorization-Code erwartet.
apps-redirect-uris-help = Hierher leiten wir den Browser, wenn der Zugriff gewährt ist. Die Adresse muss https benutzen und aufgerufen werden können. http://localhost und http://127.0.0.1 gehen für die Entwicklung.
apps-redirect-uris-exact = Wird Zeichen für Zeichen verglichen, auch der Schrägstrich am Ende.
apps-secrets = Secrets
apps-secrets-text = Mit einem Client-Secret beweist Ihre App, wer sie ist. Wir erzeugen es beim Speichern und zeigen es einmal.
apps-secrets-lead = Mehrere Secrets gelten nebeneinander. Wenn eines bekannt geworden sein könnte, fügen Sie ein neues hinzu, benutzen Sie es in Ihrer App und widerrufen Sie dann das alte.
apps-secret-description = Beschreibung des Secrets
apps-secret-description-help = Wofür es ist, etwa „Produktion“ oder „Testserver“. Der Wert wird erzeugt.
apps-secret-signed = Keine: die App weist sich mit ihren Schlüsseln aus. Ein Secret würde nicht angenommen.
apps-secret-none = Keines: Eine öffentliche App läuft auf den Geräten anderer und kann kein Geheimnis bewahren.
apps-scopes-title = Scopes
apps-scopes-text = Berechtigungen: genau das, was Ihre App im Konto eines Benutzers darf. Bitten Sie um so wenig wie nötig. openid, profile und offline_access brauchen keine Registrierung.
apps-scopes-text-custom = Berechtigungen: genau das, was Ihre App in diesem Konto darf. Wählen Sie so wenig wie nötig.
apps-scopes-none = Keine Scopes einer API: Die App erfährt, wer sich anmeldet, sonst nichts.
apps-scopes-none-custom = Keine Scopes: Ihre Tokens öffnen nichts, was nicht jedes Token öffnet.
apps-advanced = Für Fortgeschrittene
apps-client-type = Art des Clients
apps-client-type-help = Kann Ihre App ein Geheimnis bewahren?
apps-confidential = Vertraulich
apps-confidential-help = Sie läuft auf einem Server und bewahrt ihr Secret dort.
apps-public = Öffentlich
apps-public-help = Sie läuft auf den Geräten anderer oder in deren Browsern. Sie hat kein Secret und benutzt immer PKCE.
apps-public-help-edit = Sie läuft auf den Geräten anderer oder in deren Browsern. Ihre Secrets und Refresh-Tokens enden, wenn Sie speichern.
apps-profile = Profil
apps-profile-standard = Standard
apps-profile-standard-help = OAuth 2.1 mit PKCE. Richtig für neue Apps.
apps-profile-compatible = Kompatibel
apps-profile-compatible-help = Für Programme, die es schon gibt: PKCE darf fehlen.
apps-pkce = PKCE verlangen
apps-pkce-help = Eine Anfrage ohne Code-Challenge wird abgewiesen. Nur das Profil Kompatibel kommt ohne aus.
apps-further = Weitere Einstellungen
apps-dpop = Tokens an einen Schlüssel binden
apps-dpop-help = Ohne DPoP-Nachweis bekommt die App kein Token; ein gestohlenes Token nützt dann niemandem.
apps-device = Geräte ohne Browser verbinden
apps-device-help = Ein Fernseher oder ein Programm auf der Kommandozeile zeigt einen kurzen Code, den man auf einem anderen Gerät eintippt.
apps-exchange = Tokens tauschen
apps-exchange-help = Die App darf aus dem Access-Token einer Ihrer Apps ein kleineres machen, um eine API dahinter zu rufen.
apps-pkce-on = PKCE verlangt
apps-pkce-off = PKCE freiwillig
apps-profile-fapi2 = FAPI 2.0
apps-profile-fapi2-help = Für Apps, die Geld oder Gesundheitsdaten bewegen: vorab gesendete Anfragen, Schlüssel statt Secrets, an einen Schlüssel gebundene Tokens.
apps-profiles-link = Was jedes Profil ändert
apps-profiles-title = Sicherheitsprofile
apps-profiles-lead = Ein Profil sagt, wie streng der Server mit einer App ist. Strenger bricht nie, was eine Bibliothek nach den Regeln tut; es beendet, was nur geduldet war.
apps-profiles-what = Worum es geht
apps-profiles-for = Gedacht
apps-profiles-pkce = PKCE
apps-profiles-pkce-yes = Immer, mit S256
apps-profiles-pkce-no = Vertrauliche Apps dürfen es weglassen
apps-profiles-par = Vorab gesendete Anfragen (PAR)
apps-profiles-par-yes = Immer
apps-profiles-par-no = Wenn die App es will
apps-profiles-proof = Wie die App sich ausweist
apps-profiles-proof-yes = Mit ihrem Schlüssel signiert (private_key_jwt)
apps-profiles-proof-no = Mit einem Secret, oder mit ihrem Schlüssel signiert
apps-profiles-dpop = An einen Schlüssel gebundene Tokens (DPoP)
apps-profiles-dpop-yes = Immer
apps-profiles-dpop-no = Wenn die App es will
apps-profiles-request = Anfrageobjekte
apps-profiles-request-yes = Nur signiert
apps-profiles-request-no = Signiert oder nicht
apps-profiles-audience = Empfänger einer Client-Assertion
apps-profiles-audience-yes = Der Issuer, als eine Zeichenkette
apps-profiles-audience-no = Der Issuer, oder der aufgerufene Endpunkt
apps-profiles-redirect = Redirect-URIs
apps-profiles-redirect-yes = Nur https
apps-profiles-redirect-no = https, und http auf dem Gerät der Person
apps-profiles-public = Öffentliche Apps
apps-profiles-public-yes = Ja
apps-profiles-public-no = Nein
apps-profiles-algs = Signaturen, des Servers und der App
apps-profiles-change = Das Profil einer App ändern Sie unter Bearbeiten, Für Fortgeschrittene. Es gilt sofort; Verbindungen bleiben.
apps-auth = Authentifizierung
apps-auth-help = Wie eine vertrauliche App sich ausweist. Eine öffentliche weist sich nicht aus.
apps-auth-secret = Mit einem Secret
apps-auth-secret-help = Im Authorization-Header oder im Rumpf.
apps-auth-signed = Mit Schlüssel signiert
apps-auth-signed-help = private_key_jwt: die App signiert, und der Server kennt nur ihre öffentlichen Schlüssel.
apps-jwks-uri = Adresse ihrer öffentlichen Schlüssel
apps-jwks-uri-help = Ein JWK-Set, das der Server abruft, und noch einmal, wenn die App einen neuen Schlüssel verwendet.
apps-jwks = Ihre öffentlichen Schlüssel
apps-jwks-help = Statt einer Adresse: das JWK-Set selbst.
apps-jwks-registered = Hinterlegt
apps-par = Vorab gesendete Anfragen verlangen
apps-par-help = Jede Autorisierung beginnt mit einem Aufruf an den Server (PAR). Eine Anfrage, die ein Browser selbst bringt, wird abgewiesen.
apps-request-alg = Anfrageobjekte
apps-request-alg-help = Wie Parameter geschützt sind, die als JWT in „request“ kommen.
apps-request-any = Signiert oder nicht
apps-request-none = Nicht signiert
apps-request-uris = Request-URIs
apps-request-uris-help = Wo der Server ein Anfrageobjekt abrufen darf. Andere werden abgewiesen.
apps-id-token-alg = Signatur der ID-Tokens
apps-id-token-alg-help = Was die Bibliothek der App erwartet. RS256 kennt jede.
apps-alg-usual = Das des Profils
apps-auth-alg = Algorithmus ihrer Signatur
apps-auth-alg-help = Für Apps, die mit einer Signatur zeigen, wer sie sind. Ist einer gewählt, beweist eine Signatur mit einem anderen nichts.
apps-max-age = Älteste Anmeldung
apps-max-age-help = In Sekunden. Wer sich vor längerer Zeit angemeldet hat, meldet sich erneut an, wenn die Anfrage der App nichts anderes sagt. Leer: beliebig alt.
apps-userinfo-alg = Signatur von Userinfo
apps-userinfo-alg-help = Mit einer ist Userinfo ein JWT statt JSON.
apps-userinfo-plain = Reines JSON
apps-yes = Ja
apps-post-logout = Post-Logout-Redirect-URIs
apps-post-logout-help = Wohin der Browser nach dem Abmelden zurückkehren darf.
apps-cors = CORS-Origins
apps-cors-help = Origins wie https://app.example.com, deren Skripte den Token-Endpunkt rufen dürfen.
apps-policy = Datenschutzerklärung
apps-terms = Nutzungsbedingungen
apps-initiate-login = URL zum Beginnen der Anmeldung
apps-initiate-login-help = Wo Ihre App eine Anmeldung beginnt, die jemand hier mit Öffnen anstößt. Sie erhält iss, die Adresse dieses Servers.
apps-backchannel = URL für Back-Channel-Logout
apps-backchannel-help = Meldet sich jemand hier ab, erfährt Ihre App es mit einem signierten Logout-Token. Sie antwortet binnen 5 Sekunden mit 200.
apps-subjects = Kennungen der Benutzer
apps-subjects-help = Eine Änderung gibt jedem Benutzer Ihrer App eine andere Kennung.
apps-subjects-public = Für alle Apps gleich
apps-subjects-public-help = Ihre App und andere kennen einen Benutzer unter einem sub.
apps-subjects-pairwise = Eigene
apps-subjects-pairwise-help = Keine andere App kann erkennen, dass ihr Benutzer auch Ihrer ist (pairwise).
apps-sector = Sector-Identifier-URL
apps-sector-help = Für eigene Kennungen bei Redirect-URIs auf mehreren Hosts: eine JSON-Liste von allen. Apps mit Listen auf einem Host teilen sich die Kennungen.
apps-fault-sector-needed = Mit eigenen Kennungen hat eine App Redirect-URIs auf einem Host oder eine Sector-Identifier-URL. Geben Sie eine an, oder wählen Sie für alle Apps gleiche Kennungen.
apps-fault-sector-unreachable = Die Liste ließ sich nicht lesen: { $why }. Prüfen Sie die Adresse und versuchen Sie es erneut.
apps-fault-max-age = „{ $value }“ ist keine Anzahl von Sekunden. Geben Sie nur Ziffern ein, oder lassen Sie das Feld leer.
apps-fault-sector-list = Die Adresse antwortet nicht mit einer JSON-Liste von Redirect-URIs. Sie muss aussehen wie ["https://app.example.com/callback"].
apps-fault-sector-missing = In der Liste fehlt { $value }. Nehmen Sie jede Redirect-URI dieser App darin auf, oder entfernen Sie diese hier.
apps-links-help = Die Zustimmung verweist darauf.
apps-review = Durchsehen
apps-save = Speichern
apps-live-at-once = Änderungen gelten sofort.
apps-edit-reach = { $count ->
    [one] 1 Konto hat diese App verbunden. Wenn Sie Scopes hinzufügen, wird es wieder gefragt; Redirect-URIs, die Sie entfernen, gelten sofort nicht mehr.
   *[other] { $count } Konten haben diese App verbunden. Wenn Sie Scopes hinzufügen, werden sie wieder gefragt; Redirect-URIs, die Sie entfernen, gelten sofort nicht mehr.
}
apps-none = Keine

## Ein Link zum Anlegen
apps-link-title = Client aus Link anlegen
apps-link-what = Der Link, dem Sie gefolgt sind, füllt dieses Formular aus: Code, Name, Beschreibung des Secrets und Scopes. Angelegt ist noch nichts.
apps-link-then = Sehen Sie an, worum die App bittet. Wenn Sie speichern, bekommen Sie ihre Client-ID und ihr Secret, um beides so weiterzugeben, dass niemand sonst es lesen kann.
apps-link-unknown = Der Link bittet um Scopes, die es hier nicht gibt: { $scopes }

## Durchsicht
apps-review-title = Ihre App durchsehen
apps-review-lead = Sehen Sie alles noch einmal an, und speichern Sie dann Ihre App.
apps-save-app = Speichern
apps-back = Zurück
apps-verdict-unknown = Noch nicht aufgerufen

## Die Zustimmung im Kleinen
apps-preview-title = Was Menschen sehen werden
apps-preview-your-app = Ihre App
apps-preview-account = ihr Konto
apps-preview-offline = Falls Ihre App um offline_access bittet: Sie bleibt verbunden, wenn die Menschen weg sind.

## Das Secret, einmal
apps-secret-title = Client-Secret angelegt
apps-secret-ready = Das Secret für { $name } ist angelegt.
apps-secret-once = Nur jetzt können Sie das Client-Secret sehen.
apps-secret-again = Niemand kann es später wiederherstellen, aber Sie können jederzeit ein neues anlegen.
apps-secret-store = Die Client-ID bezeichnet Ihre App. Das Client-Secret kennen nur Ihre App und dieser Server: Bewahren Sie es sicher auf und geben Sie es nie öffentlich preis. Wenn Sie vermuten, dass jemand anderes es kennt, fügen Sie der App ein neues Secret hinzu und widerrufen Sie dieses.
apps-try = Ausprobieren
apps-try-lead = Gehen Sie den echten Weg mit Ihrem eigenen Konto, oder nehmen Sie die Anfragen mit.
apps-try-run = Jetzt ausprobieren
apps-try-run-what = Oder gehen Sie den echten Weg hier: Zustimmung, Code, Tokens, mit diesem Server an der Stelle Ihrer App und Ihrem eigenen Konto als Kunden.
apps-tried-title = { $name } ausprobieren
apps-tried-consent = Zustimmung
apps-tried-code = Authorization-Code
apps-tried-tokens = Tokens
apps-tried-code-lead = Der Browser kam mit einem Code zurück. Ihre App würde ihn jetzt eintauschen, mit ihrem Secret und dem Code-Verifier. Er gilt eine Minute und einmal.
apps-tried-exchange = Code gegen Tokens eintauschen
apps-tried-stop = Zurück zur App
apps-tried-error = Der Browser kam mit einem Fehler zurück. Das bekäme Ihre App:
apps-tried-good = { $count ->
    [one] Das Access-Token gilt eine Minute.
   *[other] Es funktioniert. Das Access-Token gilt { $count } Minuten.
}
apps-tried-connected = Die Tokens sind echt: Ihr Konto hat die App jetzt verbunden. Trennen können Sie sie jederzeit unter
apps-tried-access = Access-Token
apps-tried-access-for = Senden Sie es als Authorization: Bearer an eine API. Seine Scopes:
apps-tried-says = Was es sagt
apps-tried-id = ID-Token
apps-tried-refresh = Refresh-Token
apps-tried-userinfo = Userinfo
apps-tried-answer = Was der Userinfo-Endpunkt antwortet
apps-tried-no-userinfo = Der Userinfo-Endpunkt hat abgewiesen:
apps-try-authorize-title = Authorization-Anfrage
apps-try-push = Senden Sie zuerst die Anfrage. Die Antwort nennt ihren Namen in request_uri:
apps-try-push-title = Vorab gesendete Anfrage
apps-try-authorize = Öffnen Sie das in einem Browser. Nach der Zustimmung geht der Browser mit einem Code zu Ihrer Redirect-URI, der eine Minute gilt.
apps-try-token-title = Token-Anfrage
apps-try-token = Tauschen Sie den Code gegen Tokens ein: Setzen Sie ihn an die Stelle von CODE. Der Code-Verifier gehört zur Anfrage oben.
apps-try-credentials = Damit bekommen Sie ein Access-Token mit den Scopes Ihrer App.

## Die Seite einer App
apps-edit = Bearbeiten
apps-suspended = Diese App ist gesperrt: Sie bekommt keine Tokens, und die sie hat, gelten nicht. Fragen Sie die Plattform, was zu tun ist.
apps-changed = Letzte Änderung
apps-create-link = Link zum Anlegen
apps-create-link-help = Kunden, die ihm folgen, bekommen das Formular für eine Custom-App, ausgefüllt wie diese, mit einem eigenen Secret.
apps-create-link-copy = Link zum Anlegen kopieren
apps-scope-text = In einer Anfrage:
apps-endpoints = Endpunkte
apps-endpoints-lead = Die meisten Bibliotheken brauchen nur den Issuer: Alles andere finden sie im Discovery-Dokument.
apps-endpoint-issuer = Issuer
apps-endpoint-discovery = Discovery-Dokument
apps-endpoint-authorize = Authorization-Endpunkt
apps-endpoint-token = Token-Endpunkt
apps-endpoint-userinfo = Userinfo-Endpunkt
apps-check-again = Noch einmal prüfen
apps-secret-add = Weiteres Secret hinzufügen
apps-secret-add-what = Die Secrets, die Sie haben, gelten weiter. Eine App kann { $limit } haben.
apps-secret-create = Secret anlegen
apps-secret-hint = Endet auf
apps-secret-created = Angelegt
apps-secret-used = Zuletzt benutzt
apps-secret-never-used = Nie
apps-secret-state = Zustand
apps-secret-works = Gilt
apps-secret-until = bis
apps-secret-expired = Abgelaufen
apps-secret-revoked = Widerrufen
apps-secret-expires = Letzter Tag
apps-secret-expires-help = Am Ende dieses Tages (UTC) gilt das Secret nicht mehr. Leer bedeutet ohne Ende.
apps-secret-revoke = Widerrufen
apps-revoke-title = „{ $name }“ widerrufen?
apps-revoke-what = Ab jetzt gibt es dafür keine Tokens mehr. Access-Tokens, die es schon gibt, laufen von selbst ab, innerhalb einer Stunde.
apps-revoke-last = Das ist das letzte Secret, das gilt. Ohne eines bekommt Ihre App keine Tokens mehr, und verbundene Konten haben nichts mehr von ihr.
apps-revoke-last-yes = Das letzte Secret trotzdem widerrufen
apps-accounts-title = Verbundene Konten
apps-accounts-first = Es werden nur die neuesten 100 gezeigt.
apps-disconnect = Trennen
apps-disconnect-title = { $name } trennen?
apps-disconnect-what = { $count ->
    [one] Ihre App verliert ihre eine Berechtigung für dieses Konto, und jedes Token dafür endet sofort. Nur das Konto kann sie wieder verbinden.
   *[other] Ihre App verliert ihre { $count } Berechtigungen für dieses Konto, und jedes Token dafür endet sofort. Nur das Konto kann sie wieder verbinden.
}
apps-delete = App löschen
apps-delete-title = { $name } löschen?
apps-delete-what = Nichts von ihr funktioniert mehr, und ihr Client-Code wird nie wieder benutzt.
apps-delete-accounts = { $count ->
    [0] Kein Konto hat sie verbunden.
    [one] 1 Konto wird getrennt.
   *[other] { $count } Konten werden getrennt.
}
apps-delete-people = { $count ->
    [0] { "" }
    [one] 1 Person hat sie erlaubt.
   *[other] { $count } Personen haben sie erlaubt.
}
apps-delete-final = Ihre Secrets und Tokens enden sofort. Das lässt sich nicht rückgängig machen.

## Anfragen, die abgelehnt wurden
refusals-title = Abgelehnte Anfragen
refusals-lead = Warum Anfragen Ihrer Apps abgelehnt wurden. Die Fehlerseite, die man sieht, nennt die Anfrage-ID.
refusals-all = Alle zeigen
refusals-only = Nur die von
refusals-why = Grund
refusals-where = Wo
refusals-when = Wann
refusals-none-title = Nichts wurde abgelehnt
refusals-none = Wird eine Anfrage einer App abgelehnt, erscheint hier der genaue Grund.
refusals-unknown-title = Keine solche Anfrage
refusals-unknown = Keine abgelehnte Anfrage der Apps dieses Kontos hat diese ID. Von vielen gleichen werden nur die ersten einer Stunde aufbewahrt.
refusals-at-authorize = Authorization-Endpunkt
refusals-at-token = Token-Endpunkt
refusals-at-userinfo = Userinfo-Endpunkt
refusals-at-introspection = Introspection
refusals-at-pushed = Vorab gesendete Anfrage
refusals-at-revocation = Widerruf
refusals-at-end-session = Abmeldung
refusals-at-logout = Back-Channel-Abmeldung
refusals-at-api = REST-API

## Versionen und Genehmigung
apps-edit-approved = Diese App ist genehmigt. Was Sie entfernen oder verschärfen, gilt sofort; was Sie hinzufügen oder ändern, wartet als Entwurf, und die App läuft wie bisher, bis er genehmigt ist.
apps-edit-submitted = Diese Version wird gerade geprüft. Entfernen und verschärfen können Sie; das gilt sofort. Um etwas hinzuzufügen oder zu ändern, ziehen Sie zuerst die Einreichung zurück.
apps-withdraw = Einreichung zurückziehen
apps-version-title = Genehmigung
apps-version-live = Gültig: Version { $number }
apps-version-draft = Entwurf { $number }, nicht eingereicht
apps-version-submitted = Version { $number }, eingereicht
apps-version-unreviewed = Nicht geprüft. Ihre App funktioniert; die Zustimmungsseite sagt, dass { $platform } sie nicht geprüft hat.
apps-version-reviewed = Geprüft und genehmigt.
apps-version-waits = Der Entwurf weicht von dem ab, was gilt. Ihre App läuft wie bisher, bis der Entwurf genehmigt ist.
apps-version-asked = Darüber entscheidet jemand von der Plattform. Sie bekommen eine E-Mail und sehen jeden Kommentar auf der Seite der Einreichung.
apps-version-submit = Zur Genehmigung einreichen
apps-version-open = Einreichung öffnen
apps-version-discard = Entwurf verwerfen

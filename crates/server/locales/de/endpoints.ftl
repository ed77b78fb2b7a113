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

## Was Menschen von den Endpunkten des Protokolls sehen.

form-post-title = Zurück zur App
form-post-what = Sie werden zur App zurückgeleitet. Wenn nichts geschieht, gehen Sie von Hand weiter.
form-post-button = Weiter

problem-request-refused-title = Etwas ist schiefgegangen
problem-request-refused-advice = Die App hat eine Anfrage geschickt, die wir nicht bearbeiten können. Nichts wurde geändert. Sagen Sie es denen, die die App machen: Mit der Anfrage-ID können sie den genauen Grund nachsehen.

refused-suspended = { $app } ist gesperrt.

end-session-title = Abmelden?
end-session-asked = { $app } bittet darum, Sie von { $platform } abzumelden.
end-session-asked-somebody = Eine App bittet darum, Sie von { $platform } abzumelden.
end-session-leave = Abmelden
end-session-stay = Angemeldet bleiben

## The operator's page of the scope catalogue.
catalogue-title = Scopes
catalogue-lead = What apps can ask for, in the words that people read at consent.
catalogue-apis =
    { $count ->
        [one] 1 API,
       *[other] { $count } APIs,
    }
catalogue-scopes =
    { $count ->
        [one] 1 scope.
       *[other] { $count } scopes.
    }
catalogue-audience = Audience
catalogue-opaque = Opaque tokens
catalogue-resources = Resource identifiers
catalogue-no-scopes = This API has no scope, so nothing can be asked for.
catalogue-scope = Scope
catalogue-sentence = What people read
catalogue-notes = Notes
catalogue-retired = Retired
catalogue-default = By default
catalogue-machine = For machines
catalogue-internal = Not for apps of others
catalogue-import = Import catalogue
catalogue-import-what = An API in the file replaces the one of the same name; the others stay. Everything is imported, or nothing.
catalogue-file = Catalogue file
catalogue-file-help = TOML that begins with [[api]].
catalogue-from-file = Or take it from a file
catalogue-import-button = Import
catalogue-fault-file = Not imported. At { $place }: { $problem }
catalogue-fault-in-use = Not imported, because the file leaves out scopes that are in use: { $scopes }. Keep them, or write retired = true there: then no new app can ask for them, and what was granted stays.
catalogue-fault-used-by = { $scope } (apps: { $apps }, connections: { $connections })
catalogue-fault-scope-taken = Not imported, because a scope of the file belongs to an API that is not in it. Rename the scope, or put that API into the file.
catalogue-fault-resource-taken = Not imported, because a resource identifier of the file belongs to an API that is not in it. Remove one of the two.
flash-catalogue-imported = The catalogue is imported. Apps can ask for it from now on.

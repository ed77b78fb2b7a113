## What is wrong with a field: what happened, then what to do.
accounts-fault-email = This is no e-mail address that we can write to. Check its spelling.
accounts-fault-member = This person is a member already. Look for them in the list.
accounts-fault-invited = This address is invited already. Send the invitation again from the list below.
accounts-fault-just-made = Somebody with this address signed up this very moment. Try again.
accounts-fault-code = “{ $value }” cannot be an account code. Use 4 to 8 letters and digits that begin with a letter, or leave it empty.
accounts-fault-code-taken = The account code { $value } was given before; a code is never given twice. Choose another one, or leave it empty.
accounts-fault-kind = Choose developer, customer or operator.
accounts-fault-claims = The claims must be one JSON object of at most 16 KB.
accounts-fault-role = There is no role “{ $value }”. GET /api/v1/roles lists them.
accounts-fault-units = Name at most { $limit } units, each by its id of at most 100 letters without spaces.

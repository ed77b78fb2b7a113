-- What reaches others after it has ended here: revocations for APIs that verify tokens by themselves, and logouts for
-- apps.

-- Which access tokens that have not expired are good no more. `seq` is given as the last step of a transaction, in the
-- order of the commits, so that a reader who has seen a number has seen every lower one.
create table revocation (
    seq          integer not null,
    kind         text    not null,
    subject      text    not null, -- a grant, a token's id, a client ID or an account code
    issued_until integer not null,
    keep_until   integer not null,
    constraint revocation_pkey primary key (seq)
) strict;
create index revocation_keep_until_idx on revocation (keep_until);

-- The last number given: one row.
create table revocation_head (
    name text    not null,
    seq  integer not null,
    constraint revocation_head_pkey primary key (name)
) strict, without rowid;
insert into revocation_head (name, seq) values ('feed', 0);

-- The apps that somebody signed in to within a session and that want to know when it ends. `next_attempt_at` is null
-- while the session lasts, and again when the app was told or given up.
create table session_app (
    sid             text    not null,
    app_id          text    not null,
    subject         text    not null, -- the person, as this app knows them
    signed_in_at    integer not null,
    ended_at        integer,
    attempts        integer not null,
    next_attempt_at integer,
    told_at         integer,
    last_error      text,
    constraint session_app_pkey primary key (sid, app_id),
    constraint session_app_sid_fkey foreign key (sid) references session (sid) on delete cascade,
    constraint session_app_app_id_fkey foreign key (app_id) references app (id)
) strict, without rowid;
create index session_app_app_id_idx on session_app (app_id);
create index session_app_next_attempt_at_idx on session_app (next_attempt_at) where next_attempt_at is not null;

-- Telling apps what happens to their connections: one address an app, and the events that wait for it.

-- Where an app is told. The signing secret is made of its id and the master key, so none is kept here.
create table webhook (
    app_id           text    not null,
    url              text    not null,
    state            text    not null,
    secret_id        text    not null,
    former_secret_id text,    -- deliveries are signed with both
    former_until     integer, -- until then
    created_at       integer not null,
    updated_at       integer not null,
    constraint webhook_pkey primary key (app_id),
    constraint webhook_app_id_fkey foreign key (app_id) references app (id)
) strict, without rowid;

-- What there is to tell. `subject` is the connection, or empty for what concerns the app as a whole; what has the same
-- subject is told in the order of `seq`. `next_attempt_at` is null when the event was taken or given up.
create table webhook_event (
    id              text    not null,
    app_id          text    not null,
    subject         text    not null,
    seq             integer not null,
    kind            text    not null,
    payload         text    not null,
    created_at      integer not null,
    attempts        integer not null,
    next_attempt_at integer,
    give_up_at      integer not null,
    taken_at        integer,
    constraint webhook_event_pkey primary key (id),
    constraint webhook_event_app_id_subject_seq_key unique (app_id, subject, seq),
    constraint webhook_event_app_id_fkey foreign key (app_id) references webhook (app_id) on delete cascade
) strict, without rowid;
create index webhook_event_next_attempt_at_idx on webhook_event (next_attempt_at) where next_attempt_at is not null;
create index webhook_event_app_id_created_at_idx on webhook_event (app_id, created_at);
create index webhook_event_created_at_idx on webhook_event (created_at);

create table webhook_attempt (
    event_id text    not null,
    number   integer not null,
    at       integer not null,
    took_ms  integer not null,
    status   integer, -- of the answer, if there was one
    error    text,    -- why it was not taken
    constraint webhook_attempt_pkey primary key (event_id, number),
    constraint webhook_attempt_event_id_fkey foreign key (event_id) references webhook_event (id) on delete cascade
) strict, without rowid;

-- What changed since a time, for owners of apps; until now the end of a connection left this column alone.
update connection set updated_at = ended_at where ended_at is not null;
create index connection_app_id_updated_at_idx on connection (app_id, updated_at);

-- Proofs of a key, and devices without a browser.

-- A DPoP proof that was taken: no second one of that key and id is, until its age alone refuses it.
create table dpop_proof (
    replay_key  blob    not null,
    taken_until integer not null,
    constraint dpop_proof_pkey primary key (replay_key)
) strict, without rowid;
create index dpop_proof_taken_until_idx on dpop_proof (taken_until);

-- What a device asks for while its user decides in a browser elsewhere (RFC 8628). The device polls with what
-- `device_hash` is the hash of; people type `user_code`.
create table device_authorization (
    device_hash blob    not null,
    user_code   text    not null,
    app_id      text    not null,
    scopes      text    not null,
    resource    text    not null,
    pause       integer not null, -- milliseconds that must lie between two polls
    created_at  integer not null,
    expires_at  integer not null,
    polled_at   integer,
    decided_at  integer,
    grant_id    text, -- null when it was refused
    used_at     integer,
    constraint device_authorization_pkey primary key (device_hash),
    constraint device_authorization_user_code_key unique (user_code),
    constraint device_authorization_app_id_fkey foreign key (app_id) references app (id),
    constraint device_authorization_grant_id_fkey foreign key (grant_id) references access_grant (id) on delete cascade
) strict, without rowid;
create index device_authorization_expires_at_idx on device_authorization (expires_at);
create index device_authorization_grant_id_idx on device_authorization (grant_id);

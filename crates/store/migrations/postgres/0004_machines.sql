-- Apps that registered themselves, and the tokens with which somebody lets a program do so.
create table registration_token (
    id           text    not null,
    description  text    not null,
    hash         bytea    not null,
    created_at   bigint not null,
    expires_at   bigint,
    uses_left    bigint, -- null: as often as wanted
    last_used_at bigint,
    revoked_at   bigint,
    constraint registration_token_pkey primary key (id),
    constraint registration_token_hash_key unique (hash)
);

-- What is known of such an app beside its versions. `said` is what it said about itself that decides nothing.
create table machine_app (
    app_id                text    not null,
    origin                text    not null,
    token_hash            bytea, -- of its registration access token; null for a document
    registration_token_id text,
    said                  text    not null,
    last_used_at          bigint not null,
    unused_noted_at       bigint, -- when somebody was told that nobody uses it
    fresh_until           bigint, -- of a document: when it is fetched again
    fetched_at            bigint,
    constraint machine_app_pkey primary key (app_id),
    constraint machine_app_token_hash_key unique (token_hash),
    constraint machine_app_app_id_fkey foreign key (app_id) references app (id),
    constraint machine_app_registration_token_id_fkey foreign key (registration_token_id)
        references registration_token (id)
);
create index machine_app_last_used_at_idx on machine_app (last_used_at);
create index machine_app_registration_token_id_idx on machine_app (registration_token_id);

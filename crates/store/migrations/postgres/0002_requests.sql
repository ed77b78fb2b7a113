-- How each app asks for tokens and what it is given: pushed and signed requests, proofs of possession, subjects per
-- sector, grants beyond the browser's. The defaults are what every app had before.
alter table app_version add column require_par boolean not null default false;
alter table app_version add column dpop_bound boolean not null default false;
alter table app_version add column userinfo_alg text; -- null: plain JSON
alter table app_version add column request_object_alg text; -- null: any that the server knows
alter table app_version add column subject_type text not null default 'public';
alter table app_version add column sector_identifier_uri text;
alter table app_version add column device_grant boolean not null default false;
alter table app_version add column token_exchange boolean not null default false;

-- Authorization requests that apps pushed (RFC 9126) before any browser came.
create table pushed_request (
    id_hash    bytea  not null, -- SHA-256 of what the request_uri carries
    app_id     text   not null,
    request    text   not null, -- the checked request as JSON
    created_at bigint not null,
    expires_at bigint not null,
    used_at    bigint,          -- when an authorization that began with it was decided
    constraint pushed_request_pkey primary key (id_hash),
    constraint pushed_request_app_id_fkey foreign key (app_id) references app (id)
);
create index pushed_request_app_id_idx on pushed_request (app_id);
create index pushed_request_expires_at_idx on pushed_request (expires_at);

-- Which pushed request an authorization began with; it is used up when the authorization is decided.
alter table authorization_request add column pushed_hash bytea;

-- Claims that were asked for one by one (OIDC Core §5.5), as JSON; null when none were.
alter table access_grant add column claims text;

-- Client assertions that were used (RFC 7523 §3): each counts once.
create table used_assertion (
    app_id     text   not null,
    jti_hash   bytea  not null,
    expires_at bigint not null,
    constraint used_assertion_pkey primary key (app_id, jti_hash),
    constraint used_assertion_app_id_fkey foreign key (app_id) references app (id)
);
create index used_assertion_expires_at_idx on used_assertion (expires_at);

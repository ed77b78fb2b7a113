-- Everything Grantry remembers. The twin for the other engine has the same name, tables, columns and constraints.
--
-- Times are milliseconds since 1970; `*_at` columns are null until the thing has happened. JSON is kept as text. Ids
-- are text made by the server; people and connections are bare UUIDs because they are a token's `sub`. Words such as
-- `kind` and `state` have no check constraint: reading one that the program does not know is an error, and adding one
-- needs no migration. Columns that answers are ordered by compare bytes, so that both engines agree.

-- What every node must forget from its caches.
create table change (
    seq  bigint generated always as identity,
    kind text   not null,
    id   text   not null,
    at   bigint not null,
    constraint change_pkey primary key (seq)
);

-- What an operator set in the dashboard rather than in the configuration.
create table setting (
    key   text not null,
    value text not null,
    constraint setting_pkey primary key (key)
);

-- Accounts and people ------------------------------------------------------------------------------------------------

-- A tenant. Rows are never deleted, so that a code is never given twice.
create table account (
    id             text   not null,
    code           text   collate "C" not null,
    name           text   not null,
    name_key       text   collate "C" not null, -- case-folded, for searching
    kind           text   not null,
    state          text   not null,
    connect_policy text   not null,
    created_at     bigint not null,
    constraint account_pkey primary key (id),
    constraint account_code_key unique (code)
);

create table person (
    id                  text    not null,
    email               text    not null, -- as typed
    email_key           text    collate "C" not null, -- case-folded: what is unique and looked up
    email_verified      boolean not null,
    first_name          text    not null,
    first_name_key      text    collate "C" not null,
    last_name           text    not null,
    last_name_key       text    collate "C" not null,
    password_hash       text,
    state               text    not null,
    locale              text,
    claims              text    not null,
    created_at          bigint  not null,
    updated_at          bigint  not null,
    password_changed_at bigint,
    constraint person_pkey primary key (id),
    constraint person_email_key_key unique (email_key)
);

create table member (
    account_id  text    not null,
    person_id   text    not null,
    is_admin    boolean not null,
    is_reviewer boolean not null,
    state       text    not null,
    created_at  bigint  not null,
    constraint member_pkey primary key (account_id, person_id),
    constraint member_account_id_fkey foreign key (account_id) references account (id),
    constraint member_person_id_fkey foreign key (person_id) references person (id) on delete cascade
);
create index member_person_id_idx on member (person_id);

-- What a member may do in a unit (a property, a shop …); the empty unit is the whole account.
create table member_role (
    account_id text not null,
    person_id  text not null,
    unit       text not null,
    role       text not null,
    constraint member_role_pkey primary key (account_id, person_id, unit, role),
    constraint member_role_member_fkey foreign key (account_id, person_id)
        references member (account_id, person_id) on delete cascade
);

create table invitation (
    id          text    not null,
    account_id  text    not null,
    email       text    not null,
    email_key   text    collate "C" not null,
    is_admin    boolean not null,
    roles       text    not null,
    units       text    not null,
    invited_by  text,
    created_at  bigint  not null,
    expires_at  bigint  not null,
    token_hash  bytea   not null,
    accepted_at bigint,
    revoked_at  bigint,
    constraint invitation_pkey primary key (id),
    constraint invitation_token_hash_key unique (token_hash),
    constraint invitation_account_id_fkey foreign key (account_id) references account (id),
    constraint invitation_invited_by_fkey foreign key (invited_by) references person (id) on delete set null
);
create unique index invitation_account_id_email_key_key on invitation (account_id, email_key)
    where accepted_at is null and revoked_at is null;
create index invitation_invited_by_idx on invitation (invited_by);

-- A browser in which somebody signed in. The cookie holds what `id_hash` is the hash of; `sid` is its public name.
create table session (
    id_hash      bytea  not null,
    sid          text   not null,
    person_id    text   not null,
    account_id   text, -- the account that the dashboard shows
    amr          text   not null,
    user_agent   text   not null,
    ip           text   not null,
    created_at   bigint not null,
    auth_time    bigint not null,
    last_seen_at bigint not null,
    expires_at   bigint not null,
    ended_at     bigint,
    constraint session_pkey primary key (id_hash),
    constraint session_sid_key unique (sid),
    constraint session_person_id_fkey foreign key (person_id) references person (id) on delete cascade,
    constraint session_account_id_fkey foreign key (account_id) references account (id)
);
create index session_person_id_idx on session (person_id);
create index session_expires_at_idx on session (expires_at);
create index session_ended_at_idx on session (ended_at) where ended_at is not null;

-- A link that does one thing once: set a password, confirm an address, make the first operator.
create table action_token (
    hash       bytea  not null,
    kind       text   not null,
    person_id  text,
    account_id text,
    data       text   not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at    bigint,
    constraint action_token_pkey primary key (hash),
    constraint action_token_person_id_fkey foreign key (person_id) references person (id) on delete cascade,
    constraint action_token_account_id_fkey foreign key (account_id) references account (id)
);
create index action_token_person_id_idx on action_token (person_id);
create index action_token_expires_at_idx on action_token (expires_at);

-- Failures counted under a key such as an e-mail address or a source, over one window of time.
create table throttle (
    key               text   not null,
    failures          bigint not null,
    window_started_at bigint not null,
    blocked_until     bigint,
    constraint throttle_pkey primary key (key)
);
create index throttle_window_started_at_idx on throttle (window_started_at);

-- The scope catalogue ------------------------------------------------------------------------------------------------

create table api (
    name         text   not null,
    display_name text   not null,
    position     bigint not null,
    token_format text   not null,
    signing_alg  text   not null,
    constraint api_pkey primary key (name)
);

create table api_resource (
    uri      text   not null,
    api_name text   not null,
    position bigint not null,
    constraint api_resource_pkey primary key (uri),
    constraint api_resource_api_name_fkey foreign key (api_name) references api (name) on delete cascade
);
create index api_resource_api_name_idx on api_resource (api_name);

create table api_scope (
    name         text    not null,
    api_name     text    not null,
    display_name text    not null,
    description  text,
    sensitive    boolean not null,
    machine      boolean not null,
    is_default   boolean not null,
    internal     boolean not null,
    position     bigint  not null,
    retired_at   bigint,
    constraint api_scope_pkey primary key (name),
    constraint api_scope_api_name_fkey foreign key (api_name) references api (name) on delete cascade
);
create index api_scope_api_name_idx on api_scope (api_name);

-- What an API authenticates with at introspection.
create table api_secret (
    id           text   not null,
    api_name     text   not null,
    hash         bytea  not null,
    hint         text   not null,
    description  text   not null,
    created_at   bigint not null,
    last_used_at bigint,
    revoked_at   bigint,
    constraint api_secret_pkey primary key (id),
    constraint api_secret_hash_key unique (hash),
    constraint api_secret_api_name_fkey foreign key (api_name) references api (name) on delete cascade
);
create index api_secret_api_name_idx on api_secret (api_name);

-- Apps ---------------------------------------------------------------------------------------------------------------

-- Deleted apps keep their row: neither a client code nor a client ID is ever given twice.
create table app (
    id               text   not null,
    account_id       text   not null,
    kind             text   not null,
    code             text   collate "C" not null,
    client_id        text   not null,
    access           text   not null,
    state            text   not null,
    listing          text   not null,
    live_version_id  text, -- both point into app_version, which points back: no foreign keys
    draft_version_id text,
    created_by       text,
    created_at       bigint not null,
    updated_at       bigint not null,
    deleted_at       bigint,
    constraint app_pkey primary key (id),
    constraint app_account_id_kind_code_key unique (account_id, kind, code),
    constraint app_client_id_key unique (client_id),
    constraint app_account_id_fkey foreign key (account_id) references account (id),
    constraint app_created_by_fkey foreign key (created_by) references person (id) on delete set null
);
create index app_created_by_idx on app (created_by);

create table logo (
    id           text   not null, -- SHA-256 of `bytes` in hex
    content_type text   not null,
    width        bigint not null,
    height       bigint not null,
    bytes        bytea  not null,
    created_at   bigint not null,
    constraint logo_pkey primary key (id)
);

-- What the owner says about the app. A version that is, or was, live never changes.
create table app_version (
    id                     text    not null,
    app_id                 text    not null,
    number                 bigint  not null,
    state                  text    not null,
    name                   text    not null,
    name_key               text    collate "C" not null,
    logo_id                text,
    logo_source_url        text,
    client_type            text    not null,
    profile                text    not null,
    require_pkce           boolean not null,
    auth_method            text    not null,
    pii_mode               text    not null,
    id_token_alg           text    not null,
    jwks                   text,
    jwks_uri               text,
    policy_uri             text,
    tos_uri                text,
    initiate_login_uri     text,
    backchannel_logout_uri text,
    created_by             text,
    created_at             bigint  not null,
    constraint app_version_pkey primary key (id),
    constraint app_version_app_id_number_key unique (app_id, number),
    constraint app_version_app_id_fkey foreign key (app_id) references app (id),
    constraint app_version_logo_id_fkey foreign key (logo_id) references logo (id),
    constraint app_version_created_by_fkey foreign key (created_by) references person (id) on delete set null
);
create index app_version_logo_id_idx on app_version (logo_id);
create index app_version_created_by_idx on app_version (created_by);

create table app_version_uri (
    version_id text   not null,
    kind       text   not null,
    position   bigint not null,
    uri        text   not null,
    constraint app_version_uri_pkey primary key (version_id, kind, position),
    constraint app_version_uri_version_id_kind_uri_key unique (version_id, kind, uri),
    constraint app_version_uri_version_id_fkey foreign key (version_id) references app_version (id) on delete cascade
);

create table app_version_scope (
    version_id text not null,
    scope      text not null,
    constraint app_version_scope_pkey primary key (version_id, scope),
    constraint app_version_scope_version_id_fkey foreign key (version_id) references app_version (id) on delete cascade
);
create index app_version_scope_scope_idx on app_version_scope (scope);

create table app_secret (
    id           text   not null,
    app_id       text   not null,
    description  text   not null,
    hash         bytea  not null,
    hint         text   not null,
    created_by   text,
    created_at   bigint not null,
    expires_at   bigint,
    last_used_at bigint,
    revoked_at   bigint,
    revoked_by   text,
    constraint app_secret_pkey primary key (id),
    constraint app_secret_hash_key unique (hash),
    constraint app_secret_app_id_fkey foreign key (app_id) references app (id),
    constraint app_secret_created_by_fkey foreign key (created_by) references person (id) on delete set null,
    constraint app_secret_revoked_by_fkey foreign key (revoked_by) references person (id) on delete set null
);
create index app_secret_app_id_idx on app_secret (app_id);
create index app_secret_created_by_idx on app_secret (created_by);
create index app_secret_revoked_by_idx on app_secret (revoked_by);

-- The latest answer to "can this redirect URI be called", per account that asked.
create table redirect_check (
    account_id text   not null,
    uri        text   not null,
    verdict    text   not null,
    detail     text   not null,
    checked_at bigint not null,
    constraint redirect_check_pkey primary key (account_id, uri),
    constraint redirect_check_account_id_fkey foreign key (account_id) references account (id)
);

-- Connections --------------------------------------------------------------------------------------------------------

-- An app that an account (`person_key` empty) or one of its members for himself has connected.
create table connection (
    id           text   not null,
    app_id       text   not null,
    account_id   text   not null,
    kind         text   not null,
    person_key   text   not null,
    granted_by   text,
    created_at   bigint not null,
    updated_at   bigint not null,
    last_used_at bigint not null,
    ended_at     bigint,
    ended_by     text,
    end_reason   text,
    constraint connection_pkey primary key (id),
    constraint connection_app_id_fkey foreign key (app_id) references app (id),
    constraint connection_account_id_fkey foreign key (account_id) references account (id),
    constraint connection_granted_by_fkey foreign key (granted_by) references person (id) on delete set null,
    constraint connection_ended_by_fkey foreign key (ended_by) references person (id) on delete set null
);
create unique index connection_app_id_account_id_person_key_key on connection (app_id, account_id, person_key)
    where ended_at is null;
create index connection_account_id_idx on connection (account_id, created_at);
create index connection_granted_by_idx on connection (granted_by);
create index connection_ended_by_idx on connection (ended_by);

create table connection_scope (
    connection_id text   not null,
    scope         text   not null,
    granted_at    bigint not null,
    constraint connection_scope_pkey primary key (connection_id, scope),
    constraint connection_scope_connection_id_fkey foreign key (connection_id)
        references connection (id) on delete cascade
);

-- What each person has said yes to: an account's connection does not spare its members the question.
create table connection_consent (
    connection_id text   not null,
    person_id     text   not null,
    scope         text   not null,
    granted_at    bigint not null,
    constraint connection_consent_pkey primary key (connection_id, person_id, scope),
    constraint connection_consent_connection_id_fkey foreign key (connection_id)
        references connection (id) on delete cascade,
    constraint connection_consent_person_id_fkey foreign key (person_id) references person (id) on delete cascade
);
create index connection_consent_person_id_idx on connection_consent (person_id);

-- "Ask an admin": a member wants an app that only an admin may connect.
create table connection_request (
    id         text   not null,
    account_id text   not null,
    app_id     text   not null,
    person_id  text   not null,
    scopes     text   not null,
    state      text   not null,
    created_at bigint not null,
    decided_at bigint,
    decided_by text,
    constraint connection_request_pkey primary key (id),
    constraint connection_request_account_id_fkey foreign key (account_id) references account (id),
    constraint connection_request_app_id_fkey foreign key (app_id) references app (id),
    constraint connection_request_person_id_fkey foreign key (person_id) references person (id) on delete cascade,
    constraint connection_request_decided_by_fkey foreign key (decided_by) references person (id) on delete set null
);
create unique index connection_request_account_id_app_id_person_id_key
    on connection_request (account_id, app_id, person_id)
    where decided_at is null;
create index connection_request_person_id_idx on connection_request (person_id);
create index connection_request_decided_by_idx on connection_request (decided_by);

-- Grants, codes and tokens -------------------------------------------------------------------------------------------

-- What one authorization gave: everything issued from its code names it and dies with it. `person_id` is null once
-- the person is erased. Nothing issued from it lives longer than `keep_until`.
create table access_grant (
    id            text   not null,
    connection_id text   not null,
    app_id        text   not null,
    person_id     text,
    account_id    text   not null,
    scopes        text   not null,
    resource      text   not null,
    session_sid   text,
    auth_time     bigint not null,
    created_at    bigint not null,
    keep_until    bigint not null,
    ended_at      bigint,
    end_reason    text,
    constraint access_grant_pkey primary key (id),
    constraint access_grant_connection_id_fkey foreign key (connection_id) references connection (id),
    constraint access_grant_app_id_fkey foreign key (app_id) references app (id),
    constraint access_grant_person_id_fkey foreign key (person_id) references person (id) on delete set null,
    constraint access_grant_account_id_fkey foreign key (account_id) references account (id)
);
create index access_grant_connection_id_idx on access_grant (connection_id);
create index access_grant_person_id_idx on access_grant (person_id);
create index access_grant_keep_until_idx on access_grant (keep_until);

-- A request at the authorization endpoint that waits for a person, in the browser that claimed it first.
create table authorization_request (
    id_hash      bytea  not null,
    browser_hash bytea,
    app_id       text   not null,
    request      text   not null,
    person_id    text,
    account_id   text,
    signed_in_at bigint,
    created_at   bigint not null,
    expires_at   bigint not null,
    decided_at   bigint,
    constraint authorization_request_pkey primary key (id_hash),
    constraint authorization_request_app_id_fkey foreign key (app_id) references app (id),
    constraint authorization_request_person_id_fkey foreign key (person_id) references person (id) on delete cascade,
    constraint authorization_request_account_id_fkey foreign key (account_id) references account (id)
);
create index authorization_request_expires_at_idx on authorization_request (expires_at);
create index authorization_request_person_id_idx on authorization_request (person_id);

create table authorization_code (
    hash           bytea  not null,
    app_id         text   not null,
    grant_id       text   not null,
    redirect_uri   text   not null,
    code_challenge text,
    nonce          text,
    dpop_jkt       text,
    created_at     bigint not null,
    expires_at     bigint not null,
    used_at        bigint,
    constraint authorization_code_pkey primary key (hash),
    constraint authorization_code_app_id_fkey foreign key (app_id) references app (id),
    constraint authorization_code_grant_id_fkey foreign key (grant_id) references access_grant (id) on delete cascade
);
create index authorization_code_grant_id_idx on authorization_code (grant_id);

-- The grant is the family: a grant has one chain of refresh tokens.
create table refresh_token (
    hash             bytea  not null,
    grant_id         text   not null,
    created_at       bigint not null,
    expires_at       bigint not null,
    last_used_at     bigint not null,
    used_at          bigint, -- rotated: what came after it is in the next two
    successor_hash   bytea,
    successor_sealed bytea,
    dpop_jkt         text,
    revoked_at       bigint,
    constraint refresh_token_pkey primary key (hash),
    constraint refresh_token_grant_id_fkey foreign key (grant_id) references access_grant (id) on delete cascade
);
create index refresh_token_grant_id_idx on refresh_token (grant_id);
create index refresh_token_expires_at_idx on refresh_token (expires_at);

-- Single access tokens that were revoked before their end.
create table revoked_token (
    jti        text   not null,
    grant_id   text,
    revoked_at bigint not null,
    expires_at bigint not null,
    constraint revoked_token_pkey primary key (jti)
);
create index revoked_token_expires_at_idx on revoked_token (expires_at);

create table signing_key (
    kid          text   not null,
    alg          text   not null,
    state        text   not null,
    sealed       bytea  not null,
    public_jwk   text   not null,
    created_at   bigint not null,
    activates_at bigint not null,
    retires_at   bigint,
    constraint signing_key_pkey primary key (kid)
);
-- Two nodes that find no key at the same moment make one.
create unique index signing_key_alg_key on signing_key (alg) where state = 'active';

-- The trail ----------------------------------------------------------------------------------------------------------

-- Append-only. Each account has its own chain: `hash` covers the row and `prev_hash`. No foreign keys: the trail
-- outlives what it speaks of, and the empty account is the server itself.
create table audit (
    account_id   text   not null,
    seq          bigint not null,
    at           bigint not null,
    actor_kind   text   not null,
    actor_id     text   not null,
    actor_label  text   not null,
    action       text   not null,
    object_kind  text   not null,
    object_id    text   not null,
    object_label text   not null,
    detail       text   not null,
    ip           text   not null,
    request_id   text   not null,
    prev_hash    bytea  not null,
    hash         bytea  not null,
    constraint audit_pkey primary key (account_id, seq)
);
create index audit_object_idx on audit (account_id, object_kind, object_id, seq);

create table audit_head (
    account_id text   not null,
    seq        bigint not null,
    hash       bytea  not null,
    constraint audit_head_pkey primary key (account_id)
);

-- Mail that waits to be sent; `next_attempt_at` is null when it was sent or given up.
create table outbox_mail (
    id              text   not null,
    recipient       text   not null,
    subject         text   not null,
    body_text       text   not null,
    body_html       text   not null,
    created_at      bigint not null,
    sent_at         bigint,
    attempts        bigint not null,
    next_attempt_at bigint,
    last_error      text,
    constraint outbox_mail_pkey primary key (id)
);
create index outbox_mail_next_attempt_at_idx on outbox_mail (next_attempt_at);
create index outbox_mail_created_at_idx on outbox_mail (created_at);

-- Flows that were refused, with the reason for the app's owner.
create table flow_event (
    request_id text   not null,
    account_id text   not null,
    app_id     text,
    at         bigint not null,
    stage      text   not null,
    error      text   not null,
    hint       text   not null,
    detail     text   not null,
    constraint flow_event_pkey primary key (request_id),
    constraint flow_event_account_id_fkey foreign key (account_id) references account (id),
    constraint flow_event_app_id_fkey foreign key (app_id) references app (id)
);
create index flow_event_at_idx on flow_event (at);
create index flow_event_account_id_idx on flow_event (account_id, at);
create index flow_event_app_id_idx on flow_event (app_id, at);

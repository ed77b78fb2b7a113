-- What an app may say once and for all: the one algorithm with which it signs who it is, and how old a sign-in may be.
alter table app_version add column auth_alg text; -- null: any that its profile allows
alter table app_version add column default_max_age bigint; -- seconds; null: any age

-- Sessions that have ended because nobody used them are looked for again and again.
create index session_last_seen_at_idx on session (last_seen_at);

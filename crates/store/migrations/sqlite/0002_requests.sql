-- How each app asks for tokens and what it is given: pushed and signed requests, proofs of possession, subjects per
-- sector, grants beyond the browser's. The defaults are what every app had before.
alter table app_version add column require_par integer not null default 0 check (require_par in (0, 1));
alter table app_version add column dpop_bound integer not null default 0 check (dpop_bound in (0, 1));
alter table app_version add column userinfo_alg text; -- null: plain JSON
alter table app_version add column request_object_alg text; -- null: any that the server knows
alter table app_version add column subject_type text not null default 'public';
alter table app_version add column sector_identifier_uri text;
alter table app_version add column device_grant integer not null default 0 check (device_grant in (0, 1));
alter table app_version add column token_exchange integer not null default 0 check (token_exchange in (0, 1));

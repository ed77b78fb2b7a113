-- Whether a grant stays when the person who gave it leaves the account. What was given before this was kept is the
-- person's alone: the app asks an admin of the account once more.
alter table access_grant add column outlives_person boolean not null default false;

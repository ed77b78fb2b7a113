-- The account that a person worked in last: a sign-in opens it again, whatever accounts they have joined since.
alter table person add column last_account_id text constraint person_last_account_id_fkey references account (id);

-- A browser in which a person has signed in: guesses that strangers make at the person's password do not slow it down.
create table known_browser (
    person_id    text    not null,
    browser_hash blob    not null,
    created_at   integer not null,
    last_used_at integer not null,
    constraint known_browser_pkey primary key (person_id, browser_hash),
    constraint known_browser_person_id_fkey foreign key (person_id) references person (id) on delete cascade
) strict, without rowid;
create index known_browser_last_used_at_idx on known_browser (last_used_at);

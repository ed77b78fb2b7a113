-- Submissions: versions of apps that wait for the platform's approval, and what came of each. A submission is about one
-- version; a developer who changes something after a decision submits again.
create table submission (
    id              text    not null,
    app_id          text    not null,
    number          integer not null, -- counted from 1 within the app
    version_id      text    not null,
    base_version_id text,             -- what was live when it was decided; null while it waits, and of a first approval
    state           text    not null,
    note            text    not null,
    submitted_by    text,
    submitted_at    integer not null,
    assigned_to     text,
    assigned_at     integer,
    decided_by      text,
    decided_at      integer,          -- also when it was withdrawn: an open submission has none
    template        text    not null, -- which of the usual reasons it was; may be empty
    reason          text    not null, -- the reviewer's own words
    constraint submission_pkey primary key (id),
    constraint submission_app_id_number_key unique (app_id, number),
    constraint submission_app_id_fkey foreign key (app_id) references app (id),
    constraint submission_version_id_fkey foreign key (version_id) references app_version (id),
    constraint submission_base_version_id_fkey foreign key (base_version_id) references app_version (id),
    constraint submission_submitted_by_fkey foreign key (submitted_by) references person (id) on delete set null,
    constraint submission_assigned_to_fkey foreign key (assigned_to) references person (id) on delete set null,
    constraint submission_decided_by_fkey foreign key (decided_by) references person (id) on delete set null
) strict;
create unique index submission_app_id_key on submission (app_id) where decided_at is null;
create index submission_version_id_idx on submission (version_id);
create index submission_base_version_id_idx on submission (base_version_id);
create index submission_submitted_at_idx on submission (submitted_at);
create index submission_submitted_by_idx on submission (submitted_by);
create index submission_assigned_to_idx on submission (assigned_to);
create index submission_decided_by_idx on submission (decided_by);

-- What the server found out by itself about the version; `subject` is what was looked at, such as an address.
create table submission_check (
    submission_id text    not null,
    position      integer not null,
    name          text    not null,
    subject       text    not null,
    verdict       text    not null,
    finding       text    not null, -- the name of the sentence that says why
    evidence      text    not null, -- the values of that sentence: a JSON object of texts
    checked_at    integer not null,
    constraint submission_check_pkey primary key (submission_id, position),
    constraint submission_check_submission_id_fkey foreign key (submission_id) references submission (id)
) strict, without rowid;

-- What reviewers and developers say to each other about a field (or, with an empty one, about the whole). Internal notes
-- are for reviewers alone.
create table submission_comment (
    id            text    not null,
    submission_id text    not null,
    field         text    not null,
    side          text    not null,
    kind          text    not null,
    author        text,
    text          text    not null,
    created_at    integer not null,
    constraint submission_comment_pkey primary key (id),
    constraint submission_comment_submission_id_fkey foreign key (submission_id) references submission (id),
    constraint submission_comment_author_fkey foreign key (author) references person (id) on delete set null
) strict;
create index submission_comment_submission_id_idx on submission_comment (submission_id);
create index submission_comment_author_idx on submission_comment (author);

-- What each reviewer last saw of a submission, so that the page can mark what is new since.
create table submission_look (
    submission_id text    not null,
    person_id     text    not null,
    version_id    text    not null,
    looked_at     integer not null,
    constraint submission_look_pkey primary key (submission_id, person_id),
    constraint submission_look_submission_id_fkey foreign key (submission_id) references submission (id),
    constraint submission_look_person_id_fkey foreign key (person_id) references person (id) on delete cascade,
    constraint submission_look_version_id_fkey foreign key (version_id) references app_version (id)
) strict, without rowid;
create index submission_look_person_id_idx on submission_look (person_id);
create index submission_look_version_id_idx on submission_look (version_id);

-- What the use of an app shows of it is found by its connections, those that have ended too.
create index connection_app_id_idx on connection (app_id, account_id);

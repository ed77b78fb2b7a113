-- What an app says of itself in the store: what its owner is writing, and what everybody reads. Name and logo are not
-- here: they come from the app's live version.
create table listing (
    app_id         text    not null,
    form           text    not null, -- draft, published
    title          text    not null, -- empty: the app's name
    short_text     text    not null,
    long_text      text    not null,
    categories     text    not null, -- JSON
    languages      text    not null, -- JSON
    pricing        text    not null,
    website        text    not null, -- the addresses are empty when there is none
    support        text    not null,
    guide_url      text    not null,
    landing_url    text    not null,
    begun_at       integer not null, -- when the app first had a draft, or was first published
    saved_at       integer not null,
    constraint listing_pkey primary key (app_id, form),
    constraint listing_app_id_fkey foreign key (app_id) references app (id)
) strict, without rowid;
create index listing_form_begun_at_idx on listing (form, begun_at, app_id);

create table screenshot (
    id           text    not null, -- SHA-256 of `bytes` in hex
    content_type text    not null,
    width        integer not null,
    height       integer not null,
    bytes        blob    not null,
    created_at   integer not null,
    constraint screenshot_pkey primary key (id)
) strict;

create table listing_screenshot (
    app_id        text    not null,
    form          text    not null,
    position      integer not null,
    screenshot_id text    not null,
    source_url    text    not null, -- where it was fetched
    caption       text    not null,
    constraint listing_screenshot_pkey primary key (app_id, form, position),
    constraint listing_screenshot_app_id_form_fkey foreign key (app_id, form) references listing (app_id, form) on delete cascade,
    constraint listing_screenshot_screenshot_id_fkey foreign key (screenshot_id) references screenshot (id)
) strict, without rowid;
create index listing_screenshot_screenshot_id_idx on listing_screenshot (screenshot_id);

-- Apps that were published before there was anything to say of them stay in the store, with their name and logo.
insert into listing (app_id, form, title, short_text, long_text, categories, languages, pricing, website, support,
    guide_url, landing_url, begun_at, saved_at)
    select id, 'published', '', '', '', '[]', '[]', '', '', '', '', '', updated_at, updated_at
    from app where listing = 'published';

//! Every statement prepares, and both engines have the same tables.

use super::{Place, on_both_engines};
use crate::{Row, STATEMENTS, Store};
use std::collections::BTreeSet;

on_both_engines! {
    every_statement_prepares,
}

async fn every_statement_prepares(place: &Place) {
    let store = place.server().await;
    let mut prepared = 0;
    for (file, statements) in STATEMENTS {
        for (name, text) in *statements {
            store.engine.prepares(text).await.unwrap_or_else(|error| panic!("{file}::{name}: {error}"));
            prepared += 1;
        }
    }
    assert!(prepared > 100, "only {prepared} statements are listed");
}

#[test]
fn every_file_with_statements_is_listed() {
    let src = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(src).expect("the sources") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if path.is_file() && std::fs::read_to_string(&path).expect("a text").contains("\ncrate::sql! {") {
            files.push(name);
        }
    }
    files.sort();
    let listed: Vec<_> = STATEMENTS.iter().map(|(file, _)| *file).collect();
    assert_eq!(files, listed);
}

/// What a schema consists of, one line for each thing, in the words of PostgreSQL.
type Schema = BTreeSet<String>;

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_tables_columns_constraints_and_indexes() {
    let mut sqlite = Schema::new();
    Place::sqlite(async |place| sqlite = schema_of_sqlite(&place.command().await).await).await;
    assert!(sqlite.len() > 300, "{sqlite:#?}");
    Place::postgres(async |place| {
        let postgres = schema_of_postgres(&place.command().await).await;
        let only = |ours: &Schema, theirs: &Schema| ours.difference(theirs).cloned().collect::<Vec<_>>();
        let differences = (only(&sqlite, &postgres), only(&postgres, &sqlite));
        assert_eq!(
            differences,
            (Vec::new(), Vec::new()),
            "only SQLite has the first, only PostgreSQL the others"
        );
    })
    .await;
}

async fn rows(store: &Store, statement: &'static str) -> Vec<Row> {
    store.reader().query(statement, &[]).await.unwrap_or_else(|error| panic!("{statement}: {error}"))
}

fn text(row: &Row, index: usize) -> String {
    row.text(index).expect("text")
}

async fn schema_of_sqlite(store: &Store) -> Schema {
    let columns = "select t.name, c.name, lower(c.type), c.\"notnull\" or c.pk > 0, t.sql \
        from pragma_table_list l join sqlite_master t on t.name = l.name join pragma_table_info(t.name) c \
        where l.type = 'table' and l.name not like 'sqlite_%'";
    let mut schema = Schema::new();
    for row in rows(store, columns).await {
        let (table, column, sql) = (text(&row, 0), text(&row, 1), text(&row, 4));
        // A number that may only be 0 or 1 is a boolean.
        let is_flag = sql.contains(&format!("check ({column} in (0, 1))"));
        let kind = match text(&row, 2).as_str() {
            "integer" if is_flag => "boolean",
            "integer" => "bigint",
            "blob" => "bytea",
            "text" => "text",
            other => panic!("{table}.{column} is {other}"),
        };
        let null = if row.bool(3).expect("a flag") { "not null" } else { "null" };
        schema.insert(format!("column {table}.{column} {kind} {null}"));
        schema.extend(named_constraints(&table, &sql));
        if sql.contains("autoincrement") {
            schema.insert(format!("constraint {table}: {table}_pkey"));
        }
    }
    let indexes = "select tbl_name, name, sql like 'create unique%' from sqlite_master \
        where type = 'index' and sql is not null";
    for row in rows(store, indexes).await {
        let unique = if row.bool(2).expect("a flag") { "unique " } else { "" };
        schema.insert(format!("{unique}index {}: {}", text(&row, 0), text(&row, 1)));
    }
    schema
}

/// SQLite knows the names of constraints only as words of the statement that made the table.
fn named_constraints(table: &str, sql: &str) -> Vec<String> {
    let named = sql.split("constraint ").skip(1).filter_map(|rest| rest.split_whitespace().next());
    named.map(|name| format!("constraint {table}: {name}")).collect()
}

async fn schema_of_postgres(store: &Store) -> Schema {
    let columns = "select table_name::text, column_name::text, data_type::text, is_nullable = 'NO' \
        from information_schema.columns where table_schema = current_schema()";
    let mut schema = Schema::new();
    for row in rows(store, columns).await {
        let null = if row.bool(3).expect("a flag") { "not null" } else { "null" };
        schema.insert(format!("column {}.{} {} {null}", text(&row, 0), text(&row, 1), text(&row, 2)));
    }
    let constraints = "select c.conrelid::regclass::text, c.conname::text from pg_constraint c \
        where c.contype in ('p', 'u', 'f') and c.connamespace = current_schema()::regnamespace";
    for row in rows(store, constraints).await {
        schema.insert(format!("constraint {}: {}", text(&row, 0), text(&row, 1)));
    }
    let indexes = "select i.indrelid::regclass::text, i.indexrelid::regclass::text, i.indisunique from pg_index i \
        join pg_class k on k.oid = i.indexrelid where k.relnamespace = current_schema()::regnamespace \
        and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('p', 'u'))";
    for row in rows(store, indexes).await {
        let unique = if row.bool(2).expect("a flag") { "unique " } else { "" };
        schema.insert(format!("{unique}index {}: {}", text(&row, 0), text(&row, 1)));
    }
    schema
}

/// The engine of SQLite makes the name of a broken constraint from its columns; PostgreSQL knows the real one.
#[tokio::test(flavor = "multi_thread")]
async fn unique_constraints_are_named_by_their_columns() {
    Place::postgres(async |place| {
        let store = place.command().await;
        let unique = "select i.indrelid::regclass::text, i.indexrelid::regclass::text, i.indisprimary, \
            (select string_agg(a.attname, '_' order by k.place) from unnest(i.indkey) with ordinality k (number, place) \
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number) \
            from pg_index i join pg_class k on k.oid = i.indexrelid \
            where i.indisunique and k.relnamespace = current_schema()::regnamespace";
        let unique = rows(&store, unique).await;
        assert!(unique.len() > 40, "only {} unique constraints", unique.len());
        for row in unique {
            let (table, name) = (text(&row, 0), text(&row, 1));
            let is_key = row.bool(2).expect("a flag");
            let expected =
                if is_key { format!("{table}_pkey") } else { format!("{table}_{}_key", text(&row, 3)) };
            assert_eq!(name, expected);
        }
    })
    .await;
}

//! Transactions: all or nothing, whatever happens around them.

use super::{NOW, Place, note, note_in, noted, on_both_engines, poll_at_most};
use crate::value::values;
use crate::{ChangeKind, Error, FOREIGN_KEY, Store, Value};
use futures_util::future::join_all;
use std::time::Duration;

on_both_engines! {
    a_refused_transaction_leaves_no_trace,
    a_transaction_sees_its_own_writes_and_nobody_else_does,
    awaiting_anything_but_the_store_rolls_back_and_holds_nobody_up,
    a_panic_in_a_transaction_rolls_back_and_holds_nobody_up,
    a_transaction_that_has_ended_runs_no_statement,
    a_failed_statement_ends_the_transaction_even_if_nobody_looks_at_it,
    a_write_dropped_at_any_await_happens_entirely_or_not_at_all,
    many_writers_lose_nothing,
    of_sixteen_racers_for_one_row_one_wins,
    one_failing_member_among_sixteen_takes_nobody_with_it,
    conflicts_have_the_name_of_the_constraint,
    values_come_back_as_they_went_in,
    parameters_go_by_number_and_each_needs_a_value,
    text_with_a_nul_neither_fails_nor_finds_what_was_written_without,
}

async fn a_refused_transaction_leaves_no_trace(place: &Place) {
    let store = place.server().await;
    let refused = store
        .write(NOW, |tx| async move {
            note_in(&tx, &["refused"]).await?;
            Err::<(), Error>(Error::Busy)
        })
        .await;
    assert_eq!(refused, Err(Error::Busy));
    assert_eq!(note(&store, &["kept"]).await, Ok(()));
    assert_eq!(noted(&store).await, ["kept"]);
}

async fn a_transaction_sees_its_own_writes_and_nobody_else_does(place: &Place) {
    let store = place.server().await;
    let others = store.clone();
    let (own, foreign) = store
        .write(NOW, |tx| async move {
            note_in(&tx, &["mine"]).await?;
            let count = "select count(*) from change";
            let own = tx.query_one(count, &[]).await?.int(0)?;
            // Nobody may await another connection in a transaction; to look at it once is all that is needed here.
            let foreign = futures_util::FutureExt::now_or_never(others.reader().query_one(count, &[]));
            Ok::<_, Error>((own, foreign.map(|row| row.and_then(|row| row.int(0)))))
        })
        .await
        .expect("a transaction");
    assert_eq!(own, 1);
    assert!(matches!(foreign, Some(Ok(0)) | None), "{foreign:?}");
    assert_eq!(noted(&store).await, ["mine"]);
}

async fn awaiting_anything_but_the_store_rolls_back_and_holds_nobody_up(place: &Place) {
    let store = place.server().await;
    for round in 0..3 {
        let stopped = store
            .write(NOW, |tx| async move {
                note_in(&tx, &["forgotten"]).await?;
                match round {
                    0 => std::future::pending().await,
                    1 => tokio::task::yield_now().await,
                    _ => tokio::time::sleep(Duration::from_millis(1)).await,
                }
                note_in(&tx, &["forgotten too"]).await
            })
            .await;
        assert!(matches!(stopped, Err(Error::Unavailable(_))), "{stopped:?}");
    }
    assert_eq!(note(&store, &["kept"]).await, Ok(()));
    assert_eq!(noted(&store).await, ["kept"]);
}

async fn a_panic_in_a_transaction_rolls_back_and_holds_nobody_up(place: &Place) {
    let store = place.server().await;
    let writer = store.clone();
    let panicked = tokio::spawn(async move {
        writer
            .write(NOW, |tx| async move {
                note_in(&tx, &["before the panic"]).await?;
                assert!(tx.now() != NOW, "on purpose");
                Ok::<_, Error>(())
            })
            .await
    });
    assert!(panicked.await.is_err_and(|error| error.is_panic()));
    assert_eq!(note(&store, &["kept"]).await, Ok(()));
    assert_eq!(noted(&store).await, ["kept"]);
}

async fn a_transaction_that_has_ended_runs_no_statement(place: &Place) {
    let store = place.server().await;
    let escaped = store.write(NOW, |tx| async move { Ok::<_, Error>(tx) }).await.expect("a transaction");
    let late = escaped.changed(ChangeKind::App, "late").await;
    assert!(matches!(late, Err(Error::Unavailable(_))), "{late:?}");
    let late_inside = store
        .write(NOW, |tx| async move {
            // Another transaction is under way on what may be the same connection.
            let late = escaped.changed(ChangeKind::App, "late").await;
            note_in(&tx, &["kept"]).await?;
            Ok::<_, Error>(late)
        })
        .await
        .expect("a transaction");
    assert!(matches!(late_inside, Err(Error::Unavailable(_))), "{late_inside:?}");
    assert_eq!(noted(&store).await, ["kept"]);
}

async fn a_failed_statement_ends_the_transaction_even_if_nobody_looks_at_it(place: &Place) {
    let store = place.server().await;
    let set = "insert into setting (key, value) values ('k', 'v')";
    assert_eq!(store.write(NOW, |tx| async move { tx.execute(set, &[]).await.map(|_| ()) }).await, Ok(()));
    let conflict = Err(Error::Conflict("setting_pkey".to_owned()));
    let swallowed = store
        .write(NOW, |tx| async move {
            note_in(&tx, &["before"]).await?;
            let failed = tx.execute(set, &[]).await;
            let after = tx.changed(ChangeKind::App, "after").await;
            assert_eq!(failed.map(|_| ()), after, "later statements answer the same");
            Ok::<_, Error>(())
        })
        .await;
    assert_eq!(swallowed, conflict);
    assert_eq!(noted(&store).await, [""; 0]);
}

async fn a_write_dropped_at_any_await_happens_entirely_or_not_at_all(place: &Place) {
    let store = place.server().await;
    let (mut rounds, mut dropped_midway) = (0, 0);
    for _ in 0..10 {
        for polls in 0.. {
            let finished = poll_at_most(polls, note(&store, &["a", "b", "c"])).await;
            // The next writer is neither held up, nor does it commit what was dropped half done.
            assert_eq!(note(&store, &["next"]).await, Ok(()), "after {polls} polls");
            rounds += 1;
            let noted = noted(&store).await;
            let (next, written): (Vec<_>, Vec<_>) = noted.iter().partition(|name| *name == "next");
            assert_eq!(next.len(), rounds, "after {polls} polls");
            assert_eq!(written.len() % 3, 0, "after {polls} polls: {noted:?}");
            if let Some(answer) = finished {
                assert_eq!(answer, Ok(()));
                break;
            }
            dropped_midway += usize::from(polls > 0);
        }
    }
    assert!(dropped_midway > 0);
}

async fn many_writers_lose_nothing(place: &Place) {
    let store = place.server().await;
    let writers = (0..200).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let write =
                move |tx: crate::Tx| async move { tx.changed(ChangeKind::App, &number.to_string()).await };
            store.write(NOW, write).await
        })
    });
    for answer in join_all(writers).await {
        assert_eq!(answer.expect("no panic"), Ok(()));
    }
    let mut numbers: Vec<u32> =
        noted(&store).await.iter().map(|name| name.parse().expect("number")).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..200).collect::<Vec<_>>());
}

async fn of_sixteen_racers_for_one_row_one_wins(place: &Place) {
    let store = place.server().await;
    let insert =
        "insert into action_token (hash, kind, data, created_at, expires_at) values ($1, 'k', '', 0, 0)";
    let made =
        store.write(NOW, |tx| async move { tx.execute(insert, values![[1_u8; 32]]).await.map(|_| ()) }).await;
    assert_eq!(made, Ok(()));
    let racers = (0..16).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            let consume =
                "update action_token set used_at = $1 where hash = $2 and used_at is null returning kind";
            let race =
                move |tx: crate::Tx| async move { tx.query_opt(consume, values![NOW, [1_u8; 32]]).await };
            store.write(NOW, race).await
        })
    });
    let answers = join_all(racers).await;
    let wins = answers.iter().filter(|answer| matches!(answer, Ok(Ok(Some(_))))).count();
    let losses = answers.iter().filter(|answer| matches!(answer, Ok(Ok(None)))).count();
    assert_eq!((wins, losses), (1, 15), "{answers:?}");
}

async fn one_failing_member_among_sixteen_takes_nobody_with_it(place: &Place) {
    let store = place.server().await;
    let writers = (0..16).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let write = move |tx: crate::Tx| async move {
                tx.changed(ChangeKind::App, &number.to_string()).await?;
                match number {
                    3 => Err(Error::Busy),
                    5 => tx
                        .execute("insert into setting (key, value) values ('k', null)", &[])
                        .await
                        .map(|_| ()),
                    7 => std::future::pending().await,
                    _ => Ok(()),
                }
            };
            store.write(NOW, write).await
        })
    });
    for (number, answer) in join_all(writers).await.into_iter().enumerate() {
        let answer = answer.expect("no panic");
        match number {
            3 => assert_eq!(answer, Err(Error::Busy)),
            5 => assert!(matches!(answer, Err(Error::Corrupt(_))), "{answer:?}"),
            7 => assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}"),
            _ => assert_eq!(answer, Ok(())),
        }
    }
    let noted = noted(&store).await;
    assert_eq!(noted.len(), 13, "{noted:?}");
    assert!(!noted.iter().any(|name| ["3", "5", "7"].contains(&name.as_str())), "{noted:?}");
}

async fn conflicts_have_the_name_of_the_constraint(place: &Place) {
    let store = place.server().await;
    let account = "insert into account (id, code, name, name_key, kind, state, connect_policy, created_at) \
        values ($1, $2, '', '', 'developer', 'active', 'admins', 0)";
    let invitation = "insert into invitation (id, account_id, email, email_key, is_admin, roles, units, created_at, \
        expires_at, token_hash) values ($1, $2, $4, $4, false, '', '', 0, 0, $3)";
    let uri = "insert into app_version_uri (version_id, kind, position, uri) values ('v', 'k', $1, $2)";
    let first = attempt(&store, account, values!["a", "AAAA"]).await;
    assert_eq!(first, Ok(()));
    assert_eq!(attempt(&store, invitation, values!["i", "a", vec![1_u8], "e"]).await, Ok(()));
    for (statement, values, constraint) in [
        (account, values!["a", "BBBB"].to_vec(), "account_pkey"),
        (account, values!["b", "AAAA"].to_vec(), "account_code_key"),
        (invitation, values!["i", "a", vec![2_u8], "f"].to_vec(), "invitation_pkey"),
        (invitation, values!["j", "a", vec![1_u8], "f"].to_vec(), "invitation_token_hash_key"),
        (invitation, values!["j", "a", vec![2_u8], "e"].to_vec(), "invitation_account_id_email_key_key"),
        (invitation, values!["j", "z", vec![2_u8], "f"].to_vec(), FOREIGN_KEY),
        (uri, values![1, "u"].to_vec(), FOREIGN_KEY),
    ] {
        let refused = attempt(&store, statement, &values).await;
        assert_eq!(refused, Err(Error::Conflict(constraint.to_owned())));
    }
}

async fn attempt(store: &Store, statement: &'static str, values: &[Value]) -> Result<(), Error> {
    let values = values.to_vec();
    store.write(NOW, |tx| async move { tx.execute(statement, &values).await.map(|_| ()) }).await
}

async fn values_come_back_as_they_went_in(place: &Place) {
    let store = place.server().await;
    let person = "insert into person (id, email, email_key, email_verified, first_name, first_name_key, last_name, \
        last_name_key, state, claims, created_at, updated_at) \
        values ($1, $2, $3, $4, '', '', '', '', 'active', '', $5, $6)";
    let texts = ["plain", "Zoë 漢字 🦀", "'; drop table person; --"];
    for (number, text) in texts.iter().enumerate() {
        let id = number.to_string();
        let verified = number % 2 == 0;
        let values = values![&id, *text, &id, verified, i64::MAX, i64::MIN];
        assert_eq!(attempt(&store, person, values).await, Ok(()));
        let find =
            "select email, email_verified, created_at, updated_at, password_hash from person where id = $1";
        let row = store.reader().query_one(find, values![&id]).await.expect("a row");
        assert_eq!(row.text(0).as_deref(), Ok(*text));
        assert_eq!(row.bool(1), Ok(verified));
        assert_eq!((row.int(2), row.int(3)), (Ok(i64::MAX), Ok(i64::MIN)));
        assert_eq!(row.opt_text(4), Ok(None));
    }
    let verified = "select id from person where email_verified = $1 order by id";
    let rows = store.reader().query(verified, values![true]).await.expect("rows");
    assert_eq!(rows.len(), 2);
    let bytes: Vec<u8> = (0..=255).collect();
    let token = "insert into action_token (hash, kind, person_id, data, created_at, expires_at, used_at) \
        values ($1, 'k', $2, '', 0, 0, $3)";
    assert_eq!(attempt(&store, token, values![bytes.clone(), None::<&str>, None::<i64>]).await, Ok(()));
    let row = store.reader().query_one("select hash, used_at from action_token", &[]).await.expect("a row");
    assert_eq!((row.bytes(0), row.opt_int(1)), (Ok(bytes), Ok(None)));
}

async fn parameters_go_by_number_and_each_needs_a_value(place: &Place) {
    let store = place.server().await;
    let set = "insert into setting (value, key) values ($2, $1)";
    assert_eq!(attempt(&store, set, values!["key", "value"]).await, Ok(()));
    let find = "select key from setting where value = $2 and key = $1";
    assert_eq!(store.reader().query(find, values!["key", "value"]).await.map(|rows| rows.len()), Ok(1));
    for values in [values!["key"].to_vec(), values!["key", "value", "more"].to_vec()] {
        let refused = store.reader().query(find, &values).await;
        assert!(matches!(refused, Err(Error::Corrupt(_))), "{refused:?}");
    }
}

async fn text_with_a_nul_neither_fails_nor_finds_what_was_written_without(place: &Place) {
    let store = place.server().await;
    let set = "insert into setting (key, value) values ($1, $2)";
    assert_eq!(attempt(&store, set, values!["key", "plain"]).await, Ok(()));
    assert_eq!(attempt(&store, set, values!["key\0", "with NUL"]).await, Ok(()));
    let find = "select value from setting where key = $1";
    for (key, value) in [("key", "plain"), ("key\0", "with NUL")] {
        let row = store.reader().query_one(find, values![key]).await.expect("a row");
        assert_eq!(row.text(0).as_deref(), Ok(value));
    }
    assert_eq!(store.reader().query_opt(find, values!["\0key"]).await, Ok(None));
}

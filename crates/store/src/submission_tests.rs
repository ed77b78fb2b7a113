//! Submissions: one at a time, decided once, about what was looked at.

use super::*;
use crate::Store;
use crate::app_version::{AppVersion, NewVersion, VersionState};
use crate::examples::{NOW, World, empty, later, person, race, world, write};
use crate::id::CommentId;
use crate::submission_check::{CheckVerdict, SubmissionCheck};
use crate::submission_comment::{CommentKind, CommentSide, NewComment};

fn id(n: u8) -> SubmissionId {
    SubmissionId::new(NOW, [n; 10])
}

fn version_id(n: u8) -> VersionId {
    VersionId::new(NOW, [n; 10])
}

async fn live(store: &Store, world: &World) -> AppVersion {
    let reader = store.reader();
    let app = reader.find_app(&world.developer, &world.app).await.expect("a read").expect("the app");
    let live = app.live_version_id.expect("a live version");
    reader.find_version(&world.developer, &world.app, &live).await.expect("a read").expect("the version")
}

/// Submits version `n` as submission `n`, a copy of what is live.
async fn submit(store: &Store, world: &World, n: u8) -> i64 {
    let details = live(store, world).await.details;
    let version = NewVersion { id: version_id(n), app_id: world.app.clone(), details, created_by: None };
    let new = NewSubmission {
        id: id(n),
        app_id: world.app.clone(),
        version_id: version_id(n),
        note: "Ready".to_owned(),
        submitted_by: Some(world.person.clone()),
    };
    write(store, later(n.into()), |tx| async move {
        tx.insert_version(&version).await?;
        tx.set_version_state(&new.app_id, &version.id, VersionState::Submitted).await?;
        tx.insert_submission(&new).await
    })
    .await
}

fn closing(n: u8, state: SubmissionState) -> Closing {
    Closing {
        state,
        version_id: version_id(n),
        base_version_id: None,
        only_of: None,
        by: None,
        template: String::new(),
        reason: "Because".to_owned(),
    }
}

fn queue() -> QueueFilter {
    QueueFilter {
        states: vec![SubmissionState::Submitted, SubmissionState::InReview],
        assigned_to: None,
        unassigned: false,
        before: later(1_000_000),
        search: String::new(),
    }
}

async fn found(store: &Store, filter: &QueueFilter) -> Vec<SubmissionId> {
    let page = store.reader().list_submissions(None, filter, &PageRequest::first(10)).await.expect("a page");
    page.items.into_iter().map(|item| item.submission.id).collect()
}

#[tokio::test]
async fn an_app_waits_with_one_version_at_a_time_and_submissions_are_counted() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    assert_eq!(submit(&store, world, 2).await, 1);
    let new = NewSubmission {
        id: id(3),
        app_id: world.app.clone(),
        version_id: version_id(2),
        note: String::new(),
        submitted_by: None,
    };
    let second = store.write(NOW, |tx| async move { tx.insert_submission(&new).await }).await;
    assert_eq!(second, Err(Error::Conflict("submission_app_id_key".to_owned())));
    let open = store.reader().find_open_submission(&world.app).await.expect("a read").expect("a submission");
    assert_eq!((open.id, open.state.is_open()), (id(2), true));
    write(&store, later(50), |tx| async move {
        tx.close_submission(&id(2), &closing(2, SubmissionState::ChangesRequested)).await
    })
    .await;
    assert_eq!(store.reader().find_open_submission(&world.app).await, Ok(None));
    assert_eq!(submit(&store, world, 3).await, 2);
    let all = store.reader().list_submissions_of_app(&world.app).await.expect("submissions");
    assert_eq!(all.iter().map(|one| one.number).collect::<Vec<_>>(), [2, 1]);
}

// security: C07
#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_decisions_one_counts() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    submit(&store, world, 2).await;
    let decided = race(&store, |n, tx| async move {
        let state = if n % 2 == 0 { SubmissionState::Approved } else { SubmissionState::Rejected };
        tx.close_submission(&id(2), &closing(2, state)).await
    });
    assert_eq!(decided.await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_reviewers_one_gets_a_submission_and_only_that_one_gives_it_back() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    for n in 10..26 {
        let new = person(n, &format!("r{n}@platform.example"));
        write(&store, NOW, |tx| async move { tx.insert_person(&new).await }).await;
    }
    let reviewer = |n: u8| PersonId::new([n; 16]);
    submit(&store, world, 2).await;
    let taken =
        race(&store, move |n, tx| async move { tx.assign_submission(&id(2), None, &reviewer(n + 10)).await });
    assert_eq!(taken.await, 1);
    let open = store.reader().find_open_submission(&world.app).await.expect("a read").expect("a submission");
    let (holder, first) = (open.assigned_to.expect("a reviewer"), open.state);
    let other = (10..26).map(reviewer).find(|one| *one != holder).expect("another");
    assert_eq!(first, SubmissionState::InReview);
    let (holder, other) = (&holder, &other);
    write(&store, NOW, |tx| async move {
        assert!(!tx.release_submission(&id(2), other).await?);
        let by = Closing { only_of: Some(other.clone()), ..closing(2, SubmissionState::Approved) };
        assert!(!tx.close_submission(&id(2), &by).await?, "somebody else is on it");
        assert!(!tx.assign_submission(&id(2), Some(other), other).await?, "not from whom it was thought");
        assert!(tx.assign_submission(&id(2), Some(holder), other).await?, "taken over");
        assert!(tx.release_submission(&id(2), other).await?);
        Ok(())
    })
    .await;
}

// security: C07
#[tokio::test]
async fn a_decision_about_another_version_than_the_one_that_waits_counts_for_nothing() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    submit(&store, world, 2).await;
    let details = live(&store, world).await.details;
    let narrower = NewVersion { id: version_id(3), app_id: world.app.clone(), details, created_by: None };
    write(&store, NOW, |tx| async move {
        tx.insert_version(&narrower).await?;
        assert!(tx.move_submission(&id(2), &version_id(2), &version_id(3)).await?);
        assert!(!tx.move_submission(&id(2), &version_id(2), &version_id(3)).await?);
        assert!(!tx.close_submission(&id(2), &closing(2, SubmissionState::Approved)).await?);
        assert!(tx.close_submission(&id(2), &closing(3, SubmissionState::Approved)).await?);
        assert!(!tx.move_submission(&id(2), &version_id(3), &version_id(2)).await?, "it is decided");
        Ok(())
    })
    .await;
}

// security: C07
#[tokio::test]
async fn a_version_that_was_rejected_or_dropped_is_never_made_live() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    for (n, state) in [(2, VersionState::Rejected), (3, VersionState::Dropped)] {
        let details = live(&store, world).await.details;
        let version = NewVersion { id: version_id(n), app_id: world.app.clone(), details, created_by: None };
        write(&store, NOW, |tx| async move {
            tx.insert_version(&version).await?;
            assert!(tx.set_version_state(&world.app, &version.id, state).await?);
            assert!(!tx.make_version_live(&world.app, &version.id).await?);
            Ok(())
        })
        .await;
    }
}

#[tokio::test]
async fn the_queue_is_filtered_searched_and_read_one_after_the_other() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    submit(&store, world, 2).await;
    assert_eq!(found(&store, &queue()).await, [id(2)]);
    for search in ["my AP", "sdxe-ac", "company sd"] {
        assert_eq!(
            found(&store, &QueueFilter { search: search.to_owned(), ..queue() }).await,
            [id(2)],
            "{search}"
        );
    }
    let none = [
        QueueFilter { search: "100%".to_owned(), ..queue() },
        QueueFilter { states: vec![SubmissionState::InReview], ..queue() },
        QueueFilter { states: vec![SubmissionState::Approved], ..queue() },
        QueueFilter { before: later(2), ..queue() },
        QueueFilter { assigned_to: Some(world.person.clone()), ..queue() },
    ];
    for filter in none {
        assert_eq!(found(&store, &filter).await, [], "{filter:?}");
    }
    assert_eq!(found(&store, &QueueFilter { unassigned: true, ..queue() }).await, [id(2)]);
    write(&store, NOW, |tx| async move { tx.assign_submission(&id(2), None, &world.person).await }).await;
    let mine = QueueFilter { assigned_to: Some(world.person.clone()), ..queue() };
    assert_eq!(found(&store, &mine).await, [id(2)]);
    assert_eq!(found(&store, &QueueFilter { unassigned: true, ..queue() }).await, []);
    write(&store, NOW, |tx| async move { tx.delete_app(&world.developer, &world.app, None).await }).await;
    let all = QueueFilter { states: SubmissionState::ALL.to_vec(), ..queue() };
    assert_eq!(found(&store, &all).await, [], "with the app its submissions go from the queue");
    assert_eq!(store.reader().find_submission(&id(2), None).await, Ok(None));
    assert_eq!(
        store.reader().find_open_submission(&world.app).await,
        Ok(None),
        "and nobody decides about them"
    );
}

#[tokio::test]
async fn a_reviewer_sees_what_is_new_since_the_last_look() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    submit(&store, world, 2).await;
    let seen = async || {
        let found = store.reader().find_submission(&id(2), Some(&world.person)).await;
        let found = found.expect("a read").expect("the submission");
        (found.looked_at, found.stirred_at)
    };
    assert_eq!(seen().await, (None, later(2)));
    write(&store, later(5), |tx| async move { tx.put_look(&id(2), &world.person, &version_id(2)).await })
        .await;
    let comment = NewComment {
        id: CommentId::new(NOW, [1; 10]),
        submission_id: id(2),
        field: "scopes".to_owned(),
        side: CommentSide::Developer,
        kind: CommentKind::Open,
        author: Some(world.person.clone()),
        text: "We need it for invoices".to_owned(),
    };
    write(&store, later(9), |tx| async move { tx.insert_comment(&comment).await }).await;
    assert_eq!(seen().await, (Some(later(5)), later(9)));
    let reader = store.reader();
    assert_eq!(reader.find_seen_version(&id(2), &world.person).await, Ok(Some(version_id(2))));
    let [comment] = reader.list_submission_comments(&id(2)).await.expect("comments").try_into().expect("one");
    assert_eq!((comment.author.as_deref(), comment.field.as_str()), (Some("Ada Lovelace"), "scopes"));
    assert_eq!(reader.count_submission_comments(&id(2)).await, Ok(1));
}

#[tokio::test]
async fn new_results_of_the_checks_replace_the_old_ones() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    submit(&store, world, 2).await;
    let check = |name: &str, verdict| SubmissionCheck {
        name: name.to_owned(),
        subject: String::new(),
        verdict,
        finding: "found".to_owned(),
        evidence: "{}".to_owned(),
        checked_at: NOW,
    };
    let first = [check("logo", CheckVerdict::Pass), check("flow", CheckVerdict::Fail)];
    let second = [check("flow", CheckVerdict::Warn)];
    for results in [&first[..], &second[..]] {
        write(&store, NOW, |tx| async move { tx.put_submission_checks(&id(2), results).await }).await;
        assert_eq!(store.reader().list_submission_checks(&id(2)).await.expect("checks"), results);
    }
}

#[tokio::test]
async fn withdrawals_are_no_decisions_in_the_figures() {
    let (_dir, store) = empty().await;
    let world = &world(&store).await;
    for (n, state) in [
        (2, SubmissionState::Rejected),
        (3, SubmissionState::Withdrawn),
        (4, SubmissionState::ChangesRequested),
    ] {
        submit(&store, world, n).await;
        let end = closing(n, state);
        let at = later(u64::from(n) + 100 / u64::from(n));
        write(&store, at, |tx| async move { tx.close_submission(&id(n), &end).await }).await;
    }
    submit(&store, world, 5).await;
    let figures = store.reader().review_figures(NOW).await.expect("figures");
    let expected = ReviewFigures { waiting: 1, oldest: Some(later(5)), took: vec![25_000, 50_000] };
    assert_eq!(figures, expected);
    let none = store.reader().review_figures(later(1_000)).await.expect("figures");
    assert_eq!(none.took, Vec::<i64>::new());
}

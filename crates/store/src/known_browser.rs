//! Browsers in which people have signed in before: each has a count of wrong passwords of its own.

use crate::id::PersonId;
use crate::value::values;
use crate::{Error, Reader, Tx};

crate::sql! {
    IS_KNOWN = "select k.person_id from known_browser k join person p on p.id = k.person_id \
        where p.email_key = $1 and k.browser_hash = $2";
    KEEP = "insert into known_browser (person_id, browser_hash, created_at, last_used_at) values ($1, $2, $3, $3) \
        on conflict (person_id, browser_hash) do update set last_used_at = excluded.last_used_at";
    /// Programs that sign in anew each time must not fill the table.
    FORGET_OLDEST = "delete from known_browser where person_id = $1 and browser_hash not in \
        (select k.browser_hash from known_browser k where k.person_id = $1 \
        order by k.last_used_at desc, k.browser_hash limit 32)";
    FORGET_OTHERS = "delete from known_browser where person_id = $1 and browser_hash <> $2";
}

impl Reader {
    /// Whether the person with this folded address has signed in in this browser.
    pub async fn is_known_browser(&self, email_key: &str, browser_hash: &[u8; 32]) -> Result<bool, Error> {
        Ok(self.query_opt(IS_KNOWN, values![email_key, browser_hash]).await?.is_some())
    }
}

impl Tx {
    /// Remembers that the person has signed in in this browser; the 32 last used ones are known.
    pub async fn keep_browser(&self, person: &PersonId, browser_hash: &[u8; 32]) -> Result<(), Error> {
        self.execute(KEEP, values![person, browser_hash, self.now()]).await?;
        self.execute(FORGET_OLDEST, values![person]).await?;
        Ok(())
    }

    /// Forgets the person's other browsers, as after a change of the password.
    pub async fn forget_other_browsers(&self, person: &PersonId, kept: &[u8; 32]) -> Result<(), Error> {
        self.execute(FORGET_OTHERS, values![person, kept]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::examples::{NOW, empty, later, person, world, write};

    #[tokio::test]
    async fn a_browser_is_known_for_one_person_only_and_not_for_ever() {
        let (_dir, store) = empty().await;
        let ada = &world(&store).await.person;
        let bob = &person(2, "bob@hotel.example");
        write(&store, NOW, |tx| async move {
            tx.insert_person(bob).await?;
            tx.keep_browser(ada, &[1; 32]).await?;
            tx.keep_browser(ada, &[2; 32]).await
        })
        .await;
        let knows = async |email: &'static str, browser: u8| {
            store.reader().is_known_browser(email, &[browser; 32]).await.expect("a read")
        };
        assert!(knows("ada@hotel.example", 1).await && knows("ada@hotel.example", 2).await);
        assert!(!knows("bob@hotel.example", 1).await, "known for another person");
        assert!(!knows("nobody@hotel.example", 1).await && !knows("ada@hotel.example", 3).await);
        write(&store, NOW, |tx| async move { tx.forget_other_browsers(ada, &[2; 32]).await }).await;
        assert!(!knows("ada@hotel.example", 1).await && knows("ada@hotel.example", 2).await);
        for n in 3..=35 {
            write(&store, later(u64::from(n)), |tx| async move { tx.keep_browser(ada, &[n; 32]).await })
                .await;
        }
        assert!(!knows("ada@hotel.example", 3).await && knows("ada@hotel.example", 4).await, "the last 32");
    }
}

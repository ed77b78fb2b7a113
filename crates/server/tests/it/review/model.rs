//! Random sequences of everything that happens to an app, beside a small model of what must be live.

use std::collections::BTreeSet;

use grantry::app::App;
use grantry::apps::{self, standing, versions};
use grantry::review::decide::{Decision, Verdict, decide};
use grantry::review::{self, submit, withdraw};
use grantry::storefront::publish::{Insist, publish};
use grantry_store::app::{AppState, Listing};
use grantry_store::app_version::VersionState;
use grantry_store::audit::Origin;
use grantry_testkit::http::Client;
use grantry_testkit::world::{RegisteredApp, Tenant};
use grantry_testkit::{Farm, World, each_engine};

use super::{complete, edits};

/// Sequences in every run, and with `GRANTRY_TEST_LONG`; on each engine.
const SHORT: u64 = 60;
const LONG: u64 = 10_000;
/// What happens in one of them.
const STEPS: u64 = 14;

const PATHS: [&str; 3] = ["/a", "/b", "/c"];
const SCOPES: [&str; 3] = ["folios.read", "reports.read", "reservations.read"];

/// What an app asks for, as far as this test changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    paths: BTreeSet<&'static str>,
    scopes: BTreeSet<&'static str>,
}

impl Wanted {
    fn is_within(&self, other: &Self) -> bool {
        self.paths.is_subset(&other.paths) && self.scopes.is_subset(&other.scopes)
    }

    /// What is left of this when only what is also wanted stays: never without a redirect URI.
    fn narrowed_to(&self, wanted: &Self) -> Self {
        let common = |a: &BTreeSet<&'static str>, b: &BTreeSet<&'static str>| a & b;
        let mut paths = common(&self.paths, &wanted.paths);
        if paths.is_empty() {
            paths.clone_from(&self.paths);
        }
        Self { paths, scopes: common(&self.scopes, &wanted.scopes) }
    }
}

/// What must be so.
#[derive(Clone, Debug)]
struct Model {
    live: Wanted,
    /// What waits, and whether it is submitted.
    waiting: Option<(Wanted, bool)>,
    listing: Listing,
    suspended: bool,
}

impl Model {
    fn is_reviewed(&self) -> bool {
        self.listing != Listing::Unlisted
    }

    fn is_submitted(&self) -> bool {
        matches!(self.waiting, Some((_, true)))
    }

    /// Whether an edit is taken, and what is so afterwards.
    fn edit(&mut self, wanted: &Wanted) -> bool {
        match &self.waiting {
            Some((asked, true)) if !wanted.is_within(asked) => return false,
            Some((_, submitted)) if self.is_reviewed() => {
                let submitted = *submitted;
                self.live = self.live.narrowed_to(wanted);
                self.waiting = (self.live != *wanted).then(|| (wanted.clone(), submitted));
            }
            Some(_) => {
                self.live = wanted.clone();
                self.waiting = Some((wanted.clone(), true));
            }
            None if self.is_reviewed() => {
                self.live = self.live.narrowed_to(wanted);
                self.waiting = (self.live != *wanted).then(|| (wanted.clone(), false));
            }
            None => self.live = wanted.clone(),
        }
        true
    }

    fn submit(&mut self) -> bool {
        match (&self.waiting, self.is_reviewed()) {
            (Some((_, true)), _) | (None, true) => false,
            (Some((draft, false)), _) => {
                self.waiting = Some((draft.clone(), true));
                true
            }
            (None, false) => {
                self.waiting = Some((self.live.clone(), true));
                true
            }
        }
    }

    fn withdraw(&mut self) -> bool {
        let Some((asked, true)) = self.waiting.clone() else { return false };
        self.waiting = self.is_reviewed().then_some((asked, false));
        true
    }

    fn decide(&mut self, verdict: Verdict) -> bool {
        let Some((asked, true)) = self.waiting.clone() else { return false };
        self.waiting = match verdict {
            Verdict::Approve => {
                self.live = asked;
                if self.listing == Listing::Unlisted {
                    self.listing = Listing::Approved;
                }
                None
            }
            Verdict::RequestChanges if self.is_reviewed() => Some((asked, false)),
            Verdict::RequestChanges | Verdict::Reject => None,
        };
        true
    }
}

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn some(&mut self, of: [&'static str; 3], none_too: bool) -> BTreeSet<&'static str> {
        let least = u64::from(!none_too);
        let bits = least + self.roll(8 - least);
        of.into_iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, one)| one).collect()
    }

    fn wanted(&mut self) -> Wanted {
        Wanted { paths: self.some(PATHS, false), scopes: self.some(SCOPES, true) }
    }
}

struct Play<'a> {
    farm: &'a Farm,
    world: &'a World,
    owner: &'a Tenant,
    app: RegisteredApp,
    customer: &'a mut Client,
    model: Model,
}

impl Play<'_> {
    fn server(&self) -> &App {
        self.world.app()
    }

    async fn step(&mut self, dice: &mut Dice) -> String {
        let of = (&self.owner.id, &self.app.id);
        let origin = Origin::command();
        match dice.roll(12) {
            0..=3 => {
                let wanted = dice.wanted();
                let taken = self.edits(&wanted).await;
                assert_eq!(taken, self.model.edit(&wanted), "edit {wanted:?}");
                format!("edit {wanted:?}")
            }
            4 | 5 => {
                let done = submit::submit(self.server(), &origin, of, "").await;
                assert_eq!(settled(done), self.model.submit(), "submit");
                "submit".to_owned()
            }
            6 => {
                let done = withdraw::withdraw(self.server(), &origin, of).await;
                assert_eq!(settled(done), self.model.withdraw(), "withdraw");
                "withdraw".to_owned()
            }
            7 => self.decides(Verdict::Approve).await,
            8 => {
                let verdict = if dice.roll(2) == 0 { Verdict::RequestChanges } else { Verdict::Reject };
                self.decides(verdict).await
            }
            9 => {
                let done = versions::discard(self.server(), &origin, of).await;
                let may = matches!(self.model.waiting, Some((_, false)));
                assert_eq!(done.is_ok(), may, "discard");
                if may {
                    self.model.waiting = None;
                }
                "discard".to_owned()
            }
            10 => self.stands(dice).await,
            _ => {
                let wanted = dice.wanted();
                self.connects(&wanted).await;
                format!("connect {wanted:?}")
            }
        }
    }

    async fn edits(&self, wanted: &Wanted) -> bool {
        let edited = edits(self.world, self.owner, &self.app, |raw| {
            raw.redirect_uris = wanted.paths.iter().map(|path| self.farm.url(path)).collect();
            raw.scopes = wanted.scopes.iter().map(|scope| (*scope).to_owned()).collect();
        });
        match edited.await {
            Ok(_) => true,
            Err(apps::Refused::UnderReview) => false,
            Err(other) => panic!("{other}"),
        }
    }

    async fn decides(&mut self, verdict: Verdict) -> String {
        let open = self.server().store.reader().find_open_submission(&self.app.id).await.expect("a read");
        let done = match open {
            None => false,
            Some(open) => {
                let decision = Decision {
                    verdict,
                    seen: open.version_id,
                    template: String::new(),
                    reason: "So be it".to_owned(),
                    despite: false,
                };
                decide(self.server(), &Origin::command(), None, &open.id, &decision).await.is_ok()
            }
        };
        assert_eq!(done, self.model.decide(verdict), "{verdict:?}");
        format!("{verdict:?}")
    }

    async fn stands(&mut self, dice: &mut Dice) -> String {
        let decision = match (dice.roll(3), self.model.suspended) {
            (0, _) => return self.publishes().await,
            (_, true) => standing::Decision::Resume,
            (_, false) => standing::Decision::Suspend,
        };
        let done = standing::decide(self.server(), &Origin::command(), &self.app.client_id, decision).await;
        done.expect("suspended or resumed");
        self.model.suspended = decision == standing::Decision::Suspend;
        format!("{decision:?}")
    }

    async fn publishes(&mut self) -> String {
        let found = self.server().store.reader().find_app_by_client_id(&self.app.client_id).await;
        let found = found.expect("a read").expect("the app");
        let of = (&found.account_id, &found.id);
        let done = publish(self.server(), &Origin::command(), of, Insist::AsItIs).await;
        assert_eq!(done.is_ok(), self.model.is_reviewed(), "publish");
        if self.model.is_reviewed() {
            self.model.listing = Listing::Published;
        }
        "Publish".to_owned()
    }

    /// A customer is sent here by the app, for one redirect URI and some scopes: only what is live is taken.
    async fn connects(&mut self, wanted: &Wanted) {
        let path = wanted.paths.first().copied().unwrap_or("/a");
        let redirect = self.farm.url(path);
        let scopes: Vec<&str> = wanted.scopes.iter().copied().collect();
        let scope = format!("openid {}", scopes.join(" "));
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", self.app.client_id.as_str()),
                ("redirect_uri", &redirect),
                ("scope", scope.trim()),
                ("code_challenge", crate::connecting::CHALLENGE),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        let mut reply = self.customer.opens(&format!("/connect/authorize?{query}")).await;
        let live = &self.model.live;
        if self.model.suspended || !live.paths.contains(path) {
            assert_eq!(reply.status / 100, 4, "{path} is not live, or the app suspended: {}", reply.body);
            return;
        }
        if reply.status == 200 {
            reply = self.customer.posts(&reply.form("Allow").pressing("Allow")).await;
        }
        let back = reply.location();
        assert!(back.starts_with(&redirect), "{back}");
        let is_live = wanted.scopes.is_subset(&live.scopes);
        assert_eq!(back.contains("code="), is_live, "{wanted:?}: {back}");
        assert_eq!(back.contains("invalid_scope"), !is_live, "{wanted:?}: {back}");
    }

    /// What is live, waits and is listed is what the model says, in the store and for the protocol.
    async fn agrees(&self) {
        let found = versions::find(self.server(), &self.owner.id, &self.app.id).await.expect("the app");
        assert_eq!(self.read(&found.live.details), self.model.live, "live");
        let waiting = found.waiting.as_ref();
        let waiting = waiting.map(|one| (self.read(&one.details), one.state == VersionState::Submitted));
        assert_eq!(waiting, self.model.waiting, "waiting");
        assert_eq!(found.app.listing, self.model.listing);
        assert_eq!(found.app.state == AppState::Suspended, self.model.suspended);
        let known = self.server().cached.find_app(&self.app.client_id).await.expect("a read");
        let known = known.expect("the app");
        assert_eq!(self.read(&known.version.details), self.model.live, "what the protocol knows");
        let open = self.server().store.reader().find_open_submission(&self.app.id).await.expect("a read");
        assert_eq!(open.is_some(), self.model.is_submitted());
    }

    fn read(&self, details: &grantry_store::app_version::AppDetails) -> Wanted {
        let has = |path: &&str| details.redirect_uris.contains(&self.farm.url(path));
        let asks = |scope: &&str| details.scopes.iter().any(|one| one == scope);
        Wanted {
            paths: PATHS.into_iter().filter(has).collect(),
            scopes: SCOPES.into_iter().filter(asks).collect(),
        }
    }
}

fn settled<T: std::fmt::Debug>(done: Result<T, review::Refused>) -> bool {
    match done {
        Ok(_) => true,
        Err(
            review::Refused::AlreadySubmitted | review::Refused::NothingToSubmit | review::Refused::Closed,
        ) => false,
        Err(other) => panic!("{other}"),
    }
}

// security: C02, C07, A01
#[tokio::test]
async fn whatever_happens_only_what_is_approved_is_live_and_reaches_a_code() {
    let sequences = if grantry_testkit::runs_long() { LONG } else { SHORT };
    each_engine(async |engine| {
        let farm = Farm::new().await;
        let world = World::setup().on(engine).beside(&farm).start().await;
        let hotel = world.customer("HOTL").await;
        let mut customer = world.signed_in(&hotel.admin).await;
        let mut owner = None;
        for seed in 0..sequences {
            // An account has a limited number of apps.
            if seed % 100 == 0 {
                let letters =
                    format!("D{}{}{}", letter(seed / 100 / 676), letter(seed / 2600), letter(seed / 100));
                owner = Some(world.developer(&letters).await);
            }
            let owner = owner.as_ref().expect("a developer");
            let wish =
                complete(&farm, &format!("APP{seed}")).named(&format!("{seed} is a name of its own {seed}"));
            let app = world.registers(owner, wish).await;
            let live = Wanted { paths: ["/a", "/b"].into(), scopes: ["reservations.read"].into() };
            let model = Model { live, waiting: None, listing: Listing::Unlisted, suspended: false };
            let mut play = Play { farm: &farm, world: &world, owner, app, customer: &mut customer, model };
            let mut dice = Dice(seed);
            for _ in 0..STEPS {
                let step = Box::pin(play.step(&mut dice)).await;
                println!("{seed}: {step}");
                play.agrees().await;
            }
        }
    })
    .await;
}

fn letter(n: u64) -> char {
    char::from(b'A' + u8::try_from(n % 26).unwrap_or(0))
}

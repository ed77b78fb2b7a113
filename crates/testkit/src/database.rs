//! A database that nobody else uses: a folder for SQLite, a fresh database of the throw-away cluster for PostgreSQL.

use tempfile::TempDir;
use tokio_postgres::NoTls;
use url::Url;

/// Which of the two engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// An empty database, deleted when it is dropped.
#[derive(Debug)]
pub struct Database {
    /// The data folder of the server: its keys, and the database file when the engine is SQLite.
    pub folder: TempDir,
    postgres: Option<Postgres>,
}

#[derive(Debug)]
struct Postgres {
    /// The cluster, by its maintenance database.
    cluster: String,
    name: String,
    url: String,
}

impl Database {
    /// # Panics
    /// When no folder or database can be made.
    pub async fn new(engine: Engine) -> Self {
        let folder = tempfile::Builder::new().prefix("grantry-data-").tempdir().expect("a data folder");
        let postgres = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Postgres::create().await),
        };
        Self { folder, postgres }
    }

    #[must_use]
    pub fn engine(&self) -> Engine {
        if self.postgres.is_some() { Engine::Postgres } else { Engine::Sqlite }
    }

    /// The URL for `--database`; none for SQLite, which lives in the folder.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.postgres.as_ref().map(|postgres| postgres.url.as_str())
    }
}

impl Postgres {
    async fn create() -> Self {
        let cluster = cluster().expect("GRANTRY_TEST_POSTGRES: eval \"$(scripts/postgres start)\"");
        let mut random = [0; 8];
        aws_lc_rs::rand::fill(&mut random).expect("randomness");
        let name = format!("grantry_test_{:016x}", u64::from_ne_bytes(random));
        run(&cluster, &format!("create database {name}")).await.expect("a database is created");
        let mut url = Url::parse(&cluster).expect("GRANTRY_TEST_POSTGRES is a URL");
        url.set_path(&name);
        Self { cluster, name, url: url.to_string() }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A test's runtime may be gone, or its only thread may be the one that drops this.
        let (cluster, name) = (self.cluster.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                let statement = format!("drop database if exists {name} with (force)");
                let _ = runtime.block_on(run(&cluster, &statement));
            }
        });
        let _ = dropping.join();
    }
}

async fn run(cluster: &str, statement: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(cluster, NoTls).await?;
    let connection = tokio::spawn(connection);
    let outcome = client.batch_execute(statement).await;
    drop(client);
    let _ = connection.await;
    outcome
}

fn cluster() -> Option<String> {
    crate::environment("GRANTRY_TEST_POSTGRES")
}

/// The engines that this run has. Without a PostgreSQL its half is skipped with a word on standard error; in CI a
/// missing half is a failure.
///
/// # Panics
/// When `CI` is set and `GRANTRY_TEST_POSTGRES` is not.
#[must_use]
pub fn engines() -> Vec<Engine> {
    if cluster().is_some() {
        return vec![Engine::Sqlite, Engine::Postgres];
    }
    assert!(crate::environment("CI").is_none(), "GRANTRY_TEST_POSTGRES is not set, and CI runs both engines");
    #[expect(clippy::print_stderr, reason = "a half that did not run must not look like one that passed")]
    {
        eprintln!(
            "SKIPPED on PostgreSQL: GRANTRY_TEST_POSTGRES is not set; eval \"$(scripts/postgres start)\""
        );
    }
    vec![Engine::Sqlite]
}

/// Tells the same story on each engine: `each_engine(async |engine| { … }).await`.
pub async fn each_engine(story: impl AsyncFn(Engine)) {
    for engine in engines() {
        #[expect(clippy::print_stderr, reason = "the message of a failed story says which engine failed it")]
        {
            eprintln!("engine: {engine:?}");
        }
        story(engine).await;
    }
}

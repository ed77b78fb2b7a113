//! One whole run: both servers, every workload at every number of connections, the table.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::RunArguments;
use crate::check;
use crate::disk;
use crate::load::{self, Plan, Source};
use crate::platform::{self, Cores, Grantry};
use crate::report::{BARE, Report};
use crate::workload::{ALL, Stage, client_credentials, measure};

pub(crate) async fn run(arguments: RunArguments) -> anyhow::Result<()> {
    let own = std::env::current_exe()?;
    let beside = own.parent().context("no folder")?;
    let program = arguments.grantry.clone().unwrap_or_else(|| beside.join("grantry"));
    ensure!(program.exists(), "{} is missing: cargo build --release -p grantry", program.display());
    let data =
        arguments.data.clone().unwrap_or_else(|| beside.join(format!("bench-data-{}", std::process::id())));
    ensure!(!data.exists(), "{} exists; a run starts from nothing", data.display());

    let done = measured(&arguments, Grantry { program, data: data.clone() }).await;
    // Also after a failure: the folder is this run's own.
    let _ = std::fs::remove_dir_all(&data);
    let report = done?;

    writeln!(std::io::stdout(), "{}", report.table())?;
    if let Some(path) = arguments.json {
        std::fs::write(path, serde_json::to_vec_pretty(&report)?)?;
    }
    if arguments.check {
        let missed = report.missed();
        ensure!(missed.is_empty(), "{}", missed.join("; "));
    }
    Ok(())
}

async fn measured(arguments: &RunArguments, grantry: Grantry) -> anyhow::Result<Report> {
    let cores = Cores::part().await;
    let mut report = Report {
        version: version(&grantry.program).await?,
        cores: match cores {
            Cores::Apart => "server on one core, load generator on another",
            Cores::Together => "server and load generator share the cores",
        },
        ..Report::default()
    };
    std::fs::create_dir_all(&grantry.data)?;
    let disk = grantry.data.clone();
    report.syncs_per_second =
        tokio::task::spawn_blocking(move || disk::syncs_per_second(&disk, Duration::from_secs(2))).await??;

    let cast = grantry.fill().await?;
    let server = grantry.serve(cores).await?;
    report.resident_mib_before = server.resident_mib().await;
    let bare = platform::bare(cores).await?;
    let mut stage = Stage::set(&server, cast).await?;
    stage.refuses_a_wrong_secret().await?;
    report.authorizations_per_second = stage.authorizations(Duration::from_secs(2)).await?;

    let time = Duration::from_secs(arguments.seconds);
    for connections in &arguments.connections {
        let plan = |address| Plan { address, connections: *connections, time, most: 500_000 };
        let bare_plan = plan(bare.address);
        let yardstick = load::run(&bare_plan, Source::Same(client_credentials(&stage.cast.custom))).await?;
        ensure!(yardstick.errors == 0, "the bare handler failed: {:?}", yardstick.first_error);
        check::distinct_tokens(&yardstick.bodies, None)?;
        report.add(BARE, *connections, &yardstick);
        for workload in ALL {
            let outcome = measure(&mut stage, workload, &plan(server.address)).await?;
            report.add(workload.name(), *connections, &outcome);
        }
    }
    stage.refuses_a_wrong_secret().await?;
    Ok(report)
}

async fn version(program: &Path) -> anyhow::Result<String> {
    let said = tokio::process::Command::new(program).arg("--version").output().await?;
    Ok(String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

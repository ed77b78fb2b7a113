//! The program as an operator meets it: it starts, says where, ends when it is asked, and starts again.

use grantry_testkit::{Process, each_engine, http};

#[tokio::test]
async fn it_serves_ends_when_asked_and_serves_again_on_the_same_data() {
    each_engine(async |engine| {
        let mut server = Process::of(env!("CARGO_BIN_EXE_grantry")).on(engine).start().await;
        let first = server.address();
        assert_eq!(server.client().gets("/").await.status, 200);
        assert_eq!(http::send(server.ops_address(), "GET", "/readyz", &[], b"").await.status, 200);
        assert!(server.ends().await.success(), "{}", server.log());

        server.starts().await;
        assert_eq!(server.address(), first);
        server.is_killed().await;
        server.starts().await;
        assert_eq!(server.client().gets("/").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_second_server_on_the_same_data_folder_is_refused() {
    let server = Process::of(env!("CARGO_BIN_EXE_grantry")).start().await;
    let second = server.runs(&["serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"]).await;
    assert!(!second.status.success());
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains("already running"), "{said}");
    assert_eq!(server.client().gets("/").await.status, 200, "the first goes on");
}

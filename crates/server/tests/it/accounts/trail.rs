//! The trail as a page and as a file.

use super::Desk;

// security: W10
#[tokio::test]
async fn an_admin_reads_what_was_done_limits_the_list_and_takes_it_away() {
    let desk = Desk::new().await;
    let mut admin = desk.world.signed_in(&desk.hotel.admin).await;
    let form = admin.form("/account/settings", "Save").await;
    admin.submits(&form.with("name", "=cmd|'/c calc'!A0")).await;
    let form = admin.form("/account/members", "Invite").await;
    admin.submits(&form.with("email", "emmy@x.example")).await;

    let all = admin.gets("/account/audit").await;
    for words in ["Account changed", "Invited", "App registered", "Secret created", &desk.hotel.admin.email] {
        assert!(all.says(words), "{words}: {}", all.body);
    }
    let id = all.header("x-request-id").expect("a request id");
    assert!(!all.body.split("</main>").next().expect("a page").contains(id), "the page itself is no entry");
    let invited = admin.gets("/account/audit?action=invitation.").await;
    let list = invited.body.split("id=\"trail\"").nth(1).expect("a list");
    assert!(list.contains("emmy@x.example") && !list.contains("Account changed"), "{list}");
    let about = format!("/account/audit?object=account%3A{}", desk.hotel.id);
    let about = admin.gets(&about).await;
    let list = about.body.split("id=\"trail\"").nth(1).expect("a list");
    assert!(list.contains("Account changed") && !list.contains("emmy@x.example"), "{list}");

    let file = admin.gets("/account/audit?format=csv").await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"audit.csv\""));
    let rows: Vec<&str> = file.body.trim_end().split("\r\n").collect();
    assert!(rows[0].starts_with("number,time,") && rows.len() > 4, "{}", file.body);
    assert!(file.body.contains("account.updated"), "{}", file.body);
    for row in &rows[1..] {
        assert!(row.split("\",\"").all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{row}");
    }
}

#[tokio::test]
async fn a_long_trail_comes_in_pages_and_whole_as_a_file() {
    let desk = Desk::new().await;
    let mut admin = desk.world.signed_in(&desk.hotel.admin).await;
    let form = admin.form("/account/settings", "Save").await;
    for number in 0..210 {
        admin.posts(&form.clone().with("name", &format!("Name {number}"))).await;
    }
    let first = admin.gets("/account/audit?action=account.").await;
    let more = first.body.split("href=\"/account/audit?action=account.&#38;after=").nth(1);
    let token = more.and_then(|rest| rest.split('"').next()).expect("a second page").to_owned();
    let second = admin.gets(&format!("/account/audit?action=account.&after={token}")).await;
    assert_eq!(second.status, 200);
    let file = admin.gets("/account/audit?format=csv&action=account.").await;
    assert_eq!(file.body.lines().count(), 1 + 210 + 1, "a head, the changes, and the making of the account");
}

// security: W05
#[tokio::test]
async fn a_trail_is_its_accounts_own_and_the_servers_is_the_operators() {
    let desk = Desk::new().await;
    let platform = desk.world.operator().await;
    let mut rival = desk.world.signed_in(&desk.rival.admin).await;
    for path in ["/account/audit", "/account/audit?of=server", "/account/audit?format=csv&of=server"] {
        let reply = rival.gets(path).await;
        assert!(!reply.says("HOTL-SP-ROBOT") && !reply.says("API imported"), "{path}: {}", reply.body);
        assert!(!reply.body.contains("api.imported"), "{path}");
    }
    let mut operator = desk.world.signed_in(&platform.admin).await;
    assert!(operator.gets("/account/audit?of=server").await.says("API imported"));
    let object = format!("/account/audit?object=account%3A{}", desk.hotel.id);
    let foreign = rival.gets(&object).await;
    assert!(foreign.says("Nothing here"), "{}", foreign.body);
}

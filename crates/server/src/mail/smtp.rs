//! How mails leave: SMTP, one message at a time.

use std::time::{Duration, UNIX_EPOCH};

use anyhow::Context as _;
use grantry_oauth::time::Timestamp;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use url::Url;

use super::Mail;
use crate::config;

/// How long the mail server may think about one command.
const PATIENCE: Duration = Duration::from_secs(20);

/// The way to the mail server.
#[derive(Debug)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// The part of message ids after the `@`.
    host: String,
}

/// A mail that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Whether another attempt is useless.
    pub forever: bool,
    /// The mail server's words, or ours.
    pub said: String,
}

impl Smtp {
    /// The way that the settings describe; `None` when mails stay in the local mailbox. Connects nowhere yet.
    ///
    /// # Errors
    /// A URL that cannot be understood, or that would send a password in clear text.
    pub fn new(settings: &config::Mail, public_url: &config::PublicUrl) -> anyhow::Result<Option<Self>> {
        let (Some(secret), Some(from)) = (&settings.smtp, &settings.from) else { return Ok(None) };
        // The URL itself may hold a password, so no error quotes it.
        let url = Url::parse(secret.reveal())
            .ok()
            .context("mail.smtp is not a URL (smtps://user:password@host)")?;
        let host = url.host_str().context("mail.smtp names no host")?;
        let nearby = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        let clear = url.scheme() == "smtp"
            && !url.query_pairs().any(|(name, how)| name == "tls" && how == "required");
        anyhow::ensure!(
            nearby || !clear || url.password().is_none(),
            "mail.smtp would send the password in clear text: use smtps:// or add ?tls=required"
        );
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(secret.reveal()).ok().context(
            "mail.smtp is not understood: write smtps://user:password@host or smtp://host?tls=required",
        )?;
        let transport = builder.timeout(Some(PATIENCE)).build();
        let host = public_url.host().trim_matches(['[', ']']).to_owned();
        Ok(Some(Self { transport, from: from.clone(), host }))
    }

    /// Connects, signs in if it is asked for, and leaves again.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn greet(&self) -> Result<(), Refused> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Refused { forever: false, said: "it hung up".to_owned() }),
            Err(why) => Err(Refused { forever: why.is_permanent(), said: why.to_string() }),
        }
    }

    /// Hands one mail over. `id` and `written_at` make every attempt the same message.
    ///
    /// # Errors
    /// The refusal, which says whether to try again.
    pub async fn send(&self, id: &str, written_at: Timestamp, mail: &Mail) -> Result<(), Refused> {
        let message = self
            .message(id, written_at, mail)
            .map_err(|why| Refused { forever: true, said: why.to_string() })?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(why) => Err(Refused { forever: why.is_permanent(), said: why.to_string() }),
        }
    }

    fn message(&self, id: &str, written_at: Timestamp, mail: &Mail) -> anyhow::Result<Message> {
        // An address that parses holds no line break, and the subject is encoded: neither can add a header.
        let to = Mailbox::new(None, mail.recipient.parse().context("the recipient is not a mail address")?);
        let ms = u64::try_from(written_at.0).unwrap_or_default();
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(mail.subject.clone())
            .date(UNIX_EPOCH + Duration::from_millis(ms))
            .message_id(Some(format!("<{id}@{}>", self.host)))
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .context("the mail cannot be put together")
    }
}

/// RFC 3834 §5: a mail that a program wrote says so, and no program answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::TcpListener;

    /// A mail server that keeps what it takes; it refuses recipients at `full.example` and `gone.example`.
    #[derive(Clone)]
    pub(in crate::mail) struct Inbox {
        pub(in crate::mail) port: u16,
        pub(in crate::mail) taken: Arc<Mutex<Vec<String>>>,
    }

    impl Inbox {
        pub(in crate::mail) async fn open() -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let inbox = Self { port: listener.local_addr().unwrap().port(), taken: Arc::default() };
            let taken = Arc::clone(&inbox.taken);
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(take(stream, Arc::clone(&taken)));
                }
            });
            inbox
        }

        pub(in crate::mail) fn smtp(&self) -> Smtp {
            let settings = config::Mail {
                smtp: Some(config::Secret::new(format!("smtp://127.0.0.1:{}", self.port))),
                from: Some("Innkeeper <no-reply@inn.example>".parse().unwrap()),
            };
            Smtp::new(&settings, &"https://connect.example".parse().unwrap()).unwrap().unwrap()
        }
    }

    async fn take(stream: tokio::net::TcpStream, taken: Arc<Mutex<Vec<String>>>) {
        let (reading, mut writing) = stream.into_split();
        let mut lines = BufReader::new(reading).lines();
        let mut message: Option<String> = None;
        writing.write_all(b"220 inbox\r\n").await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            let answer = match &mut message {
                Some(text) if line == "." => {
                    taken.lock().unwrap().push(std::mem::take(text));
                    message = None;
                    "250 taken\r\n"
                }
                Some(text) => {
                    text.push_str(&line);
                    text.push('\n');
                    continue;
                }
                None if line == "DATA" => {
                    message = Some(String::new());
                    "354 go on\r\n"
                }
                None if line.starts_with("RCPT") && line.contains("@full.example") => {
                    "452 the mailbox is full\r\n"
                }
                None if line.starts_with("RCPT") && line.contains("@gone.example") => "550 nobody here\r\n",
                None => "250 fine\r\n",
            };
            writing.write_all(answer.as_bytes()).await.unwrap();
        }
    }

    fn mail(recipient: &str) -> Mail {
        Mail {
            recipient: recipient.to_owned(),
            subject: "Grüße\r\nBcc: eve@evil.example".to_owned(),
            text: "Hello".to_owned(),
            html: "<p>Hello</p>".to_owned(),
        }
    }

    #[tokio::test]
    async fn a_mail_arrives_whole_and_with_the_headers_we_meant() {
        let inbox = Inbox::open().await;
        inbox.smtp().send("mail_1", Timestamp(1_767_225_600_000), &mail("ada@inn.example")).await.unwrap();
        let taken = inbox.taken.lock().unwrap().join("");
        let (headers, body) = taken.split_once("\n\n").unwrap();
        for expected in [
            "From: Innkeeper <no-reply@inn.example>",
            "To: ada@inn.example",
            "Date: Thu, 01 Jan 2026 00:00:00 +0000",
            "Message-ID: <mail_1@connect.example>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
        ] {
            assert!(headers.lines().any(|line| line == expected), "{expected} is missing in\n{headers}");
        }
        assert!(!headers.lines().any(|line| line.starts_with("Bcc")), "{headers}");
        assert!(body.contains("Hello") && body.contains("<p>Hello</p>"), "{body}");
    }

    #[tokio::test]
    async fn a_refusal_says_whether_to_try_again() {
        let smtp = Inbox::open().await.smtp();
        let full = smtp.send("mail_1", Timestamp(0), &mail("ada@full.example")).await.unwrap_err();
        assert!(!full.forever && full.said.contains("the mailbox is full"), "{full:?}");
        let gone = smtp.send("mail_1", Timestamp(0), &mail("ada@gone.example")).await.unwrap_err();
        assert!(gone.forever && gone.said.contains("nobody here"), "{gone:?}");
        for broken in
            ["ada", "", "ada@inn.example\r\nRCPT TO:<eve@evil.example>", "ada@inn.example, eve@evil.example"]
        {
            let refused = smtp.send("mail_1", Timestamp(0), &mail(broken)).await.unwrap_err();
            assert!(refused.forever, "{broken}: {refused:?}");
        }
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let away = Inbox { port: nobody, taken: Arc::default() }.smtp();
        assert!(!away.send("mail_1", Timestamp(0), &mail("ada@inn.example")).await.unwrap_err().forever);
    }

    #[test]
    fn a_password_goes_out_over_tls_only() {
        let said = |url: &str| {
            let settings = config::Mail {
                smtp: Some(config::Secret::new(url.to_owned())),
                from: Some("a@inn.example".parse().unwrap()),
            };
            let made = Smtp::new(&settings, &"https://connect.example".parse().unwrap());
            made.err().map(|why| format!("{why:#}"))
        };
        for fine in [
            "smtps://me:hunter2@mail.example",
            "smtp://me:hunter2@mail.example?tls=required",
            "smtp://me:hunter2@localhost",
            "smtp://mail.example:25",
        ] {
            assert_eq!(said(fine), None, "{fine}");
        }
        for wrong in [
            "smtp://me:hunter2@mail.example",
            "smtp://me:hunter2@mail.example?tls=opportunistic",
            "mail.example",
            "imap://me:hunter2@mail.example",
            "",
        ] {
            let why = said(wrong).unwrap();
            assert!(why.starts_with("mail.smtp") && !why.contains("hunter2"), "{wrong}: {why}");
        }
    }
}

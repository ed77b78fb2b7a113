//! The flags of the command line that are settings, for `clap` to flatten into its commands.

use std::path::PathBuf;

use clap::Args;

use super::Config;
use super::load::{ConfigError, Sources, environment, load};

/// Where the data is: accepted by every command, before or after its name.
#[derive(Args, Clone, Debug, Default)]
pub struct DataFlags {
    /// The configuration file (TOML); also GRANTRY_CONFIG
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// The data directory; also GRANTRY_DATA
    #[arg(long, value_name = "DIR", global = true)]
    pub data: Option<String>,
    /// A PostgreSQL URL instead of the embedded database; also GRANTRY_DATABASE
    #[arg(long, value_name = "URL", global = true)]
    pub database: Option<String>,
}

/// How to serve: accepted by `grantry` and `grantry serve`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct ServeFlags {
    /// An address to listen on, may be repeated; also GRANTRY_LISTEN
    #[arg(long, value_name = "ADDR")]
    pub listen: Vec<String>,
    /// The address of health, metrics and the local mailbox; also GRANTRY_OPS_LISTEN
    #[arg(long, value_name = "ADDR")]
    pub ops_listen: Option<String>,
    /// The server's address as the outside world writes it; also GRANTRY_PUBLIC_URL
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
}

/// How to serve the demo. It keeps its data where it wants, so the flags for that are understood only to say so.
#[derive(Args, Clone, Debug, Default)]
pub struct DemoFlags {
    /// An address to listen on, may be repeated; also GRANTRY_LISTEN
    #[arg(long, value_name = "ADDR")]
    pub listen: Vec<String>,
    /// The address of health, metrics and the local mailbox; also GRANTRY_OPS_LISTEN
    #[arg(long, value_name = "ADDR")]
    pub ops_listen: Option<String>,
    /// The port of the sample app
    #[arg(long, value_name = "PORT")]
    pub app_port: Option<u16>,
    #[arg(long, hide = true)]
    pub data: Option<String>,
    #[arg(long, hide = true)]
    pub database: Option<String>,
}

impl DataFlags {
    /// Reads the file and the environment of this process under these flags.
    pub fn load(&self) -> Result<Config, ConfigError> {
        self.load_with(&ServeFlags::default())
    }

    /// The same for a command that serves.
    pub fn load_with(&self, serve: &ServeFlags) -> Result<Config, ConfigError> {
        load(&self.sources(serve, environment()))
    }

    fn sources(&self, serve: &ServeFlags, environment: Vec<(String, String)>) -> Sources {
        let listen = (!serve.listen.is_empty()).then(|| serve.listen.join(","));
        let flags = [
            ("data", &self.data),
            ("database", &self.database),
            ("listen", &listen),
            ("ops_listen", &serve.ops_listen),
            ("public_url", &serve.public_url),
        ];
        Sources {
            file: self.config.clone(),
            environment,
            flags: flags.into_iter().filter_map(|(key, text)| Some((key, text.clone()?))).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        data: DataFlags,
        #[command(flatten)]
        serve: ServeFlags,
    }

    #[test]
    fn flags_win_over_the_environment() {
        let line = Line::parse_from([
            "grantry",
            "--listen",
            "127.0.0.1:9000",
            "--listen",
            "[::1]:9000",
            "--data",
            "/flag",
        ]);
        let environment = vec![
            ("GRANTRY_DATA".to_owned(), "/environment".to_owned()),
            ("GRANTRY_OPS_LISTEN".to_owned(), "127.0.0.1:9001".to_owned()),
        ];
        let config = load(&line.data.sources(&line.serve, environment)).unwrap();
        assert_eq!(config.server.listen.len(), 2);
        assert_eq!(config.server.data, PathBuf::from("/flag"));
        assert_eq!(config.server.ops_listen.port(), 9001);
        assert_eq!(config.public_url().as_str(), "http://localhost:9000");
    }
}

//! Who may sign in: holders of a shared key, of a token as Firebase signs them, or, with --dev, anybody.
use jsonwebtoken::{decode, Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::error::Error;
use std::fs;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    token: Option<String>,
    auth_key: Option<String>,
    pub device_id: String,
    pub client_type: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

/// Keys are looked up by their SHA-256, which an attacker cannot steer: no comparison tells how close a guess was.
#[derive(Default)]
pub struct SignIn {
    names: HashMap<[u8; 32], String>,
    firebase: Option<(DecodingKey, Validation)>,
    dev: bool,
}

fn digest(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

impl SignIn {
    /// `--dev`, `--keys FILE` (`name:key` a line) and `--firebase PROJECT PUBLIC-KEY-FILE`.
    pub fn from_arguments(
        mut arguments: impl Iterator<Item = String>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut made = Self::default();
        while let Some(flag) = arguments.next() {
            let mut next = || arguments.next().ok_or("a value is missing");
            match flag.as_str() {
                "--dev" => made.dev = true,
                "--keys" => made.add_keys(&fs::read_to_string(next()?)?)?,
                "--firebase" => made.set_firebase(&next()?, &fs::read(next()?)?)?,
                other => return Err(format!("unknown option {other}").into()),
            }
        }
        Ok(made)
    }

    fn add_keys(&mut self, lines: &str) -> Result<(), Box<dyn Error>> {
        for line in lines.lines() {
            let (name, key) = line.split_once(':').ok_or("a colon is missing")?;
            self.names.insert(digest(key), name.to_owned());
        }
        Ok(())
    }

    fn set_firebase(&mut self, project: &str, public_key: &[u8]) -> Result<(), Box<dyn Error>> {
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_audience(&[project]);
        rules.set_issuer(&[format!("https://securetoken.google.com/{project}")]);
        self.firebase = Some((DecodingKey::from_rsa_pem(public_key)?, rules));
        Ok(())
    }

    pub fn account_of(&self, hello: &Hello) -> Result<String, &'static str> {
        if let Some(key) = &hello.auth_key {
            let name = self.names.get(&digest(key)).ok_or("auth_invalid")?;
            return Ok(format!("key:{name}"));
        }
        let token = hello.token.as_deref().ok_or("auth_required")?;
        if let Some(name) = token.strip_prefix("dev:").filter(|_| self.dev) {
            return Ok(format!("dev:{name}"));
        }
        let (key, rules) = self.firebase.as_ref().ok_or("auth_invalid")?;
        let verified = decode::<Claims>(token, key, rules).map_err(|_| "auth_invalid")?;
        Ok(format!("firebase:{}", verified.claims.sub))
    }
}

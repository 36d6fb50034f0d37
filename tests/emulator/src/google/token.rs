//! Bearer tokens: to whom they were handed out, and until when they are good.

use crate::clock;
use crate::google::service_account::{Accounts, Claimed};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Every token since the start.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<BTreeMap<String, Issued>>);

#[derive(Debug)]
struct Issued {
    member: String,
    expires: f64,
}

/// What is known of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Neither handed out here nor signed by an account that is known here.
    Foreign,
    /// Past its time.
    Expired,
    /// Good, and this member's, in the words of an IAM policy.
    Good(String),
}

impl Tokens {
    /// A new token for a member; the kind is part of it, so that counts tell who handed it out.
    pub(crate) fn issue(&self, kind: &str, member: &str, life: f64) -> String {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let token = format!("ya29.{kind}-{:04}", tokens.len() + 1);
        tokens.insert(token.clone(), Issued { member: member.to_owned(), expires: clock::seconds() + life });
        token
    }

    /// Whether a token is good now, and whose.
    pub(crate) fn standing(&self, accounts: &Accounts, token: &str) -> Standing {
        if let Some(issued) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(token) {
            if clock::seconds() >= issued.expires {
                return Standing::Expired;
            }
            return Standing::Good(issued.member.clone());
        }
        match accounts.claimed(token) {
            None => Standing::Foreign,
            Some(Claimed { expired: true, .. }) => Standing::Expired,
            Some(Claimed { known: false, .. }) => Standing::Foreign,
            Some(Claimed { email, .. }) => Standing::Good(format!("serviceAccount:{email}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_its_members_until_its_time_is_over() {
        let (tokens, accounts) = (Tokens::default(), Accounts::default());
        let good = tokens.issue("metadata", "user:a@example.com", 60.0);
        let late = tokens.issue("oauth", "user:a@example.com", 0.0);
        assert_eq!((good.as_str(), late.as_str()), ("ya29.metadata-0001", "ya29.oauth-0002"));
        assert_eq!(tokens.standing(&accounts, &good), Standing::Good("user:a@example.com".to_owned()));
        assert_eq!(tokens.standing(&accounts, &late), Standing::Expired);
        assert_eq!(tokens.standing(&accounts, "ya29.elsewhere"), Standing::Foreign);
    }
}

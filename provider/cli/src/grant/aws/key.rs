//! What the key's own policy and grants let this CA do, beside the role: IAM's simulation knows of neither.
//!
//! AWS KMS developer guide, "Key policies in AWS KMS" and "Grants in AWS KMS"; IAM user guide, "AWS JSON policy elements: Principal" and
//! "… Condition operators" (read November 2026).

use hardkey_attest::key_policy::{self, Principal, Statement, Texts, fits};
use hardkey_kms::aws::KeyGrant;
use serde_json::Value;

use super::check::list;
use super::template::{OF_THE_KEY, Role};

/// Somebody as policies and grants name them.
struct Subject {
    arn: String,
    account: String,
    /// Whoever else is of the account is meant as well.
    whole: bool,
}

/// Whether a condition lets a statement count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Counts {
    Yes,
    No,
    /// It asks for what is not known here.
    Perhaps,
}

type Said = Statement<Value>;

/// What is too much and what is missing by the key's policy, each in words.
pub(super) fn of_policy(role: &Role, policy: &str) -> Vec<String> {
    let statements: Vec<Said> = match key_policy::statements("the key's policy", policy.as_bytes()) {
        Ok(statements) => statements,
        Err(error) => return vec![format!("what the key lets this CA do is not known: {error}")],
    };
    let about: Vec<&Said> = statements.iter().filter(|statement| is_about(statement, role.key())).collect();
    let [own, ca] = subjects(role);
    let too_much = about.iter().filter_map(|statement| {
        let reached = [&own, &ca].into_iter().any(|subject| subject.counts(statement) != Counts::No);
        let surplus = if statement.allows() && reached { surplus(statement) } else { Vec::new() };
        (!surplus.is_empty())
            .then(|| format!("too much is {} by the key's policy, for {}", surplus.join(", "), statement.whom()))
    });
    let reads = |so: &dyn Fn(&str) -> bool| -> Vec<&str> { OF_THE_KEY.into_iter().filter(|read| so(read)).collect() };
    let counts = |read: &str, chosen: &dyn Fn(&Said) -> bool| {
        let all = about.iter().filter(|statement| chosen(statement) && statement.covers(read));
        all.map(|statement| own.counts_for_account(statement)).collect::<Vec<_>>()
    };
    let allowed = |read: &str| counts(read, &Said::allows);
    let denied = |read: &str| counts(read, &Said::denies);
    let missing = [
        (
            reads(&|read| allowed(read).iter().all(|counts| *counts == Counts::No)),
            "allows neither the account nor the role",
        ),
        (
            reads(&|read| allowed(read).contains(&Counts::Perhaps) && !allowed(read).contains(&Counts::Yes)),
            "allows account and role only under a condition, which is not looked into,",
        ),
        (reads(&|read| denied(read).contains(&Counts::Yes)), "denies the role"),
        (
            reads(&|read| denied(read).contains(&Counts::Perhaps) && !denied(read).contains(&Counts::Yes)),
            "denies the role under a condition, which is not looked into,",
        ),
    ];
    let missing = missing.into_iter().filter(|(reads, _)| !reads.is_empty());
    too_much.chain(missing.map(|(reads, how)| format!("the key's policy {how} {}", reads.join(", ")))).collect()
}

/// What is too much by grants, each in words. Whatever a grant allows, the template has none.
pub(super) fn of_grants(role: &Role, grants: &[KeyGrant]) -> Vec<String> {
    let subjects = subjects(role);
    let is_one = |name: &&String| subjects.iter().any(|subject| subject.is(name));
    let used = grants.iter().filter_map(|grant| {
        let grantee = grant.grantee.as_ref().filter(is_one)?;
        Some(format!("too much is a grant of {} to {grantee}", grant.operations.join(", ")))
    });
    let retired = grants.iter().filter_map(|grant| {
        let retiring = grant.retiring.as_ref().filter(is_one)?;
        Some(format!("too much is a grant that {retiring} may retire"))
    });
    used.chain(retired).collect()
}

/// The role, and the CA.
fn subjects(role: &Role) -> [Subject; 2] {
    let account = account_of(role.key()).to_owned();
    let of_ca = account_of(role.ca()).to_owned();
    let whole = of_ca != account;
    [Subject { arn: role.arn(), account, whole: false }, Subject { arn: role.ca().to_owned(), account: of_ca, whole }]
}

impl Subject {
    /// Whether a principal's name is theirs.
    fn is(&self, name: &str) -> bool {
        name == "*"
            || name == self.arn
            || self.session().is_some_and(|session| name.starts_with(&session))
            || (self.whole && (name == self.account || account_of(name) == self.account))
    }

    /// How the name of every session of a role starts, which has no path.
    fn session(&self) -> Option<String> {
        let (start, name) = self.arn.split_once(":role/")?;
        let name = name.rsplit('/').next()?;
        Some(format!("{}:assumed-role/{name}/", start.replacen(":iam:", ":sts:", 1)))
    }

    /// Whether a statement counts for them, by name.
    fn counts(&self, statement: &Said) -> Counts {
        self.reached(statement, &|name| self.is(name))
    }

    /// The same where the statement may name the account: for the role of an account whose IAM decides on it.
    fn counts_for_account(&self, statement: &Said) -> Counts {
        let root = |name: &str| name == self.account || name.ends_with(&format!("::{}:root", self.account));
        self.reached(statement, &|name| self.is(name) || root(name))
    }

    fn reached(&self, statement: &Said, is: &dyn Fn(&str) -> bool) -> Counts {
        let named = match (&statement.principal, &statement.not_principal) {
            (Some(principal), _) => names(principal).any(is),
            // Who is left out has to be named; that an account is does not spare its roles.
            (None, Some(principal)) => !names(principal).any(|name| self.is(name)),
            (None, None) => false,
        };
        match &statement.condition {
            _ if !named => Counts::No,
            None => Counts::Yes,
            Some(condition) => self.meets(condition),
        }
    }

    /// Who asks is all that is known of a request.
    fn meets(&self, condition: &Value) -> Counts {
        let mut outcome = Counts::Yes;
        let operators = condition.as_object().into_iter().flatten();
        let tests = operators.flat_map(|(operator, keys)| {
            keys.as_object().into_iter().flatten().map(move |(key, values)| (operator, key, values))
        });
        for (operator, key, values) in tests {
            match self.passes(operator, key, values) {
                Some(true) => {}
                Some(false) => return Counts::No,
                None => outcome = Counts::Perhaps,
            }
        }
        if condition.is_object() { outcome } else { Counts::Perhaps }
    }

    fn passes(&self, operator: &str, key: &str, values: &Value) -> Option<bool> {
        let values: Vec<&str> = list(Some(values)).into_iter().map(Value::as_str).collect::<Option<_>>()?;
        let exact = |value: &str, own: &str| value == own;
        let (wanted, matches): (bool, fn(&str, &str) -> bool) = match operator {
            "StringEquals" => (true, exact),
            "StringNotEquals" => (false, exact),
            "ArnEquals" | "ArnLike" | "StringLike" => (true, fits),
            "ArnNotEquals" | "ArnNotLike" | "StringNotLike" => (false, fits),
            _ => return None,
        };
        let found = match key.to_ascii_lowercase().as_str() {
            "aws:principalaccount" | "kms:calleraccount" => values.iter().any(|value| matches(value, &self.account)),
            // Where a whole account is meant, so is each of its people.
            "aws:principalarn" => values
                .iter()
                .any(|value| matches(value, &self.arn) || (wanted && self.whole && account_of(value) == self.account)),
            _ => return None,
        };
        Some(found == wanted)
    }
}

/// The names that AWS has for people and roles: services and the like are no CA.
fn names(principal: &Principal) -> Box<dyn Iterator<Item = &str> + '_> {
    match principal {
        Principal::Everybody => Box::new(std::iter::once("*")),
        Principal::Named(named) => {
            let names = named.iter().filter(|(kind, _)| *kind == "AWS").flat_map(|(_, Texts(names))| names);
            Box::new(names.map(String::as_str))
        }
    }
}

/// Without a resource, a statement of a key's policy is about nothing.
fn is_about(statement: &Said, key: &str) -> bool {
    let has = |Texts(list): &Texts| list.iter().any(|pattern| fits(pattern, key));
    statement.resource.as_ref().is_some_and(has) || statement.not_resource.as_ref().is_some_and(|list| !has(list))
}

/// What a statement is about that is none of the template's reads.
fn surplus(statement: &Said) -> Vec<String> {
    let is_read = |action: &&String| OF_THE_KEY.iter().any(|read| read.eq_ignore_ascii_case(action));
    let actions = statement.action.iter().flat_map(|Texts(list)| list).filter(|action| !is_read(action)).cloned();
    let others = statement.not_action.iter().map(|Texts(list)| format!("everything but {}", list.join(", ")));
    actions.chain(others).collect()
}

/// Whose an ARN is.
fn account_of(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

#[cfg(test)]
mod tests;

//! The table of operations.

use crate::aws::error::KmsError;
use crate::aws::key_name::Caller;
use crate::aws::parameters::Parameters;
use crate::aws::{Kms, alias, create, import, listing, record, replica, signing, state, tag};
use serde_json::Value;

/// How an operation is carried out; `Value::Null` is an empty answer.
type Run = fn(&Kms, &Caller, &Parameters) -> Result<Value, KmsError>;

/// An operation this emulator has.
pub(crate) struct Operation(Run);

impl Operation {
    /// The operation of this name.
    pub(crate) fn parse(name: &str) -> Option<Operation> {
        TABLE.iter().find(|(known, _)| *known == name).map(|(_, run)| Operation(*run))
    }

    /// Carries it out.
    pub(crate) fn run(&self, kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
        (self.0)(kms, caller, parameters)
    }
}

const TABLE: [(&str, Run); 21] = [
    ("CancelKeyDeletion", state::cancel_deletion),
    ("CreateAlias", alias::create),
    ("CreateKey", create::create_key),
    ("DeleteAlias", alias::delete),
    ("DescribeKey", record::describe),
    ("DisableKey", state::disable),
    ("EnableKey", state::enable),
    ("GetParametersForImport", import::parameters_for_import),
    ("GetPublicKey", record::public_key),
    ("ImportKeyMaterial", import::import_key_material),
    ("DeleteImportedKeyMaterial", import::delete_material),
    ("ListAliases", listing::aliases),
    ("ListKeys", listing::keys),
    ("ListResourceTags", tag::list),
    ("ReplicateKey", replica::replicate),
    ("ScheduleKeyDeletion", state::schedule_deletion),
    ("Sign", signing::sign),
    ("TagResource", tag::tag),
    ("UntagResource", tag::untag),
    ("UpdateAlias", alias::update),
    ("Verify", signing::verify),
];

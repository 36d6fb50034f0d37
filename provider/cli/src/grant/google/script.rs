//! The least roles, as a script for gcloud.

use std::fmt;

use hardkey_kms::google::KeyName;

use crate::failure::Failure;

/// What is asked of the key and its versions: Cloud KMS, "Permissions and roles" (read November 2026). None uses or changes a key.
const OF_THE_KEY: [&str; 4] = [
    "cloudkms.cryptoKeyVersions.get",
    "cloudkms.cryptoKeyVersions.viewPublicKey",
    "cloudkms.cryptoKeys.get",
    "cloudkms.cryptoKeys.getIamPolicy",
];
/// What is asked of its project: Cloud Logging and Resource Manager, "Access control with IAM" (read November 2026).
const OF_THE_PROJECT: [&str; 3] =
    ["logging.logEntries.list", "resourcemanager.projects.get", "resourcemanager.projects.getIamPolicy"];
/// What is asked of each folder above it.
const OF_FOLDERS: [&str; 2] = ["resourcemanager.folders.get", "resourcemanager.folders.getIamPolicy"];
/// What is asked of the organization.
const OF_THE_ORGANIZATION: [&str; 1] = ["resourcemanager.organizations.getIamPolicy"];
/// Principals that are one party's: IAM, "Principal identifiers". `allUsers` and whole domains are everybody's.
const PRINCIPALS: [&str; 4] = ["serviceAccount:", "user:", "group:", "principal://"];

/// The script, in every part.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    ca: String,
    /// Project, location, key ring and key.
    key: [String; 4],
    organization: Option<String>,
}

impl Script {
    /// Reads what was given on the command line.
    ///
    /// # Errors
    /// [`Failure`] that names the option, its value and what would be right.
    pub(crate) fn parse(ca: &str, key: &KeyName, organization: Option<&str>) -> Result<Self, Failure> {
        let wrong = |option: &str, value: &str, right: &str| {
            Failure::unusable(format!("{option} \"{}\": {right}", value.escape_debug()))
        };
        let id = PRINCIPALS.iter().find_map(|kind| ca.strip_prefix(kind));
        // Nothing that a shell would read in single quotes.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@.-_+:/=%".contains(&byte);
        if !id.is_some_and(|id| !id.is_empty() && id.bytes().all(plain)) {
            let right = "give the principal that the CA asks as: serviceAccount:NAME@PROJECT.iam.gserviceaccount.com";
            return Err(wrong("--ca", ca, right));
        }
        if let Some(number) = organization
            && (number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()))
        {
            return Err(wrong("--organization", number, "give its number: gcloud organizations list shows it"));
        }
        let parts: Vec<&str> = key.as_str().split('/').collect();
        let part = |place: usize| parts.get(place).map(|part| (*part).to_owned()).unwrap_or_default();
        Ok(Self {
            ca: ca.to_owned(),
            key: [part(1), part(3), part(5), part(7)],
            organization: organization.map(str::to_owned),
        })
    }

    /// Who asks.
    pub(crate) fn ca(&self) -> &str {
        &self.ca
    }

    /// The organization that roles are granted on.
    pub(crate) fn organization(&self) -> Option<String> {
        self.organization.as_deref().map(|number| format!("organizations/{number}"))
    }

    /// The key, without a version.
    pub(crate) fn key(&self) -> String {
        let [project, location, ring, key] = &self.key;
        format!("projects/{project}/locations/{location}/keyRings/{ring}/cryptoKeys/{key}")
    }

    /// The project of the key.
    pub(crate) fn project(&self) -> String {
        let [project, ..] = &self.key;
        format!("projects/{project}")
    }

    /// Every place where something could be granted, with what the script grants there. `above` is what is above the project, if that
    /// is looked at.
    pub(crate) fn grants(&self, above: &[String]) -> Vec<(String, &'static [&'static str])> {
        let [_, location, ring, _] = &self.key;
        let project = self.project();
        let ring = format!("{project}/locations/{location}/keyRings/{ring}");
        let mut all: Vec<(String, &'static [&'static str])> =
            vec![(self.key(), &OF_THE_KEY), (ring, &[]), (project, &OF_THE_PROJECT)];
        let folders = above.iter().filter(|name| name.starts_with("folders/"));
        all.extend(folders.map(|name| (name.clone(), &OF_FOLDERS as &[&str])));
        all.extend(self.organization().map(|name| (name, &OF_THE_ORGANIZATION as &[&str])));
        all
    }
}

impl fmt::Display for Script {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ca, key: [project, location, ring, key], organization } = self;
        let [of_key, of_project, of_folders, of_organization] =
            [OF_THE_KEY.join(","), OF_THE_PROJECT.join(","), OF_FOLDERS.join(","), OF_THE_ORGANIZATION.join(",")];
        write!(
            out,
            r#"#!/usr/bin/env bash
# Lets a certification authority read what it confirms a signing key by, and nothing else: no right to sign, to change or to list
# keys. Run it as an administrator of the project; it may be run again. It was made by hardkey grant-ca google.

set -euo pipefail

ca='{ca}'
project='{project}'

# role NAME WHERE PERMISSIONS: a role with just these permissions.
role() {{
    if gcloud iam roles describe "$1" "$2" --quiet >/dev/null 2>&1; then
        gcloud iam roles update "$1" "$2" --permissions="$3" --quiet >/dev/null
    else
        gcloud iam roles create "$1" "$2" --title="$1" --permissions="$3" --stage=GA --quiet >/dev/null
    fi
}}

role hardkeyConfirmKey "--project=$project" '{of_key}'
gcloud kms keys add-iam-policy-binding '{key}' --keyring='{ring}' --location='{location}' --project="$project" \
    --member="$ca" --role="projects/$project/roles/hardkeyConfirmKey" --quiet >/dev/null

role hardkeyConfirmProject "--project=$project" '{of_project}'
gcloud projects add-iam-policy-binding "$project" \
    --member="$ca" --role="projects/$project/roles/hardkeyConfirmProject" --condition=None --quiet >/dev/null
"#
        )?;
        match organization {
            None => out.write_str(
                "\n# What is above the project may have audit logs, and exemptions of them, that hold for the project. To have them count, run\n\
                 # hardkey grant-ca google with --organization as well.\n",
            ),
            Some(organization) => write!(
                out,
                r#"
# Folders and the organization: their audit configurations hold for the project. A role on a folder holds for folders in it.
organization='{organization}'
role hardkeyConfirmOrganization "--organization=$organization" '{of_organization}'
gcloud organizations add-iam-policy-binding "$organization" \
    --member="$ca" --role="organizations/$organization/roles/hardkeyConfirmOrganization" --condition=None --quiet >/dev/null
role hardkeyConfirmFolder "--organization=$organization" '{of_folders}'
gcloud projects get-ancestors "$project" --format='csv[no-heading](type,id)' | while IFS=, read -r type id; do
    if [ "$type" = folder ]; then
        gcloud resource-manager folders add-iam-policy-binding "$id" \
            --member="$ca" --role="organizations/$organization/roles/hardkeyConfirmFolder" --condition=None --quiet >/dev/null
    fi
done
"#
            ),
        }
    }
}

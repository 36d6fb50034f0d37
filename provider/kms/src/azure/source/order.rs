//! The sources of tokens, and the order in which they are asked.

use std::fmt;

/// A source of tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::azure) enum Source {
    Environment,
    WorkloadIdentity,
    ManagedIdentity,
    AzureCli,
    AzureDeveloperCli,
}

/// The order: Azure SDK documentation, "Credential chains", `DefaultAzureCredential`, read November 2026. Those for desktops
/// (Visual Studio, Visual Studio Code, PowerShell, a browser) are not in Azure's Rust SDK.
pub(super) const ORDER: [Source; 5] = [
    Source::Environment,
    Source::WorkloadIdentity,
    Source::ManagedIdentity,
    Source::AzureCli,
    Source::AzureDeveloperCli,
];

impl Source {
    /// Whether `AZURE_TOKEN_CREDENTIALS` means it.
    pub(super) fn is_chosen(self, choice: &str) -> bool {
        let (name, group) = match self {
            Self::Environment => ("EnvironmentCredential", "prod"),
            Self::WorkloadIdentity => ("WorkloadIdentityCredential", "prod"),
            Self::ManagedIdentity => ("ManagedIdentityCredential", "prod"),
            Self::AzureCli => ("AzureCliCredential", "dev"),
            Self::AzureDeveloperCli => ("AzureDeveloperCliCredential", "dev"),
        };
        choice.eq_ignore_ascii_case(name) || choice.eq_ignore_ascii_case(group)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Environment => "environment",
            Self::WorkloadIdentity => "workload identity",
            Self::ManagedIdentity => "managed identity",
            Self::AzureCli => "Azure CLI",
            Self::AzureDeveloperCli => "Azure Developer CLI",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_names_one_source_or_a_group() {
        let chosen = |choice: &str| -> Vec<String> {
            ORDER.into_iter().filter(|source| source.is_chosen(choice)).map(|source| source.to_string()).collect()
        };
        assert_eq!(chosen("prod"), ["environment", "workload identity", "managed identity"]);
        assert_eq!(chosen("DEV"), ["Azure CLI", "Azure Developer CLI"]);
        assert_eq!(chosen("managedidentitycredential"), ["managed identity"]);
        assert!(chosen("VisualStudioCredential").is_empty());
    }
}

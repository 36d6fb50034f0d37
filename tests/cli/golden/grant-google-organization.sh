#!/usr/bin/env bash
# Lets a certification authority read what it confirms a signing key by, and nothing else: no right to sign, to change or to list
# keys. Run it as an administrator of the project; it may be run again. It was made by hardkey grant-ca google.

set -euo pipefail

ca='serviceAccount:confirmation@example-ca.iam.gserviceaccount.com'
project='emulated-project'

# role NAME WHERE PERMISSIONS: a role with just these permissions.
role() {
    if gcloud iam roles describe "$1" "$2" --quiet >/dev/null 2>&1; then
        gcloud iam roles update "$1" "$2" --permissions="$3" --quiet >/dev/null
    else
        gcloud iam roles create "$1" "$2" --title="$1" --permissions="$3" --stage=GA --quiet >/dev/null
    fi
}

role hardkeyConfirmKey "--project=$project" 'cloudkms.cryptoKeyVersions.get,cloudkms.cryptoKeyVersions.viewPublicKey,cloudkms.cryptoKeys.get,cloudkms.cryptoKeys.getIamPolicy'
gcloud kms keys add-iam-policy-binding 'release' --keyring='emulated' --location='europe-west1' --project="$project" \
    --member="$ca" --role="projects/$project/roles/hardkeyConfirmKey" --quiet >/dev/null

role hardkeyConfirmProject "--project=$project" 'logging.logEntries.list,resourcemanager.projects.get,resourcemanager.projects.getIamPolicy'
gcloud projects add-iam-policy-binding "$project" \
    --member="$ca" --role="projects/$project/roles/hardkeyConfirmProject" --condition=None --quiet >/dev/null

# Folders and the organization: their audit configurations hold for the project. A role on a folder holds for folders in it.
organization='9'
role hardkeyConfirmOrganization "--organization=$organization" 'resourcemanager.organizations.getIamPolicy'
gcloud organizations add-iam-policy-binding "$organization" \
    --member="$ca" --role="organizations/$organization/roles/hardkeyConfirmOrganization" --condition=None --quiet >/dev/null
role hardkeyConfirmFolder "--organization=$organization" 'resourcemanager.folders.get,resourcemanager.folders.getIamPolicy'
gcloud projects get-ancestors "$project" --format='csv[no-heading](type,id)' | while IFS=, read -r type id; do
    if [ "$type" = folder ]; then
        gcloud resource-manager folders add-iam-policy-binding "$id" \
            --member="$ca" --role="organizations/$organization/roles/hardkeyConfirmFolder" --condition=None --quiet >/dev/null
    fi
done

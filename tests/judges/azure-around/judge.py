"""Asks the emulator what is around a vault through Azure's clients for it, and says what they made of the answers.

usage: judge.py READY-LINE QUERY     the emulator's line of JSON, the query of hardkey-confirm
Prints a line of JSON. The control endpoint has made a key `release` in the vault already.
"""

import json
import os
import sys

# Before the clients read any of it: nothing of this machine's configuration may change a request or its way.
for _name in list(os.environ):
    if _name.upper().startswith(("AZURE_", "SSL_CERT")) or _name.upper().endswith("_PROXY") or _name.endswith("_CA_BUNDLE"):
        del os.environ[_name]

from azure.identity import ClientSecretCredential  # noqa: E402
from azure.mgmt.authorization import AuthorizationManagementClient  # noqa: E402
from azure.mgmt.keyvault import KeyVaultManagementClient  # noqa: E402
from azure.mgmt.monitor import MonitorManagementClient  # noqa: E402
from azure.mgmt.resourcegraph import ResourceGraphClient  # noqa: E402
from azure.mgmt.resourcegraph.models import QueryRequest  # noqa: E402
from azure.monitor.query import LogsQueryClient  # noqa: E402

TENANT = "0f5c2d1e-7a34-4b6e-9c1d-3e8a5b7f9012"
SUBSCRIPTION = "5e1b0c3a-2f4d-4c6e-8a7b-9d0e1f2a3b4c"
GROUP = "hardkey"


def main():
    ready, query = json.loads(sys.argv[1]), sys.argv[2]
    url, ca = ready["aws_tls"], ready["ca"]
    credential = ClientSecretCredential(
        TENANT, "judge", "secret", authority=url, disable_instance_discovery=True, connection_verify=ca
    )
    management = {"base_url": url, "credential_scopes": ["https://management.azure.com/.default"], "connection_verify": ca}
    vaults = KeyVaultManagementClient(credential, SUBSCRIPTION, **management)
    vault, hsm = vaults.vaults.get(GROUP, "vault"), vaults.managed_hsms.get(GROUP, "hsm")
    settings = MonitorManagementClient(credential, SUBSCRIPTION, **management).diagnostic_settings.list(vault.id)
    roles = AuthorizationManagementClient(credential, SUBSCRIPTION, **management)
    assigned = list(roles.role_assignments.list_for_scope(vault.id, filter="principalId eq 'judge'"))
    definition = roles.role_definitions.get_by_id(assigned[0].role_definition_id)
    graph = ResourceGraphClient(credential, **management)
    found = graph.resources(
        QueryRequest(query="resources | where type =~ 'microsoft.keyvault/vaults' and name =~ 'vault' | project id")
    )
    rows = LogsQueryClient(credential, endpoint=url, audience="https://api.loganalytics.io", connection_verify=ca).query_resource(
        vault.id, query, timespan=None
    )
    table = rows.tables[0]
    print(json.dumps({
        "vault": [vault.properties.sku.name, vault.properties.vault_uri, vault.properties.enable_rbac_authorization],
        "hsm": [hsm.sku.name, hsm.properties.hsm_uri],
        "settings": [[log.category_group, log.enabled] for setting in settings for log in setting.logs],
        "assigned": [[one.principal_id, one.scope == vault.id] for one in assigned],
        "role": [definition.permissions[0].actions, definition.permissions[0].data_actions],
        "found": [row["id"] == vault.id for row in found.data],
        "columns": table.columns,
        "rows": [[row["SourceTable"], row["OperationName"], row["HttpStatus"], row["ResourceId"] == vault.id.lower()] for row in table.rows],
    }))


if __name__ == "__main__":
    main()

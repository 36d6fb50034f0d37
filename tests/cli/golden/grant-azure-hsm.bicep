// Lets a certification authority read what it confirms a signing key by, and nothing else: by hardkey grant-ca azure.
//   az deployment group create --resource-group GROUP-OF-THE-VAULT --template-file THIS-FILE
// The key itself is read by a role of the Managed HSM's own, which Bicep does not know:
//   az keyvault role assignment create --hsm-name example --role 'Managed HSM Crypto Auditor' --scope /keys/release \
//     --assignee-object-id 7c9d2e4f-6a8b-4d1c-b3e5-f7081a2b3c4d --assignee-principal-type ServicePrincipal
targetScope = 'resourceGroup'

@description('Object id of the service principal of the CA')
param ca string = '7c9d2e4f-6a8b-4d1c-b3e5-f7081a2b3c4d'

resource vault 'Microsoft.KeyVault/managedHSMs@2023-07-01' existing = {
  name: 'example'
}

resource around 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'hardkey-confirm of the Managed HSM example')
  properties: {
    roleName: 'hardkey-confirm of the Managed HSM example'
    description: 'Lets a certification authority read what it confirms a signing key by'
    type: 'CustomRole'
    assignableScopes: [
      resourceGroup().id
    ]
    permissions: [
      {
        actions: [
          'Microsoft.KeyVault/managedHSMs/read'
          'Microsoft.Insights/diagnosticSettings/read'
          'Microsoft.Insights/logs/AZKVAuditLogs/read'
          'Microsoft.Insights/logs/AzureDiagnostics/read'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

resource aroundGrant 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, ca, around.id)
  scope: vault
  properties: {
    roleDefinitionId: around.id
    principalId: ca
    principalType: 'ServicePrincipal'
  }
}

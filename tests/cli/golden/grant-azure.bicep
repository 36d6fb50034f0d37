// Lets a certification authority read what it confirms a signing key by, and nothing else: by hardkey grant-ca azure.
//   az deployment group create --resource-group GROUP-OF-THE-VAULT --template-file THIS-FILE
targetScope = 'resourceGroup'

@description('Object id of the service principal of the CA')
param ca string = '7c9d2e4f-6a8b-4d1c-b3e5-f7081a2b3c4d'

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: 'example'

  resource key 'keys' existing = {
    name: 'release'
  }
}

resource around 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'hardkey-confirm of the vault example')
  properties: {
    roleName: 'hardkey-confirm of the vault example'
    description: 'Lets a certification authority read what it confirms a signing key by'
    type: 'CustomRole'
    assignableScopes: [
      resourceGroup().id
    ]
    permissions: [
      {
        actions: [
          'Microsoft.KeyVault/vaults/read'
          'Microsoft.Insights/diagnosticSettings/read'
          'Microsoft.Authorization/roleAssignments/read'
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

resource ofKey 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'hardkey-confirm of the key release in example')
  properties: {
    roleName: 'hardkey-confirm of the key release in example'
    description: 'Lets a certification authority read what it confirms a signing key by'
    type: 'CustomRole'
    assignableScopes: [
      resourceGroup().id
    ]
    permissions: [
      {
        actions: []
        notActions: []
        dataActions: [
          'Microsoft.KeyVault/vaults/keys/read'
        ]
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

resource ofKeyGrant 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault::key.id, ca, ofKey.id)
  scope: vault::key
  properties: {
    roleDefinitionId: ofKey.id
    principalId: ca
    principalType: 'ServicePrincipal'
  }
}

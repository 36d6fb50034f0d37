// usage: node platform.mjs VAULT KEY     asks for a key with the managed identity of the platform that the environment tells.

import { ManagedIdentityCredential } from "@azure/identity";
import { KeyClient } from "@azure/keyvault-keys";

const [vault, name] = process.argv.slice(2);
const options = { disableChallengeResourceVerification: true };
await new KeyClient(vault, new ManagedIdentityCredential(), options).getKey(name);

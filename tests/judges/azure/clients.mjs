// Azure's clients, pointed at the emulator.

import { ClientSecretCredential } from "@azure/identity";
import { CryptographyClient } from "@azure/keyvault-keys";

const TENANT = "0f5c2d1e-7a34-4b6e-9c1d-3e8a5b7f9012";

export class Clients {
  constructor(ready) {
    this.control = ready.control;
    this.urls = { vault: ready.aws_tls, hsm: ready.aws_tls.replace("localhost", "127.0.0.1") };
    this.made = new Map();
  }

  async prepare() {
    // prettier-ignore
    const everything = [
      "get", "list", "create", "import", "update", "delete", "recover", "purge", "sign", "verify", "rotate",
      "getrotationpolicy", "setrotationpolicy",
    ];
    await this.steer("/azure/apps", { client_id: "judge", secret: "right" });
    for (const name of ["vault", "hsm"]) {
      const grants = { judge: everything, signer: ["sign", "verify"] };
      await this.steer("/azure/vaults", { name, authorization: "rbac", grants });
    }
  }

  async steer(path, body) {
    const answer = await fetch(this.control + path, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  }

  async carriedOut(operation) {
    const counts = await (await fetch(`${this.control}/counts`)).json();
    return counts.carried_out[operation] ?? 0;
  }

  credential(holder) {
    const [client, secret] = holder === "stranger" ? ["judge", "wrong"] : [holder, "right"];
    const options = { authorityHost: this.urls.vault, disableInstanceDiscovery: true };
    return new ClientSecretCredential(TENANT, client, secret, options);
  }

  client(Kind, step) {
    const holder = step.as ?? "judge";
    const place = JSON.stringify([Kind.name, holder, step.in ?? "vault", step.retries]);
    if (!this.made.has(place) || step.fresh) {
      const url = this.urls[step.in ?? "vault"];
      this.made.set(place, new Kind(url, this.credential(holder), options(step)));
    }
    return this.made.get(place);
  }

  signer(step, keyId) {
    return new CryptographyClient(keyId, this.credential(step.as ?? "judge"), options(step));
  }
}

function options(step) {
  const retryOptions = { retryDelayInMs: 10, ...(step.retries === undefined ? {} : { maxRetries: step.retries }) };
  return { disableChallengeResourceVerification: true, retryOptions };
}

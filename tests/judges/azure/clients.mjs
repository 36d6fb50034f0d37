// Azure's clients, pointed at the emulator.

import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ClientCertificateCredential,
  ClientSecretCredential,
  WorkloadIdentityCredential,
} from "@azure/identity";
import { CryptographyClient } from "@azure/keyvault-keys";

const TENANT = "0f5c2d1e-7a34-4b6e-9c1d-3e8a5b7f9012";

export class Clients {
  constructor(ready) {
    this.control = ready.control;
    this.plain = ready.aws;
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
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=judge", "-days", "1"];
    const output = ["-keyout", file("both.pem"), "-out", file("certificate.pem")];
    execFileSync("openssl", [...request, ...output], { stdio: "ignore" });
    const certificate = readFileSync(file("certificate.pem"), "ascii");
    appendFileSync(file("both.pem"), certificate);
    await this.steer("/azure/apps", { client_id: "certified", certificate });
    for (const name of ["vault", "hsm"]) {
      const grants = { judge: everything, signer: ["sign", "verify"] };
      for (const holder of ["certified", "federated", "app-service-identity", "machine-identity"]) grants[holder] = ["get"];
      await this.steer("/azure/vaults", { name, authorization: "rbac", grants });
    }
  }

  async steer(path, body) {
    const answer = await fetch(this.control + path, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  }

  async look(path) {
    return (await fetch(this.control + path)).json();
  }

  async carriedOut(operation) {
    return (await this.look("/counts")).carried_out[operation] ?? 0;
  }

  credential(holder) {
    const [client, secret] = holder === "stranger" ? ["judge", "wrong"] : [holder, "right"];
    const options = { authorityHost: this.urls.vault, disableInstanceDiscovery: true };
    return new ClientSecretCredential(TENANT, client, secret, options);
  }

  // Those that are not a secret.
  otherCredential(kind) {
    const options = { authorityHost: this.urls.vault, disableInstanceDiscovery: true, tenantId: TENANT };
    if (kind === "certificate") {
      return new ClientCertificateCredential(TENANT, "certified", { certificatePath: file("both.pem") }, options);
    }
    if (kind.endsWith("workload")) {
      writeFileSync(file("token"), federated(kind === "workload" ? 60 : -60));
      return new WorkloadIdentityCredential({ ...options, clientId: "federated", tokenFilePath: file("token") });
    }
    throw new Error(`there is no credential '${kind}'`);
  }

  // Asks for a key as a program on a platform does. In a process of its own: the client looks once where it is.
  getOn(platform, name) {
    // What the platforms put into the environment of their programs; and where the metadata of a machine are, for tests.
    const environments = {
      "app service": { IDENTITY_ENDPOINT: `${this.plain}/msi/token`, IDENTITY_HEADER: "hardkey-identity-header" },
      machine: { AZURE_POD_IDENTITY_AUTHORITY_HOST: this.plain },
    };
    const env = { ...process.env, ...environments[platform] };
    execFileSync(process.execPath, [join(import.meta.dirname, "platform.mjs"), this.urls.vault, name], { env });
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

// In the folder of this very run: judge.mjs is copied there.
function file(name) {
  return join(import.meta.dirname, name);
}

// A token of somebody else's, good for so long.
function federated(seconds) {
  const parts = [{ alg: "RS256" }, { sub: "repo:hardkey", exp: Date.now() / 1000 + seconds }];
  return [...parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")), "AA"].join(".");
}

export function options(step) {
  const retryOptions = { retryDelayInMs: 10, ...(step.retries === undefined ? {} : { maxRetries: step.retries }) };
  return { disableChallengeResourceVerification: true, retryOptions };
}

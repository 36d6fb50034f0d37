// The steps of a case, each through the client of Azure's that is for it.

import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { CertificateClient } from "@azure/keyvault-certificates";
import { KeyClient } from "@azure/keyvault-keys";
import { SecretClient } from "@azure/keyvault-secrets";
import { options } from "./clients.mjs";
import { digestOf, facts, policyFacts, publicKey, verifies } from "./facts.mjs";

export class Steps {
  constructor(clients) {
    this.clients = clients;
    // The versions of the keys of this case.
    this.made = new Map();
  }

  keysOf(step) {
    return this.clients.client(KeyClient, step);
  }

  versionsOf(name) {
    if (!this.made.has(name)) this.made.set(name, []);
    return this.made.get(name);
  }

  version(step) {
    const made = this.versionsOf(step.name);
    return { first: made.at(0), last: made.at(-1) }[step.version];
  }

  remember(key) {
    const made = this.versionsOf(key.name);
    if (!made.includes(key.properties.version)) made.push(key.properties.version);
    return key;
  }

  async control(step) {
    const answer = await this.clients.steer(step.path, step.body);
    if (answer.version) this.versionsOf(answer.name).push(answer.version);
    return {};
  }

  async create(step) {
    const options = { keySize: step.size, curve: step.curve, tags: step.tags, keyOps: step.ops, exportable: step.exportable };
    if (step.release_policy) options.releasePolicy = { encodedPolicy: Buffer.from(step.release_policy) };
    return facts(this.remember(await this.keysOf(step).createKey(step.name, step.kty, options)));
  }

  async import(step) {
    const made = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
    const key = { kty: "RSA" };
    for (const name of ["n", "e", "d", "p", "q", "dp", "dq", "qi"]) key[name] = Buffer.from(made[name], "base64url");
    return facts(this.remember(await this.keysOf(step).importKey(step.name, key, { hardwareProtected: true })));
  }

  async get(step) {
    return facts(await this.keysOf(step).getKey(step.name, { version: this.version(step) }), this.clients.urls);
  }

  async identify(step) {
    const before = (await this.clients.look("/counts")).access_keys;
    if (["app service", "machine"].includes(step.as)) {
      this.clients.getOn(step.as, step.name);
    } else {
      const credential = this.clients.otherCredential(step.as);
      await new KeyClient(this.clients.urls.vault, credential, options(step)).getKey(step.name);
    }
    const after = (await this.clients.look("/counts")).access_keys;
    const holders = Object.keys(after).filter((name) => after[name] !== before[name]);
    const { asked } = await this.clients.look("/asked");
    return { asked: asked.at(-1).issuer, holder: holders.join(", ") };
  }

  async update(step) {
    const { enabled, tags } = step;
    return facts(await this.keysOf(step).updateKeyProperties(step.name, { enabled, tags }));
  }

  async rotate(step) {
    return facts(this.remember(await this.keysOf(step).rotateKey(step.name)));
  }

  async delete(step) {
    const poller = await this.keysOf(step).beginDeleteKey(step.name, { intervalInMs: 10 });
    const { properties } = await poller.pollUntilDone();
    const days = (properties.scheduledPurgeDate - properties.deletedOn) / 86_400_000;
    return { recovery: new URL(properties.recoveryId).pathname, days };
  }

  async deleted(step) {
    const names = (await all(this.keysOf(step).listDeletedKeys())).map((key) => key.name);
    return { names: names.filter((name) => name === step.prefix) };
  }

  async recover(step) {
    const poller = await this.keysOf(step).beginRecoverDeletedKey(step.name, { intervalInMs: 10 });
    return facts(await poller.pollUntilDone());
  }

  async purge(step) {
    await this.keysOf(step).purgeDeletedKey(step.name);
    return {};
  }

  async keys(step) {
    const options = step.size ? { maxPageSize: step.size } : {};
    const pages = await all(this.keysOf(step).listPropertiesOfKeys().byPage(options));
    const names = pages.flat().map((key) => key.name);
    return {
      names: names.filter((name) => name.startsWith(step.prefix)),
      largest: Math.max(...pages.map((page) => page.length)),
    };
  }

  async versions(step) {
    return { versions: (await all(this.keysOf(step).listPropertiesOfKeyVersions(step.name))).length };
  }

  async "rotation policy"(step) {
    return policyFacts(await this.keysOf(step).getKeyRotationPolicy(step.name));
  }

  async "set rotation policy"(step) {
    const lifetimeActions = [{ action: "Rotate", timeBeforeExpiry: step.before }];
    const policy = { lifetimeActions, expiresIn: step.expires };
    return policyFacts(await this.keysOf(step).updateKeyRotationPolicy(step.name, policy));
  }

  async sign(step) {
    const keyId = this.keyId(step);
    const client = this.clients.signer(step, keyId);
    const began = performance.now();
    const seen = { verified: [], length: 0, kid: "" };
    for (const algorithm of step.algs) {
      const message = randomBytes(100);
      const digest = step.digest ? randomBytes(step.digest) : digestOf(algorithm, message);
      const signed = await client.sign(algorithm, digest);
      if (verifies(await this.public(step), algorithm, message, signed.result)) seen.verified.push(algorithm);
      seen.length = signed.result.length;
      seen.kid = signed.keyID === keyId ? "as asked" : "another";
    }
    const { seconds } = step.expect;
    if (seconds) seen.seconds = Number(performance.now() - began >= 1000 * seconds);
    return seen;
  }

  async verify(step) {
    const client = this.clients.signer(step, this.keyId(step));
    const digest = digestOf(step.alg, randomBytes(100));
    const { result: signature } = await client.sign(step.alg, digest);
    const wrong = Uint8Array.from(signature);
    wrong[wrong.length - 1] ^= 1;
    const before = await this.clients.carriedOut("Verify");
    const right = (await client.verify(step.alg, digest, signature)).result;
    const refused = (await client.verify(step.alg, digest, wrong)).result;
    const asked = (await this.clients.carriedOut("Verify")) - before;
    return asked === 2 ? { right, wrong: refused } : { "asked the service": asked };
  }

  async attestation(step) {
    const version = this.versionsOf(step.name).at(-1);
    const key = await this.keysOf(step).getKeyAttestation(step.name, { version });
    const { attestation } = key.properties;
    const chain = Buffer.from(attestation.certificatePemFile).toString();
    const named = `/${step.name}/${version}`;
    const halves = [attestation.privateKeyAttestation, attestation.publicKeyAttestation];
    return {
      version: attestation.version,
      certificates: chain.match(/BEGIN CERTIFICATE/g).length,
      names: halves.every((half) => Buffer.from(half).includes(named)) ? `/${step.name}/` : "another",
      kty: key.keyType,
    };
  }

  async certificate(step) {
    const certificate = await this.clients.client(CertificateClient, step).getCertificate(step.name);
    const leaf = new X509Certificate(certificate.cer);
    const { policy } = certificate;
    const path = (url) => new URL(url).pathname.replace(certificate.properties.version, "");
    return {
      subject: leaf.subject.replace("CN=", ""),
      kid: path(certificate.keyId),
      sid: path(certificate.secretId),
      "of the key": leaf.publicKey.equals(await this.public(step)),
      kty: policy.keyType,
      exportable: policy.exportable,
      content: policy.contentType,
    };
  }

  async certificates(step) {
    const client = this.clients.client(CertificateClient, step);
    const names = (await all(client.listPropertiesOfCertificates())).map((one) => one.name);
    const versions = await all(client.listPropertiesOfCertificateVersions(step.prefix));
    return { names: names.filter((name) => name === step.prefix), versions: versions.length };
  }

  async secret(step) {
    const secret = await this.clients.client(SecretClient, step).getSecret(step.name);
    const input = Buffer.from(secret.value, "base64");
    const held = execFileSync("openssl", ["pkcs12", "-passin", "pass:", "-nodes"], { input, encoding: "utf8" });
    return {
      content: secret.properties.contentType,
      certificates: held.match(/BEGIN CERTIFICATE/g).length,
      key: held.includes("PRIVATE KEY"),
    };
  }

  keyId(step) {
    const version = this.version(step) ?? this.versionsOf(step.name).at(-1);
    return `${this.clients.urls[step.in ?? "vault"]}/keys/${step.name}/${version}`;
  }

  async public(step) {
    const key = await this.clients.client(KeyClient, { in: step.in }).getKey(step.name, { version: this.version(step) });
    return publicKey(key.key);
  }
}

async function all(iterable) {
  const list = [];
  for await (const one of iterable) list.push(one);
  return list;
}

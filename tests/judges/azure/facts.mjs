// What keys, policies and errors of Azure's clients say, in the words of cases.json, and signatures checked by node's OpenSSL.

import { constants, createHash, createPublicKey, verify } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

const HASHES = { 256: "sha256", 384: "sha384", 512: "sha512", "256K": "sha256" };

export function facts(key, urls) {
  const { key: jwk, properties } = key;
  const seen = {
    kty: key.keyType,
    ops: [...key.keyOperations].sort(),
    enabled: properties.enabled,
    exportable: Boolean(properties.exportable),
    managed: Boolean(properties.managed),
    platform: properties.hsmPlatform ?? null,
  };
  if (jwk.n) {
    const leading = jwk.n.findIndex((byte) => byte !== 0);
    seen.bits = 8 * (jwk.n.length - leading);
    if (leading > 0) seen.zero = true;
  } else {
    seen.crv = jwk.crv;
  }
  if (properties.tags && Object.keys(properties.tags).length > 0) seen.tags = properties.tags;
  if (properties.releasePolicy) seen.policy = Buffer.from(properties.releasePolicy.encodedPolicy).toString();
  const host = new URL(key.id).origin;
  if (urls && !Object.values(urls).includes(host)) seen.host = host;
  return seen;
}

export function policyFacts(policy) {
  const actions = policy.lifetimeActions.map(
    (one) => `${one.action.toLowerCase()} ${one.timeBeforeExpiry ?? one.timeAfterCreate}`,
  );
  return { actions, expires: policy.expiresIn ?? null };
}

export function refusal(error) {
  const inner = error.details?.error?.innererror?.code ?? error.details?.error?.innerError?.code;
  // Where a body has no code, the client gives the status or its own word for it.
  const code = error.details?.error?.code;
  return { error: [error.statusCode, code, inner].filter(Boolean).join(" "), says: error.message };
}

// What differs between the expected and the seen, or nothing.
export function difference(expected, seen) {
  if (expected === undefined) {
    return seen.error === undefined ? undefined : `refused with ${JSON.stringify(seen)}`;
  }
  const { says: wanted = "", ...facts } = expected;
  const { says = "", ...rest } = seen;
  if (!says.includes(wanted)) return `expected it to say ${JSON.stringify(wanted)}, it says ${JSON.stringify(says)}`;
  if (isDeepStrictEqual(facts, rest)) return undefined;
  return `expected ${JSON.stringify(facts)}, seen ${JSON.stringify(rest)}, ${JSON.stringify(says)}`;
}

export function digestOf(algorithm, message) {
  return createHash(HASHES[algorithm.slice(2)]).update(message).digest();
}

export function publicKey(jwk) {
  const text = (bytes) => Buffer.from(bytes).toString("base64url");
  if (jwk.n) return createPublicKey({ key: { kty: "RSA", n: text(jwk.n), e: text(jwk.e) }, format: "jwk" });
  const crv = jwk.crv === "P-256K" ? "secp256k1" : jwk.crv;
  return createPublicKey({ key: { kty: "EC", crv, x: text(jwk.x), y: text(jwk.y) }, format: "jwk" });
}

// Over the message: node takes no digests.
export function verifies(key, algorithm, message, signature) {
  const hash = HASHES[algorithm.slice(2)];
  if (algorithm.startsWith("ES")) {
    return verify(hash, message, { key, dsaEncoding: "ieee-p1363" }, signature);
  }
  if (algorithm.startsWith("PS")) {
    const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
    return verify(hash, message, { key, ...padding }, signature);
  }
  return verify(hash, message, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
}

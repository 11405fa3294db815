// Gets tokens as every app does: RFC 6749, RFC 7636 (PKCE), SMART App Launch 2.2.

const CODE_LENGTH = 48;
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ASSERTION_SECONDS = 290; // the server takes five minutes
const SIGNS = {
  RSA: { name: "RS384", key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-384" }, with: "RSASSA-PKCS1-v1_5" },
  EC: {
    name: "ES384",
    key: { name: "ECDSA", namedCurve: "P-384" },
    with: { name: "ECDSA", hash: "SHA-384" },
  },
};

// What the token address refuses, or a key that is none: ``error`` and a sentence.
export class Refused extends Error {
  constructor(error, description) {
    super(description || error);
    this.error = error;
  }
}

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const bytesOf = (text) => new TextEncoder().encode(text);
const random = (length) => base64url(crypto.getRandomValues(new Uint8Array(length)));

export const challengeOf = async (verifier) =>
  base64url(await crypto.subtle.digest("SHA-256", bytesOf(verifier)));

// private_key_jwt. https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html
export const assertion = async (text, clientId, audience) => {
  let jwk;
  let key;
  try {
    jwk = JSON.parse(text);
    const { kty, n, e, d, p, q, dp, dq, qi, crv, x, y } = jwk;
    if (!jwk.kid || !d) throw new TypeError("no private key");
    key = await crypto.subtle.importKey(
      "jwk",
      { kty, n, e, d, p, q, dp, dq, qi, crv, x, y },
      SIGNS[kty].key,
      false,
      ["sign"],
    );
  } catch {
    throw new Refused("wrong-key");
  }
  const now = Math.floor(Date.now() / 1000);
  const head = { alg: SIGNS[jwk.kty].name, kid: jwk.kid, typ: "JWT" };
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: audience,
    jti: random(16),
    iat: now,
    exp: now + ASSERTION_SECONDS,
  };
  const signed = [head, claims].map((each) => base64url(bytesOf(JSON.stringify(each)))).join(".");
  return `${signed}.${base64url(await crypto.subtle.sign(SIGNS[jwk.kty].with, key, bytesOf(signed)))}`;
};

// The fields by which an app shows who it is. ``secret``: its client secret or its private JWK.
export const proof = async (app, secret, audience) => {
  switch (app.kind) {
    case "public":
      return { client_id: app.id };
    case "confidential-symmetric":
      return { client_id: app.id, client_secret: secret };
    default:
      return {
        client_assertion_type: ASSERTION_TYPE,
        client_assertion: await assertion(secret, app.id, audience),
      };
  }
};

const post = async (address, fields) => {
  const answer = await fetch(address, {
    method: "POST",
    body: new URLSearchParams(fields),
    credentials: "omit",
    cache: "no-store",
  });
  const told = await answer.json();
  if (!answer.ok) throw new Refused(told.error, told.error_description ?? told.Result);
  return told;
};

// As a token answer tells it, in the words of the page.
const tokenOf = (told, client, now = Date.now()) => ({
  access: told.access_token,
  refresh: told.refresh_token ?? "",
  scope: told.scope ?? "",
  patient: told.patients?.length > 1 ? "" : (told.patient ?? ""),
  patients: told.patients ?? [],
  expires: now + (told.expires_in ?? 0) * 1000,
  client,
});

// What has to be kept until the browser comes back, and where it goes.
export const asking = async (setup, app, scope, { launch, shown }) => {
  const waits = { state: random(24), verifier: random(CODE_LENGTH), app, shown, began: Date.now() };
  const query = new URLSearchParams({
    response_type: "code",
    client_id: app.id,
    redirect_uri: setup.callback,
    scope,
    state: waits.state,
    aud: setup.base,
    code_challenge: await challengeOf(waits.verifier),
    code_challenge_method: "S256",
    ...(launch ? { launch } : {}),
  });
  return { waits, address: `${setup.authorize}?${query}` };
};

// The browser is back. RFC 6749 4.1.2, RFC 9207: state and issuer are looked at first.
export const comeBack = async (setup, waits, query) => {
  if (!waits || query.get("state") !== waits.state) throw new Refused("wrong-state");
  if (query.get("iss") && query.get("iss") !== setup.base) throw new Refused("wrong-issuer");
  if (query.get("error")) throw new Refused(query.get("error"), query.get("error_description"));
  if (!query.get("code")) throw new Refused("no-code");
  const told = await post(setup.token, {
    grant_type: "authorization_code",
    code: query.get("code"),
    redirect_uri: setup.callback,
    code_verifier: waits.verifier,
    ...waits.shown,
  });
  return tokenOf(told, waits.app);
};

export const withKey = async (setup, key, secret) => {
  const fields = { grant_type: "authorization_code", client_id: key.id, client_secret: secret };
  return tokenOf(await post(setup.token, fields), {
    id: key.id,
    name: key.label || key.id,
    kind: "access-key",
  });
};

export const asService = async (setup, app, secret, scope) => {
  const shown = await proof(app, secret, setup.token);
  return tokenOf(await post(setup.token, { grant_type: "client_credentials", scope, ...shown }), app);
};

// A refresh token works once: the answer brings the next one.
export const refreshed = async (setup, token, secret) => {
  const isKey = token.client.kind === "access-key";
  const shown = isKey
    ? { client_id: token.client.id, client_secret: secret }
    : await proof(token.client, secret, setup.token);
  const told = await post(setup.token, {
    grant_type: "refresh_token",
    refresh_token: token.refresh,
    ...shown,
  });
  const fresh = tokenOf(told, token.client);
  return {
    ...fresh,
    refresh: fresh.refresh || token.refresh,
    patient: fresh.patient || token.patient,
    name: token.name,
  };
};

// To be asked for before the app can show who it is.
export const needs = (client) =>
  ({ public: "", "confidential-symmetric": "secret", "access-key": "secret" })[client.kind] ?? "jwk";

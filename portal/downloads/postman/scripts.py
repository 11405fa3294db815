"""What Postman runs before and after requests. https://learning.postman.com/docs/tests-and-scripts/"""

KEEP_ISSUED = """\
pm.test("A token was issued", () => pm.response.to.have.status(200));
if (pm.response.code === 200) {
  const told = pm.response.json();
  pm.environment.set("access_token", told.access_token);
  if (told.refresh_token) pm.environment.set("refresh_token", told.refresh_token);
  if (typeof told.patient === "string") pm.environment.set("patient_id", told.patient);
}"""
"""Every request has the token from then on; the patient as well, where the key opens one."""

_OK = """\
pm.test("It was answered", () => pm.response.to.have.status(200));
pm.test("It is FHIR", () => pm.expect(pm.response.json().resourceType).to.equal("{answered}"));"""

_KEEP_ID = """
const found = (pm.response.json().entry || []).find((each) => each.search.mode === "match");
if (found) pm.environment.set("{variable}", found.resource.id);
else pm.environment.unset("{variable}");"""

SKIP_WITHOUT = """\
if (!pm.environment.get("{variable}")) pm.execution.skipRequest();"""

BEGUN = 'pm.test("The export has begun", () => pm.response.to.have.status(202));'

SIGN = """\
// SMART Backend Services: an assertion signed with the service's own key.
// https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html
const key = JSON.parse(pm.environment.get("backend_private_jwk") || "{}");
const kinds = {
  RSA: ["RS384", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-384" }],
  EC: ["ES384", { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" }],
};
if (!kinds[key.kty]) throw new Error("backend_private_jwk has no private key (a JWK).");
const [alg, algorithm] = kinds[key.kty];
const url = (text) => text.replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=+$/, "");
const encode = (value) => url(btoa(JSON.stringify(value)));
const client = pm.environment.get("backend_client_id");
const audience = pm.environment.get("fhir_base_url") + "/oauth2/token";
const exp = Math.floor(Date.now() / 1000) + 240;
const jti = pm.variables.replaceIn("{{$guid}}");
const claims = { iss: client, sub: client, aud: audience, exp, jti };
const signed = encode({ typ: "JWT", alg, kid: key.kid }) + "." + encode(claims);
const { kty, n, e, d, p, q, dp, dq, qi, crv, x, y } = key;
const own = await crypto.subtle.importKey(
  "jwk", { kty, n, e, d, p, q, dp, dq, qi, crv, x, y }, algorithm, false, ["sign"]
);
const bytes = Uint8Array.from(signed, (letter) => letter.charCodeAt(0));
const signature = new Uint8Array(await crypto.subtle.sign(algorithm, own, bytes));
const text = Array.from(signature, (byte) => String.fromCharCode(byte)).join("");
pm.environment.set("client_assertion", signed + "." + url(btoa(text)));"""


def answered(resource_type: str) -> str:
    return _OK.replace("{answered}", resource_type)


def found(variable: str) -> str:
    """Of a search: the first match is what is read next."""
    return answered("Bundle") + _KEEP_ID.replace("{variable}", variable)


def skip_without(variable: str) -> str:
    return SKIP_WITHOUT.replace("{variable}", variable)

// Makes a passkey, or signs in with one: asks the browser and sends its answer as a form.
// https://www.w3.org/TR/webauthn-3/

(() => {
  "use strict";

  const toBytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };

  const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const readable = (options) => {
    const found = { ...options, challenge: toBytes(options.challenge) };
    if (options.user) found.user = { ...options.user, id: toBytes(options.user.id) };
    for (const list of ["excludeCredentials", "allowCredentials"]) {
      found[list] = (options[list] ?? []).map((each) => ({ ...each, id: toBytes(each.id) }));
    }
    return found;
  };

  // What PublicKeyCredential.toJSON() gives where browsers have it.
  const writable = (credential) => {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = toText(credential.response[part]);
    }
    return {
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
    };
  };

  const optionsOf = async (form) => {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const answer = await fetch(form.dataset.optionsFrom, { method: "POST", body: new FormData(form) });
    if (!answer.ok) throw new Error(`options: ${answer.status}`);
    return answer.json();
  };

  const ask = async (form) => {
    const publicKey = readable(await optionsOf(form));
    return form.dataset.passkey === "create"
      ? navigator.credentials.create({ publicKey })
      : navigator.credentials.get({ publicKey });
  };

  const prepare = (form) => {
    const button = form.querySelector("[data-passkey-button]");
    button.hidden = false;
    form.querySelector("[data-passkey-impossible]")?.remove();
    const failed = form.querySelector("[data-passkey-failed]");
    button.addEventListener("click", async () => {
      failed.hidden = true;
      try {
        form.elements.answer.value = JSON.stringify(writable(await ask(form)));
      } catch {
        failed.hidden = false;
        return;
      }
      form.submit();
    });
  };

  if (window.PublicKeyCredential) document.querySelectorAll("[data-passkey]").forEach(prepare);
})();

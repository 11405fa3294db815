// The tab's token: getting one by consent or with an access key, what it opens, refresh, forget.

import { announce, byId, copy, el, option, say, setup } from "./dom.js";
import { Refused, asService, asking, needs, proof, refreshed, withKey } from "./oauth.js";
import * as store from "./store.js";

const SOON = 5 * 60 * 1000;
const REASONS = ["wrong-key", "no-crypto"];

const reason = (error) => {
  if (error instanceof Refused)
    return REASONS.includes(error.message) ? say(error.message) : `${error.error}: ${error.message}`;
  return say("notReached");
};

const asForm = (fields) =>
  new URLSearchParams({
    ...fields,
    csrfmiddlewaretoken: document.querySelector("[name=csrfmiddlewaretoken]").value,
  });

const postOurs = async (address, fields) => {
  const answer = await fetch(address, {
    method: "POST",
    body: asForm(fields),
    headers: { Accept: "application/json" },
  });
  if (answer.redirected || !answer.ok) {
    const told = answer.redirected ? {} : await answer.json().catch(() => ({}));
    throw new Refused("refused", told.error ?? say("signedOut"));
  }
  return answer.json();
};

export class TokenBar {
  // ``onChange()`` after a token has come or gone.
  constructor({ onChange }) {
    this.onChange = onChange;
    this.token = store.read("token");
    this.secret = ""; // of this page only, so that a refresh need not ask again
    this.form = byId("token-form");
    this.options();
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.get();
    });
    for (const each of this.form.querySelectorAll("select, [name=how]"))
      each.addEventListener("change", () => this.shape(each));
    byId("token-find").addEventListener("click", () => this.find());
    byId("token-search").addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.find();
    });
    byId("token-redirect").addEventListener("click", () => this.addRedirect());
    byId("token-refresh").addEventListener("click", () => this.refresh());
    byId("token-forget").addEventListener("click", () => this.forget());
    byId("token-copy").addEventListener("click", () => copy(this.token.access, say("token")));
    byId("token-new").addEventListener("click", () => this.openForm());
    setInterval(() => this.tick(), 1000);
    this.shape();
    this.draw();
    this.preset(new URLSearchParams(location.search).get("app"));
  }

  // From the page of an app: that app, and the form open if another one's token is here.
  preset(clientId) {
    if (!setup.apps.some((each) => each.id === clientId)) return;
    byId("token-app").value = clientId;
    this.shape(byId("token-app"));
    this.form.hidden = this.token?.client.id === clientId;
    byId("token-new").setAttribute("aria-expanded", !this.form.hidden);
  }

  options() {
    byId("token-app").append(
      ...setup.apps.map((app) =>
        option(app.id, app.isDisabled ? `${app.name} (${say("disabled")})` : app.name),
      ),
    );
    byId("token-key").append(
      ...setup.keys.map((key) =>
        option(
          key.id,
          [
            key.label,
            key.id,
            key.isUsable ? "" : `(${say("notUsable")})`,
            key.mayWrite ? say("mayWrite") : "",
          ]
            .filter(Boolean)
            .join(" · "),
        ),
      ),
    );
    byId("token-by-key").hidden = !setup.keys.length;
    this.patients(setup.patients);
    byId("token-search-part").hidden = !setup.hasMorePatients;
  }

  patients(found) {
    const chosen = byId("token-patient");
    chosen.replaceChildren(
      option("", say("askedThere")),
      ...found.map(({ id, name, about }) => option(id, `${name} · ${about}`)),
    );
  }

  get app() {
    return setup.apps.find((each) => each.id === byId("token-app").value);
  }

  get isByKey() {
    return this.form.elements.how.value === "key";
  }

  // Shows the fields that the choice needs.
  shape(changed = null) {
    const { app, isByKey } = this;
    const need = isByKey ? "secret" : needs(app);
    byId("token-app-part").hidden = isByKey;
    byId("token-key-part").hidden = !isByKey;
    byId("token-patient-part").hidden = isByKey || !app.ehr;
    byId("token-secret-part").hidden = need !== "secret";
    byId("token-jwk-part").hidden = need !== "jwk";
    const mustAdd = !isByKey && !app.comesBack;
    byId("token-redirect-part").hidden = !mustAdd;
    byId("token-redirect-review").hidden = !(mustAdd && app.isReviewed);
    byId("token-scope-part").hidden = isByKey;
    const isLaunch = byId("token-patient").value && !byId("token-patient-part").hidden;
    if (!changed || ["token-app", "token-patient"].includes(changed.id))
      byId("token-scope").value = isLaunch ? app.ehr : app.standalone;
    byId("token-get").disabled = mustAdd;
  }

  problem(text) {
    byId("token-problem").textContent = text;
    byId("token-problem").hidden = !text;
    if (text) announce(text);
  }

  async trying(does) {
    this.problem("");
    byId("token").setAttribute("aria-busy", "true");
    try {
      await does();
    } catch (error) {
      this.problem(reason(error));
    }
    byId("token").removeAttribute("aria-busy");
  }

  find() {
    return this.trying(async () => {
      const { patients } = await postOurs(setup.find, { find: byId("token-search").value });
      this.patients(patients);
      announce(say("patientsFound", { n: patients.length }));
      const chosen = byId("token-patient");
      if (patients.length) {
        chosen.value = patients[0].id;
        chosen.focus();
      }
      this.shape(chosen);
    });
  }

  addRedirect() {
    return this.trying(async () => {
      const { app } = this;
      await postOurs(setup.redirect, { client_id: app.id, wanted: "1" });
      app.comesBack = true;
      this.shape();
      byId("token-get").focus();
    });
  }

  get() {
    return this.trying(async () => {
      const { app } = this;
      if (!crypto.subtle) throw new Refused("no-crypto");
      this.secret = byId(
        needs(this.isByKey ? { kind: "access-key" } : app) === "jwk" ? "token-jwk" : "token-secret",
      ).value.trim();
      if (this.isByKey) {
        const key = setup.keys.find((each) => each.id === byId("token-key").value);
        this.take(await withKey(setup, key, this.secret));
      } else if (app.kind === "backend-service") {
        this.take(await asService(setup, app, this.secret, byId("token-scope").value.trim()));
      } else await this.authorize(app);
    });
  }

  // Leaves the page. What is kept meanwhile goes when the browser is back (callback.js).
  async authorize({ id, name, kind }) {
    const client = { id, name, kind };
    const chosen = byId("token-patient");
    const patient = byId("token-patient-part").hidden ? "" : chosen.value;
    const launch = patient ? (await postOurs(setup.launch, { client_id: id, patient })).launch : "";
    const shown = await proof(client, this.secret, setup.token);
    const { waits, address } = await asking(setup, client, byId("token-scope").value.trim(), {
      launch,
      shown,
    });
    store.keep("waits", {
      ...waits,
      name: patient ? chosen.selectedOptions[0].textContent.split(" · ")[0] : "",
    });
    location.assign(address);
  }

  take(token) {
    this.token = token;
    store.keep("token", token);
    byId("token-secret").value = byId("token-jwk").value = "";
    this.draw();
    this.onChange();
    announce(say("tokenIsHere", { scope: token.scope }));
    byId("address").focus();
  }

  async refresh() {
    const { token } = this;
    if (!token?.refresh) return this.problem(say("noRefresh"));
    if (needs(token.client) && !this.secret) {
      const field = byId("token-again");
      this.secret = field.value.trim();
      byId("token-again-part").hidden = false;
      if (!this.secret) return field.focus();
      field.value = "";
      byId("token-again-part").hidden = true;
    }
    return this.trying(async () => {
      try {
        this.take(await refreshed(setup, token, this.secret));
      } catch (error) {
        this.secret = "";
        throw error;
      }
    });
  }

  forget() {
    this.token = null;
    this.secret = "";
    store.remove("token");
    this.draw();
    this.onChange();
    announce(say("forgotten"));
    byId("token-app").focus();
  }

  openForm() {
    this.form.hidden = !this.form.hidden;
    byId("token-new").setAttribute("aria-expanded", !this.form.hidden);
    if (!this.form.hidden) byId("token-app").focus();
  }

  draw() {
    const { token } = this;
    byId("token-now").hidden = !token;
    this.form.hidden = Boolean(token);
    byId("token-new").setAttribute("aria-expanded", "false");
    if (!token) return;
    byId("token-client").textContent = token.client.name;
    byId("token-whose").textContent = this.whose(token);
    byId("token-real").hidden = setup.isSandbox;
    byId("token-sandbox").hidden = !setup.isSandbox;
    byId("token-scopes").replaceChildren(
      ...token.scope
        .split(" ")
        .filter(Boolean)
        .map((each) => el("li", {}, el("code", {}, each))),
    );
    byId("token-scopes-told").textContent = say("scopes", {
      n: token.scope.split(" ").filter(Boolean).length,
    });
    byId("token-refresh").hidden = !token.refresh;
    byId("token-again-part").hidden = true;
    this.warned = false;
    this.tick();
  }

  whose({ patient, patients, name }) {
    if (patient) return name ? `${name} · ${patient}` : `Patient/${patient}`;
    return patients.length ? say("patients", { n: patients.length }) : say("everybody");
  }

  tick() {
    if (!this.token) return;
    const left = this.token.expires - Date.now();
    const shown = byId("token-expires");
    shown.classList.toggle("bad", left <= 0);
    shown.classList.toggle("warn", left > 0 && left <= SOON);
    if (left <= 0) {
      shown.textContent = say("expired");
      return;
    }
    const seconds = Math.ceil(left / 1000);
    shown.textContent = say("expiresIn", {
      time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`,
    });
    if (left <= SOON && !this.warned) announce(say("expiresSoon"));
    this.warned = left <= SOON;
  }
}

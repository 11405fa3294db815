// The browser is back from the consent page: exchanges the code and leads on to the console.

import { byId, say, setup } from "./dom.js";
import { Refused, comeBack } from "./oauth.js";
import * as store from "./store.js";

const OURS = ["wrong-state", "wrong-issuer", "no-code", "signed-out"];

const show = (error) => {
  const text = !(error instanceof Refused)
    ? say("notReached")
    : OURS.includes(error.message)
      ? say(error.message)
      : `${error.error}: ${error.message}`;
  byId("callback-waiting").hidden = true;
  byId("callback-problem").hidden = false;
  byId("callback-why").textContent = text;
  byId("callback-problem").focus();
};

const query = new URLSearchParams(location.search);
history.replaceState(null, "", location.pathname); // the code stays in no history
const { whose } = byId("callback").dataset;
// Who has signed in on the way as somebody else goes on as that person.
const waits = store.read("waits");
store.remove("waits");
store.open(whose);

try {
  if (!whose) throw new Refused("signed-out");
  const token = await comeBack(setup, waits, query);
  store.keep("token", { ...token, name: waits.name });
  location.replace(setup.console);
} catch (error) {
  show(error);
}

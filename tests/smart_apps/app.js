/* A small app on the SMART JS client. /launch begins (its query is given to the client), /callback
   ends up with a token; what it then reads of the record stands in #result. */
const show = (id, value) => { document.getElementById(id).textContent = value; };
const problem = (error) => show("problem", String(error && error.message || error));

async function read(client) {
  const patient = await client.patient.read();
  const rates = await client.request(
    `Observation?patient=${client.patient.id}&category=vital-signs&_count=5`);
  const labs = await client.request(
    `Observation?patient=${client.patient.id}&category=laboratory&_count=5`).catch((error) => error);
  const { tokenResponse } = client.state;
  return {
    family: patient.name[0].family,
    patient: client.patient.id,
    encounter: client.encounter.id,
    user: client.user.fhirUser,
    scope: tokenResponse.scope,
    banner: tokenResponse.need_patient_banner,
    vitals: (rates.entry || []).length,
    labs: labs instanceof Error ? labs.message : (labs.entry || []).length,
  };
}

async function begin() {
  const own = await (await fetch("/settings.json")).json();
  const asked = { ...own, ...Object.fromEntries(new URLSearchParams(location.search)) };
  await FHIR.oauth2.authorize({ redirectUri: `${location.origin}/callback`, pkceMode: "required", ...asked });
}

async function end() {
  const client = await FHIR.oauth2.ready();
  show("result", JSON.stringify(await read(client)));
  const button = document.getElementById("refresh");
  button.hidden = !client.state.tokenResponse.refresh_token;
  button.onclick = async () => {
    const before = client.state.tokenResponse.access_token;
    await client.refresh().catch(problem);
    const isNew = before !== client.state.tokenResponse.access_token;
    show("result", JSON.stringify({ ...await read(client), isNew }));
  };
}

(location.pathname === "/launch" ? begin() : end()).catch(problem);

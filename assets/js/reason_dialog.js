/** Asks in place what somebody wants to see something for; the page /reason asks the same where no program runs. */

import { make } from "./section.js";

const STYLE = "/assets/css/29-reason-dialog.css";
const WITHIN_MS = 10_000;
const WHAT = /** @type {Record<string, string>} */ ({ plate: "the plate of a detection", incident: "a sensitive incident", place: "the history of this address" });

/** @typedef {{reason: string, words: string, needs: string | null}} Listed */

/** The dialog that is open, if one is: a second question waits for nobody. @type {HTMLDialogElement | null} */
let open = null;

/**
 * @param {string} kind plate, incident or place @param {string} id
 * @returns {Promise<boolean>} whether a purpose was given and taken
 */
export async function askReason(kind, id) {
  if (open) return false;
  const dialog = /** @type {HTMLDialogElement} */ (make("dialog", "dialog reason-dialog"));
  open = dialog;
  const [listed] = await Promise.all([purposes(), styled()]);
  return new Promise((done) => {
    let given = false;
    const said = make("p", "reason-said");
    said.setAttribute("role", "alert");
    const send = async (/** @type {Record<string, unknown>} */ words) => {
      said.textContent = "";
      given = await give({ subject: [kind, id], ...words }, said);
      if (given) dialog.close();
    };
    const title = make("h2", "", "What do you want to see it for?");
    title.id = "reason-title";
    dialog.setAttribute("aria-labelledby", title.id);
    dialog.append(
      title, make("p", "dialog-what", `You ask for ${WHAT[kind] ?? kind}. What you say goes on record, and is asked once until your shift ends.`), said,
      purposeForm(listed, send, () => dialog.close()), glassForm(send));
    dialog.addEventListener("close", () => {
      dialog.remove();
      open = null;
      done(given);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Brings the dialog's look, the first time. */
async function styled() {
  if (document.querySelector(`link[href="${STYLE}"]`)) return;
  const link = /** @type {HTMLLinkElement} */ (make("link", ""));
  const loaded = new Promise((done) => {
    for (const end of ["load", "error"]) link.addEventListener(end, done);
  });
  Object.assign(link, { rel: "stylesheet", href: STYLE });
  document.head.append(link);
  await loaded;
}

/** @returns {Promise<Listed[]>} none where nobody can say: then there is still the glass */
async function purposes() {
  try {
    const answer = await fetch("/api/v1/reasons", { signal: AbortSignal.timeout(WITHIN_MS) });
    return answer.ok ? (await answer.json()).reasons : [];
  } catch {
    return [];
  }
}

/** @param {Record<string, unknown>} body @param {HTMLElement} said says why not @returns {Promise<boolean>} */
async function give(body, said) {
  try {
    const answer = await fetch("/api/v1/reasons", {
      method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" }, signal: AbortSignal.timeout(WITHIN_MS),
    });
    if (answer.ok) return true;
    said.textContent = (await answer.json().catch(() => null))?.detail ?? `Not taken: the server answered ${answer.status}.`;
  } catch {
    said.textContent = "Not taken: the server does not answer.";
  }
  return false;
}

/** @param {Listed[]} listed @param {(words: Record<string, unknown>) => void} send @param {() => void} leave */
function purposeForm(listed, send, leave) {
  const choices = listed.map(({ reason, words, needs }) => {
    const input = /** @type {HTMLInputElement} */ (make("input", ""));
    Object.assign(input, { type: "radio", name: "reason", value: reason, required: true });
    return make("label", "reason-one", input, make("span", "", words, needs ? make("small", "", ` with the ${needs}`) : null));
  });
  const number = field("Case number or reference", "case", 64);
  const cancel = button("Cancel", "act", "button"), show = button("Show it", "act act-main", "submit");
  const form = /** @type {HTMLFormElement} */ (make("form", "reason-form", make("div", "reason-list", ...choices), number.label, make("div", "reason-acts", cancel, show)));
  cancel.addEventListener("click", leave);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send({ reason: new FormData(form).get("reason"), case: number.input.value.trim() });
  });
  return form;
}

/** @param {(words: Record<string, unknown>) => void} send */
function glassForm(send) {
  const why = field("Why, in one sentence", "why", 300);
  Object.assign(why.input, { minLength: 10, required: true });
  const form = make("form", "reason-form",
    make("p", "", "For an emergency that no purpose fits, or that your role does not open. It raises an alarm at once, and a supervisor will ask you why."),
    why.label, make("div", "reason-acts", button("Break the glass and show it", "act act-danger", "submit")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send({ break_glass: true, why: why.input.value.trim() });
  });
  return make("details", "reason-glass", make("summary", "", "Break glass"), form);
}

/** @param {string} word @param {string} name @param {number} most */
function field(word, name, most) {
  const input = /** @type {HTMLInputElement} */ (make("input", "reason-text"));
  Object.assign(input, { name, maxLength: most, autocomplete: "off" });
  return { input, label: make("label", "field", make("span", "", word), input) };
}

/** @param {string} word @param {string} className @param {"button" | "submit"} type */
function button(word, className, type) {
  const made = /** @type {HTMLButtonElement} */ (make("button", className, word));
  made.type = type;
  return made;
}

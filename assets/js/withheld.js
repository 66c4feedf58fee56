/** What a screen is not told until somebody says what for: plates, and what a sensitive call told. A button stands there, then the answer. */

import { say } from "./command.js";
import { make } from "./section.js";

/** What was shown longer ago is asked for anew: it may say more by now. */
const FRESH_MS = 60_000;
const WITHIN_MS = 10_000;
const PATHS = /** @type {Record<string, (id: string) => string>} */ ({
  plate: (id) => `/api/v1/detections/${encodeURIComponent(id)}/plate`, incident: (id) => `/api/v1/incidents/${encodeURIComponent(id)}/withheld`,
});
/** What has been shown on this page, by subject. @type {Map<string, {fields: Record<string, string>, at: number}>} */
const opened = new Map();

/** @param {string} kind @param {string} id @param {Record<string, string>} fields */
function keep(kind, id, fields) {
  opened.set(`${kind} ${id}`, { fields, at: performance.now() });
  dispatchEvent(new CustomEvent("rtcc:opened", { detail: { kind, id } }));
}

/** The question comes with a program of its own, for it is seldom asked. @param {string} kind @param {string} id */
const ask = async (kind, id) => (await import("./reason_dialog.js")).askReason(kind, id);

/** @param {string} kind @param {string} id @returns {Promise<{fields?: Record<string, string>, asks?: boolean, why?: string}>} */
async function look(kind, id) {
  try {
    const answer = await fetch(PATHS[kind](id), { signal: AbortSignal.timeout(WITHIN_MS) });
    const told = await answer.json();
    if (!answer.ok) return { asks: Boolean(told.needs), why: told.detail ?? `Not shown: the server answered ${answer.status}.` };
    keep(kind, id, told);
    return { fields: told };
  } catch {
    return { why: "Not shown: the server does not answer." };
  }
}

/**
 * Shows a subject, after having asked what for where the server wants to know. What cannot be shown the page says.
 * @param {string} kind @param {string} id @returns {Promise<Record<string, string> | null>}
 */
async function show(kind, id) {
  let seen = await look(kind, id);
  if (seen.asks) {
    if (!(await ask(kind, id))) return null;
    seen = await look(kind, id);
  }
  if (!seen.fields) say(seen.why ?? "", true);
  return seen.fields ?? null;
}

/**
 * A button that asks, and what it shows once that is allowed; the same wherever it is built again.
 * @param {string} kind plate or incident @param {string} id @param {string} word what would stand there @param {(fields: Record<string, string>) => string} read
 */
export function withheld(kind, id, word, read) {
  const place = make("span", "withheld-place"), known = opened.get(`${kind} ${id}`);
  const tell = (/** @type {Record<string, string>} */ fields) => {
    place.textContent = read(fields) || `No ${word.toLowerCase()} is on record for this role.`;
    place.dataset.shown = "";
  };
  if (known) {
    tell(known.fields);
    // Nobody has pressed anything, so nothing is asked; where the shift has ended what stands there stays until then.
    if (performance.now() - known.at > FRESH_MS) void look(kind, id).then(({ fields }) => fields && tell(fields));
    return place;
  }
  const button = /** @type {HTMLButtonElement} */ (make("button", "withheld", `${word}: give a reason`));
  button.type = "button";
  button.addEventListener("click", async () => {
    button.disabled = true;
    const fields = await show(kind, id);
    button.disabled = false;
    if (fields) tell(fields);
  });
  place.append(button);
  return place;
}

/** Links that the server wrote where it withheld something ask in place, and where no program runs on a page of their own. */
export function listenForReasons() {
  document.addEventListener("click", async (event) => {
    const link = /** @type {HTMLElement} */ (event.target).closest?.("a.withheld[data-kind]");
    if (!(link instanceof HTMLElement) || event.defaultPrevented) return;
    event.preventDefault();
    const { kind = "", id = "" } = link.dataset;
    if (kind === "plate") {
      const fields = await show(kind, id);
      if (fields) link.replaceWith(make("b", "", fields.plate ?? "No plate is on record for this role."));
    } else if (await ask(kind, id)) {
      dispatchEvent(new CustomEvent("rtcc:opened", { detail: { kind, id } }));
    }
  });
}

/** Told when something was opened on this page. @param {(kind: string, id: string) => void} listener */
export const onOpened = (listener) => addEventListener("rtcc:opened", (event) => {
  const { kind, id } = /** @type {CustomEvent<{kind: string, id: string}>} */ (event).detail;
  listener(kind, id);
});

/** What a person orders: sent to the server, and answered on the page in one sentence when it could not be done. */

const WITHIN_MS = 10_000;
const SAID_MS = 6000;

let hiding = 0;

/** Says something at the foot of the page for a moment; what failed stays longer. @param {string} text @param {boolean} [failed] */
export function say(text, failed = false) {
  const said = document.getElementById("said");
  if (!said) return;
  said.textContent = text;
  said.toggleAttribute("data-failed", failed);
  said.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (said.hidden = true), failed ? 2 * SAID_MS : SAID_MS);
}

/**
 * Sends a command; what becomes of it comes back with the live stream, to this screen as to all others.
 * @param {string} path @param {Record<string, unknown>} [body]
 * @returns {Promise<boolean>} whether it was accepted; if not, the page has said why
 */
export async function command(path, body = {}) {
  try {
    const answer = await fetch(path, {
      method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" }, signal: AbortSignal.timeout(WITHIN_MS),
    });
    if (answer.ok) return true;
    const told = await answer.json().catch(() => null);
    say(answer.status === 401 ? "Sign in first: this screen may look, but not act." : told?.detail ?? `Not done: the server answered ${answer.status}.`, true);
  } catch {
    say("Not done: the server does not answer. Try again when the picture is live.", true);
  }
  return false;
}

/** What whoever looks may do here, as the server wrote it into the document; it holds them to it all the same. */
const may = (/** @type {string} */ what) => document.documentElement.dataset[what] === "yes";
/** Answer alarms and review detections. */
export const mayOperate = () => may("operates");
/** Write notes about incidents. */
export const mayWrite = () => may("writes");
/** Read what stands in the notes about incidents. */
export const mayReadNotes = () => may("readsNotes");
/** See how the center itself is. */
export const mayOversee = () => may("oversees");

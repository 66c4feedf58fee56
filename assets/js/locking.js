/** The lock of a screen that nobody is at: watches for hands, warns, and leaves for the page that asks who is there. */

import { Activity } from "./activity.js";
import { age } from "./format.js";
import { Windows } from "./windows.js";

const LOOK_EVERY_MS = 1000;
const AGAIN_MS = 2000;
const ASK_EVERY_MS = 5000;
/** What a person at the screen does. */
const HANDS = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"];
/** The server says by this header that it refuses because the session is locked. */
const LOCKED_HEADER = "X-RTCC-Locked";

const { dataset } = document.documentElement;
/** @type {Windows | null} */
let windows = null;
let leaving = false;
let askedAt = -Infinity;

/** Where this window is, to come back to. */
const here = () => encodeURIComponent(location.pathname + location.search + location.hash);

/** Leaves for the locked page, or to sign in where no session is left; nothing of the picture stays in the window. */
function leave(to = "/locked") {
  leaving = true;
  // Only now: a window that went there before the server knows would be sent back.
  if (to === "/locked") windows?.tell("locked");
  location.replace(`${to}?next=${here()}`);
}

/** The server has locked this session, and said so: on the stream, or instead of an answer. */
export function wasLocked() {
  if (!leaving) leave();
}

/** A stream that is refused does not hear why: asks in its place, and leaves with the answer where the session is locked or over. */
export function askIfOpen() {
  if (!dataset.signed || Date.now() - askedAt < ASK_EVERY_MS) return;
  askedAt = Date.now();
  fetch("/api/v1/sessions", { signal: AbortSignal.timeout(10_000) }).catch(() => {});
}

/** Locks the screen from here: blank at once, and to the locked page when the server knows; until then it is asked again. */
export async function lockScreen() {
  if (leaving) return;
  leaving = true;
  const says = document.createElement("p");
  says.className = "lock-away";
  says.setAttribute("role", "status");
  document.body.replaceChildren(says);
  for (;;) {
    try {
      await ask("/api/v1/session/lock", { method: "POST", signal: AbortSignal.timeout(10_000) });
      return leave();
    } catch {
      says.textContent = "This screen is locked. The server does not answer; trying again.";
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
}

/** Whether this screen can be locked: a position that never locks by itself cannot be left locked either. */
export const mayLock = () => dataset.locks === "yes";

/** Buttons that the page brought along, which only make sense where this runs. */
export function offerLock() {
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-lock]"))) {
    button.hidden = !mayLock();
    button.addEventListener("click", lockScreen);
  }
}

const ask = window.fetch.bind(window);

/** Whatever part of a page asks the server hears nothing of a session that is over; this does. */
function watchAnswers() {
  window.fetch = async (...request) => {
    const answer = await ask(...request);
    if (answer.status === 401 && !leaving) {
      if (answer.headers.has(LOCKED_HEADER)) wasLocked();
      else leave("/login");
    }
    return answer;
  };
}

/** Shows how long is left, in words once and then in figures, without a place of its own that others would have to make room for. */
function warning() {
  const box = document.createElement("div"), said = document.createElement("p"), seen = document.createElement("p");
  box.className = "lock-warning";
  said.className = "lock-said";
  said.setAttribute("role", "status");
  seen.setAttribute("aria-hidden", "true");
  seen.innerHTML = `This screen locks in <b></b> – move or press any key`;
  box.append(said, seen);
  box.hidden = true;
  document.body.append(box);
  const left = /** @type {HTMLElement} */ (seen.querySelector("b"));
  return (/** @type {number} */ leftS) => {
    box.hidden = leftS === 0;
    left.textContent = age(leftS);
    const words = leftS > 0 ? "This screen locks soon. Move or press any key to stay." : "";
    if (said.textContent !== words) said.textContent = words;
  };
}

/** Begins, on a page of somebody who is signed in; what locks, and after how long, the server wrote into the document. */
export function watchScreen() {
  if (!dataset.viewer) return;
  watchAnswers();
  if (!mayLock()) return;
  /** @type {ReturnType<typeof warning> | null} */
  let warn = null;
  const activity = new Activity(Number(dataset.lockAfter) * 1000, Date.now(), {
    tell: () => void fetch("/api/v1/session/active", { method: "POST" }).catch(() => {}),
    share: () => windows?.tell("here"),
    warn: (leftS) => (warn ??= warning())(leftS),
    lock: lockScreen,
  });
  windows = new Windows(dataset.session ?? "", (word, ours) => {
    if (ours && word === "here") activity.heard(Date.now());
    if (ours && word === "locked" && !leaving) leave();
  });
  windows.tell("open");
  const seen = (/** @type {Event} */ event) => {
    // The key that keeps a screen open, pressed by somebody who only saw the warning, must not also acknowledge an alarm.
    if (event.type === "keydown" && activity.leftS > 0) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    activity.here(Date.now());
  };
  for (const hand of HANDS) addEventListener(hand, seen, { capture: true, passive: hand !== "keydown" });
  setInterval(() => activity.look(Date.now()), LOOK_EVERY_MS);
  // Windows in the background are looked at seldom; one that is seen again looks first.
  document.addEventListener("visibilitychange", () => activity.look(Date.now()));
}

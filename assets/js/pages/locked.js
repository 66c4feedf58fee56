/** The start of /locked: tells the browser's other windows, and goes back to where it was when one of them opens the session again. */

import { Windows } from "../windows.js";

const { session = "", next = "/" } = /** @type {HTMLElement} */ (document.querySelector("[data-session][data-next]")).dataset;
new Windows(session, (word, ours) => {
  if (word !== "open") return;
  if (ours) location.replace(next);
  // Somebody else has signed in: the server knows where this window belongs now.
  else location.reload();
}).tell("locked");

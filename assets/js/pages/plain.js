/** The start of a plain page: its bar's menu, the lock of its screen, and buttons that copy; forms and links work without it. */

import { watchScreen } from "../locking.js";
import { showViewer } from "../viewer_menu.js";

watchScreen();
showViewer(/** @type {HTMLElement} */ (document.getElementById("viewer")));
// A page that the browser kept whole may show what is not for whoever sits here now.
addEventListener("pageshow", (event) => event.persisted && location.reload());

/** An address that is shown once is copied with one press, where the browser lets pages copy. */
for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-copies]"))) {
  const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.copies ?? ""));
  field.addEventListener("focus", () => field.select());
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
  });
}

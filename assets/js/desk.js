/** The start that every desk has: a page with its keys, its sound, its theme and the name of who sits there. */

import { mayOversee } from "./command.js";
import { MOON_SVG, SOUND_SVG, SUN_SVG } from "./glyphs.js";
import { Keys, showKeys } from "./keys.js";
import { lockScreen, mayLock } from "./locking.js";
import { openPage } from "./page.js";
import { part } from "./shell.js";
import { Sound, ringForNew } from "./sound.js";
import { showViewer } from "./viewer_menu.js";

const YEAR_S = 31_536_000;
const SOUND_SAYS = /** @type {Record<string, string>} */ ({
  on: "Sound on", muted: "Sound off", blocked: "Sound waits for a click",
});

/** @param {string} id of the page's root element */
export async function openDesk(id) {
  const page = await openPage(id);
  const keys = new Keys(), sound = new Sound();
  switchTheme();
  switchSound(sound, keys);
  ringForNew(page.glass, () => sound.ring());
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".desk-nav a"))) {
    if (link.matches(".for-overseers") && !mayOversee()) continue;
    const word = link.textContent ?? "";
    keys.add(`g ${word.charAt(0).toLowerCase()}`, `Go to ${word}`, () => link.click());
  }
  if (mayLock()) keys.add("L", "Lock this screen", lockScreen);
  showKeys(keys, part);
  showViewer(part("viewer"));
  return { ...page, keys, sound };
}

/** A theme is known to the server before the page is built, so nothing flashes; the map takes its colours anew with the page. */
function switchTheme() {
  const light = document.documentElement.dataset.theme === "light", button = part("theme-switch");
  button.innerHTML = light ? MOON_SVG : SUN_SVG;
  button.title = light ? "Dark theme" : "Light theme";
  button.setAttribute("aria-label", button.title);
  button.addEventListener("click", () => {
    document.cookie = `rtcc_theme=${light ? "dark" : "light"}; path=/; max-age=${YEAR_S}; samesite=strict`;
    const address = new URL(location.href);
    address.searchParams.delete("theme");
    location.replace(address);
    if (address.href === location.href) location.reload();
  });
}

/** @param {Sound} sound @param {Keys} keys */
function switchSound(sound, keys) {
  const button = part("sound-switch");
  const show = () => {
    button.dataset.state = sound.state;
    button.innerHTML = SOUND_SVG[sound.state];
    button.title = SOUND_SAYS[sound.state];
    button.setAttribute("aria-label", button.title);
    button.setAttribute("aria-pressed", String(sound.state === "on"));
  };
  const turn = async () => {
    await sound.turn();
    show();
  };
  button.addEventListener("click", turn);
  // Allowed before, on this machine: the first touch of the page is what the browser waits for.
  addEventListener("pointerdown", (event) => {
    if (sound.state === "blocked" && !button.contains(/** @type {Node} */ (event.target))) sound.turn(true).then(show);
  });
  keys.add("q", "Sound on or off", turn);
  show();
}

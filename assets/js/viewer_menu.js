/** Who is signed in, in the bar of every page: the name opens what is theirs to do. Works by keyboard and moves nothing on the page. */

import { offerLock } from "./locking.js";

const { dataset } = document.documentElement;

/** @param {HTMLElement} place */
export function showViewer(place) {
  const { viewer = "", role, signed } = dataset;
  // A registered screen has a name too, but nobody sits at it who could sign out.
  if (!signed) {
    place.innerHTML = `<a class="tool" href="/login">Sign in</a>`;
    return;
  }
  place.innerHTML = `<details class="viewer-menu">
    <summary class="tool" title="Who is signed in"><span></span></summary>
    <div class="viewer-list">
      <p class="viewer-who"><b></b><span></span></p>
      <form class="viewer-roles" method="post" action="/session/role" hidden><p>Go on as</p></form>
      <div class="viewer-acts">
        <a class="viewer-act" href="/account">Account and sessions</a>
        <button class="viewer-act" type="button" data-lock hidden>Lock now <kbd>Shift L</kbd></button>
        <form method="post" action="/logout"><button class="viewer-act">Sign out</button></form>
      </div>
    </div></details>`;
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (place.querySelector(selector));
  part("summary span").textContent = `${viewer} · ${role}`;
  part(".viewer-who b").textContent = viewer;
  part(".viewer-who span").textContent = `signed in as ${role}`;
  offerRoles(part(".viewer-roles"));
  // Only a desk has keys.
  part("kbd").hidden = !document.getElementById("keys-dialog");
  offerLock();
  fold(/** @type {HTMLDetailsElement} */ (place.querySelector("details")));
}

/** @param {HTMLElement} form one button for each role that the session may go on in */
function offerRoles(form) {
  const roles = (dataset.roles ?? "").split(" ").filter(Boolean);
  if (roles.length < 2) return;
  for (const role of roles) {
    const button = document.createElement("button");
    button.className = "viewer-act";
    button.name = "role";
    button.value = role;
    button.textContent = role;
    if (role === dataset.role) {
      button.type = "button";
      button.setAttribute("aria-current", "true");
    }
    form.append(button);
  }
  form.hidden = false;
}

/** Folds when somebody leaves it or presses Escape; arrows go through it. @param {HTMLDetailsElement} menu */
function fold(menu) {
  const summary = /** @type {HTMLElement} */ (menu.querySelector("summary"));
  document.addEventListener("pointerdown", (event) => {
    if (menu.open && !menu.contains(/** @type {Node} */ (event.target))) menu.open = false;
  });
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      summary.focus();
    } else if (step && (menu.open || step > 0)) {
      menu.open = true;
      const acts = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll(".viewer-act")]).filter((act) => !act.closest("[hidden]"));
      const at = acts.indexOf(/** @type {HTMLElement} */ (document.activeElement));
      acts.at(at < 0 ? Math.min(0, step) : (at + step) % acts.length)?.focus();
    } else return;
    // The page has keys of its own, which are not meant here.
    event.preventDefault();
    event.stopPropagation();
  });
}

/** The start of the desk that has nothing but the map. */

import { openDesk } from "/assets/js/desk.js";
import { openMap } from "/assets/js/map/desk_map.js";
import { Selection } from "/assets/js/selection.js";

const page = await openDesk("bare");
const selection = new Selection(["incident", "unit", "detection", "camera"]);
window.opened = [];
Object.assign(window.rtcc, { selection, keys: page.keys });
await openMap(page, selection, { open: (id) => window.opened.push(id), toggle: () => document.body.toggleAttribute("data-large") });

/** The start of /dispatch: three queues, the alarms, and what is chosen beside them, brought together by one selection and the keys. */

import { AlarmDesk } from "../alarm_desk.js";
import { openDesk } from "../desk.js";
import { ChosenPanel } from "../dispatch/chosen_panel.js";
import { FilterBar } from "../dispatch/filter_bar.js";
import { Queues, openGrids } from "../dispatch/queues.js";
import { openMap } from "../map/desk_map.js";
import { NoticeDesk } from "../notice_desk.js";
import { Selection } from "../selection.js";
import { part } from "../shell.js";

/** Close enough to see the streets around an incident. */
const NEAR_ZOOM = 14.2;

const page = await openDesk("dispatch");
const { root, glass, city, keys } = page;
const selection = new Selection(["incident", "unit", "call", "detection", "camera", "notice"]);
const open = (/** @type {string} */ incident) => incident && location.assign(`/incident/${encodeURIComponent(incident)}`);

const alarms = new AlarmDesk(page, selection);
new NoticeDesk(page, selection);
const grids = await openGrids(
  ({ kind, id }) => selection.set({ kind, id }),
  (row) => open(row.kind === "incident" ? row.id : row[row.kind].incident_id),
);
const queues = new Queues(glass, grids);
Object.assign(/** @type {any} */ (window).rtcc, { queues });
const filters = new FilterBar(() => queues.filtered());
queues.bar = filters;
queues.filtered();
const chosen = new ChosenPanel(page, selection, (element) => alarms.lineIn(element));
selection.on((thing) => queues.mark(thing?.kind ?? "", thing?.id ?? ""));

keys.add("j", "Next row", () => queues.current.step(1));
keys.add("k", "Row before", () => queues.current.step(-1));
keys.add("Enter", "Choose the row; once more: open the incident", () => open(chosen.incident));
keys.add("o", "Open the incident that is chosen", () => open(chosen.incident));
keys.add("r", "Show what waits behind a queue that holds still", () => {
  queues.release();
  alarms.release();
});
keys.add("/", "Filter by text", () => part("filter-text").focus());
for (const priority of ["1", "2", "3", "4", "5"]) {
  keys.add(priority, `Only priority ${priority}, and others so chosen`, () => filters.togglePriority(priority));
}
/** @type {Awaited<ReturnType<typeof openMap>> | null} comes last */
let map = null;
keys.add("m", "Go to the map; once more: larger or smaller", () => {
  // Where the details lie over the units, the map is behind them until something is chosen.
  part("chosen").setAttribute("data-open", "");
  map?.focus();
});
keys.add("Escape", "Close the details, leave the queue", () => {
  const { activeElement } = document;
  if (activeElement instanceof HTMLElement && activeElement !== document.body) activeElement.blur();
  part("chosen").removeAttribute("data-map");
  if (!selection.thing) part("chosen").removeAttribute("data-open");
  selection.set(null);
});

root.dataset.queues = "ready";
map = await openMap(page, selection, { open, toggle: () => part("chosen").toggleAttribute("data-map") });
selection.on((thing, before) => {
  // Chosen on the map it is in view already; chosen in a queue the streets around it are what is asked for.
  if (map?.chosen.byHand) return;
  const place = thing && glass.replica.kind(thing.kind).get(thing.id);
  if (Number.isFinite(place?.lat) && Number.isFinite(place?.lon)) map?.lookAt(place, NEAR_ZOOM);
  else if (!thing && before) map?.goHome?.();
});

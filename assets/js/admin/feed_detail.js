/** What a row of /admin unfolds into: why rows were refused, when what happened, and the commands that help. */

import { make } from "../section.js";
import { figure, redriveOf, resumeOf } from "./feed_facts.js";

/** @typedef {{held: number, reasons: [string, number][], refused: number, moments: [string, string][], why: string, error: string, commands: [string, string][], facts: [string, string][]}} Detail */

/**
 * @param {import("./feed_facts.js").Told} told @param {(ms: number) => string} time by the city's clock
 * @returns {Detail} without anything that time alone changes
 */
export function detailOf(told, time) {
  const at = (/** @type {string | null} */ instant) => (instant ? time(Date.parse(instant)) : "");
  const stopped = told.stopped_since !== null;
  /** @type {[string, string][]} */
  const commands = [];
  if (stopped) commands.push([resumeOf(told.feed), "lets it go on"]);
  if (told.held || told.dead_letters) commands.push([redriveOf(told.feed), "reads again what was held or refused"]);
  if (told.refused || told.error) commands.push([`rtcc feeds check ${told.feed}`, "shows what its rows become"]);
  return {
    held: told.held, refused: told.refused, reasons: Object.entries(told.reasons), error: told.error ?? "", why: told.stopped_why ?? "", commands,
    moments: some([
      ["Last success", at(told.success_at)], ["Last attempt", at(told.attempt_at)], ["Next attempt", at(told.next_at)],
      ["Last error", told.error ? at(told.error_at) : ""], ["Stopped since", at(told.stopped_since)], ["One payload is tried at", at(told.try_at)],
    ]),
    facts: some([
      ["Name", told.feed], ["Source of its events", told.source], ["Events", figure(told.events)],
      ["Payloads held back", told.held ? figure(told.held) : ""], ["Payloads that found no room", told.held_dropped ? figure(told.held_dropped) : ""],
      ["Messages lost", told.lost_messages ? figure(told.lost_messages) : ""],
    ]),
  };
}

const some = (/** @type {[string, string][]} */ facts) => facts.filter(([, text]) => text !== "");

/** @param {Detail} detail @returns {(Node | null)[]} */
export function buildDetail({ reasons, refused, error, why, commands, moments, facts }) {
  return [
    part("Refused", reasons.length ? make("ol", "detail-reasons", ...reasons.map(([reason, count]) =>
      make("li", "", make("b", "", figure(count)), make("span", "", reason)))) : make("p", "detail-quiet", refused ? "" : "No row was refused.")),
    part("What happened", facts_(moments), why && make("p", "detail-why", why), error && make("p", "detail-why", error)),
    part("What it is", facts_(facts)),
    commands.length ? part("What helps", make("ul", "detail-commands", ...commands.map(([command, does]) =>
      make("li", "", make("code", "", command), copy(command), make("span", "detail-quiet", does))))) : null,
  ];
}

/** @param {string} heading @param {...(Node | string)} inside */
const part = (heading, ...inside) => make("section", "detail-part", make("h3", "", heading), ...inside.filter(Boolean));

/** @param {[string, string][]} facts */
const facts_ = (facts) => (facts.length
  ? make("dl", "detail-facts", ...facts.map(([word, text]) => make("div", "", make("dt", "", word), make("dd", "", text))))
  : make("p", "detail-quiet", "Nothing yet."));

/** @param {string} command */
function copy(command) {
  const button = /** @type {HTMLButtonElement} */ (make("button", "act detail-copy", "Copy"));
  button.type = "button";
  // A page that came over plain HTTP from another machine has no clipboard.
  button.hidden = !navigator.clipboard;
  button.ariaLabel = `Copy: ${command}`;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(command);
    button.textContent = "Copied";
  });
  return button;
}

/** Whether a screen was not told something that a purpose would open. Pure but for who looks, which the document says. */

import { make } from "./section.js";

/** Who says what for: walls and programs do not. */
const ASKED = new Set(["dispatcher", "supervisor", "officer", "analyst", "admin"]);

/** Whether whoever looks is a person who may say what for. */
export const isAsked = () => document.documentElement.dataset.signed === "yes" && ASKED.has(document.documentElement.dataset.role ?? "");

/** Whether a detection has a plate that this screen was not told. @param {any} detection */
export const hidesPlate = (detection) => isAsked() && detection?.detection_type === "plate" && !detection.plate;
/** Whether an incident has words that this screen was not told. @param {any} incident */
export const hidesWords = (incident) => isAsked() && incident?.sensitive === true && !incident.narrative && !incident.caller_name;

/**
 * What `withheld` returns, on pages that load its program only where something is withheld.
 * @param {"plate" | "incident"} kind @param {string} id @param {string} word @param {(fields: Record<string, string>) => string} read
 */
export function withheldLater(kind, id, word, read) {
  const place = make("span", "");
  void import("./withheld.js").then(({ withheld }) => place.append(withheld(kind, id, word, read)));
  return place;
}

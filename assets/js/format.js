/** Numbers as people read them from five metres. Pure. */

const two = (/** @type {number} */ n) => String(n).padStart(2, "0");

/**
 * The age of an incident: "0:22", "23:40", "3h 36", "2d 4h".
 * @param {number} s seconds
 */
export function age(s) {
  const whole = Math.max(0, Math.floor(s));
  if (whole < 3600) return `${Math.floor(whole / 60)}:${two(whole % 60)}`;
  if (whole < 86400) return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}`;
  return `${Math.floor(whole / 86400)}d ${Math.floor((whole % 86400) / 3600)}h`;
}

/** The age of a feed: "2 s", "4 min", "3 h". @param {number} s seconds */
export function since(s) {
  const whole = Math.max(0, Math.round(s));
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.floor(whole / 60)} min`;
  return whole < 172800 ? `${Math.floor(whole / 3600)} h` : `${Math.floor(whole / 86400)} d`;
}

/** "incident" or "incidents". @param {number} n @param {string} one @param {string} [many] */
export const plural = (n, one, many = `${one}s`) => (n === 1 ? one : many);

/**
 * What a name is sorted by, so that plain comparison puts 3A9 before 3A10: a list of thousands has no time for a collator.
 * @param {string} name
 */
export const countingOrder = (name) => name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(9, "0"));

/**
 * The value below which a share of the values lies (nearest rank), or null when there are none.
 * @param {number[]} values @param {number} share 0..1
 */
export function percentile(values, share) {
  if (!values.length) return null;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
}

/**
 * Clock and date of a place, as the wall shows them.
 * @param {string} zone IANA name
 */
export function clockOf(zone) {
  const options = /** @type {const} */ ({ timeZone: zone, hour12: false, hourCycle: "h23" });
  const time = new Intl.DateTimeFormat("en-GB", { ...options, hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const day = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short", day: "numeric", month: "short" });
  // en-US knows the short names that Americans use (PST), en-GB those of Europe (CET): take the first that is a name.
  const names = ["en-US", "en-GB"].map((locale) => new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: "short" }));
  const zoneName = (/** @type {Date} */ at) => {
    const all = names.map((format) => format.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "");
    return all.find((name) => /^[A-Z]+$/.test(name)) ?? all[0];
  };
  return {
    /** @param {number} ms Unix */
    time: (ms) => time.format(ms),
    /** @param {number} ms Unix */
    date: (ms) => `${zoneName(new Date(ms))} ${day.format(ms).replace(",", "")}`,
  };
}

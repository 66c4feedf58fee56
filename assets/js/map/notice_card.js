/** What the map's card says of a public warning: its own words, how grave, how soon and how sure, where, what to do, and until when. Pure. */

import { since } from "../format.js";
import { noticeSvg } from "../glyphs.js";
import { beginsAt, gradesOf, gravityOf, isToCome, saysMore, titleOf } from "../notices.js";

/** @param {any} notice @param {number} now Unix ms of the server @returns {import("./thing_card.js").Card} */
export function noticeCard(notice, now) {
  const { area, instruction, sender_name, sender, expires_at } = notice;
  const ends = (Date.parse(expires_at ?? "") - now) / 1000, begins = (beginsAt(notice) - now) / 1000;
  const times = [isToCome(notice, now) && begins > 0 ? `begins in ${since(begins)}` : "", ends > 0 ? `expires in ${since(ends)}` : ""];
  return {
    mark: noticeSvg(gravityOf(notice)), title: titleOf(notice), state: gradesOf(notice),
    lines: [
      times.filter(Boolean).join(" · "), saysMore(notice) ? String(notice.headline) : "", String(area ?? ""), String(instruction ?? ""),
      sender_name || sender ? `From ${sender_name ?? sender}` : "",
    ],
    old: "",
  };
}

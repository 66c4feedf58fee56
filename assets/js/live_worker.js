/**
 * The shared worker: one live stream for all pages of this browser, because a browser opens only six connections to one host over
 * HTTP/1.1. It passes each message on as the text that came; every page decodes its own.
 */

import { Stream } from "./stream.js";

/** @type {Set<MessagePort>} */
const pages = new Set();
const tell = (/** @type {any} */ message) => pages.forEach((page) => page.postMessage(message));
const stream = new Stream("/api/v1/live", tell);

/** @type {any} */ (self).onconnect = (/** @type {MessageEvent} */ event) => {
  const page = event.ports[0];
  pages.add(page);
  page.onmessage = ({ data }) => {
    if (data.start) {
      stream.start(data.start);
      // A page whose picture is older than where the stream stands would miss what lies between: it must know.
      page.postMessage({ type: "from", id: stream.cursor, data: "" });
    } else if (data.bye) {
      pages.delete(page);
      if (!pages.size) stream.stop();
    }
  };
};

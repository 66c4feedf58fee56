/** What the windows of one browser tell each other about the session that they share: somebody is here, it is locked, it is open again. */

/** @typedef {"here" | "locked" | "open"} Word */

export class Windows {
  /** @param {string} session of this window @param {(word: Word, ours: boolean) => void} hear `ours`: said of this window's own session */
  constructor(session, hear) {
    this.session = session;
    this.channel = new BroadcastChannel("rtcc-windows");
    this.channel.onmessage = ({ data }) => hear(data.word, data.session === session);
  }

  /** @param {Word} word */
  tell(word) {
    this.channel.postMessage({ word, session: this.session });
  }
}

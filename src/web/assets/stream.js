// Keeps the state up to date from the event stream, for as long as the page is open.
import { fromDocument, merge } from "./state.js";

/** Milliseconds to wait before the attempt number `failures` + 1: 1 s, then twice as long each time up to 15 s. */
export function backOff(failures, random = Math.random) {
  const most = Math.min(15_000, 1000 * 2 ** Math.max(0, failures - 1));
  return most * (0.75 + 0.5 * random());
}

/**
 * EventSource gives up for good after an HTTP error such as 503, and waits for ever on a connection that is dead
 * without a word. So this closes it and makes a new one itself.
 */
export class Stream {
  /**
   * @param {string} url relative to the page
   * @param {object} to
   * @param {(state: import("./state.js").State) => void} to.onState
   * @param {(connection: "connecting"|"live"|"lost") => void} to.onConnection
   * @param {boolean} [to.mayBeEmpty] there may be no state for long: it is live without
   */
  constructor(url, { onState, onConnection, mayBeEmpty = false }) {
    this.url = url;
    this.onState = onState;
    this.onConnection = onConnection;
    this.mayBeEmpty = mayBeEmpty;
    this.state = null;
    this.failures = 0;
    this.lastHeard = Date.now();
    this.source = null;
    this.timer = 0;
  }

  open() {
    clearTimeout(this.timer);
    this.source?.close();
    const source = new EventSource(this.url);
    this.source = source;
    this.lastHeard = Date.now();
    const on = (name, take) =>
      source.addEventListener(name, (event) => {
        if (source !== this.source) return;
        let document;
        try {
          document = JSON.parse(event.data);
        } catch {
          this.fail(); // a state of unknown contents is worse than asking anew
          return;
        }
        this.state = take(document);
        this.heard();
        this.onState(this.state);
      });
    on("state", fromDocument);
    on("change", (change) => merge(this.state, change));
    source.addEventListener("open", () => source === this.source && this.mayBeEmpty && this.heard());
    source.addEventListener("error", () => source === this.source && this.fail());
  }

  heard() {
    this.failures = 0;
    this.lastHeard = Date.now();
    this.onConnection("live");
  }

  /** Ends this connection and makes another one soon. */
  fail() {
    this.source?.close();
    this.source = null;
    this.failures += 1;
    this.onConnection("lost");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), backOff(this.failures));
  }

  /** For good. */
  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
    this.onState = this.onConnection = () => {};
    this.open = () => {};
  }

  /** At once instead of after the pause; for when the network or the page comes back. */
  retryNow() {
    if (this.source === null) this.open();
  }
}

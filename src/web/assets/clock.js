// The exporter's clock: the browser's may be wrong by minutes, and ages would be too.

/** What the browser's clock is ahead, from a Date header (whole seconds) read between two readings of that clock. */
export function aheadOf(dateHeader, before, after) {
  const told = Date.parse(dateHeader ?? "");
  if (Number.isNaN(told)) return 0;
  // The header's second has begun up to a second before it was written.
  const ahead = (before + after) / 2 - (told + 500);
  return Math.abs(ahead) < 2000 ? 0 : ahead;
}

export class Clock {
  constructor() {
    this.ahead = 0;
  }

  /** Milliseconds since 1970 by the exporter's clock. */
  now() {
    return Date.now() - this.ahead;
  }

  /** Asks the exporter for its time. Resolves to whether it answered at all. */
  async ask(url, timeoutMs = 5000) {
    const before = Date.now();
    try {
      const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(timeoutMs) });
      await answer.text();
      this.ahead = aheadOf(answer.headers.get("Date"), before, Date.now());
      return true;
    } catch {
      return false;
    }
  }
}

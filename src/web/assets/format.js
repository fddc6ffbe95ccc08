// Numbers, times and durations for people. What is not known is "–", never 0.

export const UNKNOWN = "–";

const known = (value) => typeof value === "number" && Number.isFinite(value);

/** Three digits that matter: 1.23, 12.3, 123. */
function digits(value) {
  const decimals = value >= 99.95 || Number.isInteger(value) ? 0 : value >= 9.995 ? 1 : 2;
  return value.toFixed(decimals);
}

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

export function bytes(value) {
  if (!known(value)) return UNKNOWN;
  let unit = 0;
  let scaled = value;
  // 1023.99 KiB is shown as 1 MiB, not as 1024 KiB.
  while (scaled >= 1023.5 && unit < BYTE_UNITS.length - 1) {
    scaled /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(scaled) : digits(scaled)} ${BYTE_UNITS[unit]}`;
}

export const byteRate = (value) => (known(value) ? `${bytes(value)}/s` : UNKNOWN);

const whole = new Intl.NumberFormat("en");
export const count = (value) => (known(value) ? whole.format(value) : UNKNOWN);

/** 812, 1.23 k, 45.6 M. Below ten with one decimal, for rates. */
export function short(value) {
  if (!known(value)) return UNKNOWN;
  const units = ["", " k", " M", " G", " T", " P"];
  let unit = 0;
  let scaled = value;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  if (unit > 0) return digits(scaled) + units[unit];
  return scaled < 9.95 && !Number.isInteger(scaled) ? scaled.toFixed(1) : String(Math.round(scaled));
}

/** Of one operation, from seconds. */
export function latency(seconds) {
  if (!known(seconds)) return UNKNOWN;
  if (seconds < 0.9995e-3) return `${digits(seconds * 1e6)} µs`;
  if (seconds < 0.9995) return `${digits(seconds * 1e3)} ms`;
  return `${digits(seconds)} s`;
}

export function percent(ratio) {
  if (!known(ratio)) return UNKNOWN;
  const value = ratio * 100;
  // Never "100%" of what is not full, nor "0%" of what is not empty.
  if (value > 0 && value < 1) return "<1%";
  if (value > 99 && value < 100) return ">99%";
  return `${Math.round(value)}%`;
}

/** In its two largest units, rounded down: "340 ms", "12 s", "2 h 5 min". */
export function duration(seconds) {
  if (!known(seconds)) return UNKNOWN;
  if (seconds < 0) return "0 s";
  if (seconds < 1) return seconds === 0 ? "0 s" : `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 10 && seconds % 1 >= 0.05) return `${seconds.toFixed(1)} s`;
  const two = (large, largeUnit, small, smallUnit) =>
    small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
  const s = Math.floor(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return two(Math.floor(s / 60), "min", s % 60, "s");
  if (s < 86_400) return two(Math.floor(s / 3600), "h", Math.floor((s % 3600) / 60), "min");
  return two(Math.floor(s / 86_400), "d", Math.floor((s % 86_400) / 3600), "h");
}

/** How long ago, in one unit: "now", "12 s ago", "3 min ago". */
export function age(milliseconds) {
  if (!known(milliseconds)) return UNKNOWN;
  const s = Math.floor(milliseconds / 1000);
  if (s < 1) return "now";
  if (s < 120) return `${s} s ago`;
  if (s < 7200) return `${Math.floor(s / 60)} min ago`;
  if (s < 172_800) return `${Math.floor(s / 3600)} h ago`;
  return `${Math.floor(s / 86_400)} d ago`;
}

/** Milliseconds since 1970, or undefined. */
export function parseTime(text) {
  const time = typeof text === "string" ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** By the browser's clock and language; without the date when it is today. */
export function localTime(milliseconds, now = Date.now()) {
  if (!known(milliseconds)) return UNKNOWN;
  const time = new Date(milliseconds);
  return (time.toDateString() === new Date(now).toDateString() ? timeOfDay : dateAndTime).format(time);
}

export const utcTime = (milliseconds) =>
  known(milliseconds)
    ? `${new Date(milliseconds)
        .toISOString()
        .replace("T", " ")
        .replace(/\.\d+Z$/, "")} UTC`
    : UNKNOWN;

/** Of "/long/path/brick" both ends say something, the last one more. Counts code points, not halves of them. */
export function shorten(text, most) {
  const characters = Array.from(text);
  if (characters.length <= most) return text;
  const head = Math.floor((most - 1) / 3);
  const tail = most - 1 - head;
  return `${characters.slice(0, head).join("")}…${characters.slice(characters.length - tail).join("")}`;
}

/** "distributed_replicate" → "distributed replicate" */
export const words = (name) => (typeof name === "string" ? name.replaceAll("_", " ") : UNKNOWN);

export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

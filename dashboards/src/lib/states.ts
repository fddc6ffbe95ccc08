// States and their colours, from good to bad: a state's place is the number that queries.ts makes of it. The names are
// those of src/model/names.hpp.
import { MappingType, type ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";

const GREEN = "green";
const BLUE = "blue";
const GREY = "#7b8087";
const YELLOW = "yellow";
const ORANGE = "orange";
const DARK_ORANGE = "dark-orange";
const RED = "red";

export interface States {
  names: readonly string[];
  mapping: ValueMapping[];
}

function states(...pairs: [name: string, color: string][]): States {
  return {
    names: pairs.map(([name]) => name),
    mapping: values(pairs.map(([name, color]) => [name.replaceAll("_", " "), color])),
  };
}

function values(texts: [text: string, color: string][]): ValueMapping[] {
  return [
    {
      type: MappingType.ValueToText,
      options: Object.fromEntries(
        texts.map(([text, color], number) => [String(number), { text, color, index: number }]),
      ),
    },
  ];
}

export const CLUSTER_HEALTH = states(["ok", GREEN], ["unknown", GREY], ["degraded", ORANGE], ["critical", RED]);
export const HEALTH = states(
  ["up", GREEN],
  ["unknown", GREY],
  ["degraded", ORANGE],
  ["partial", DARK_ORANGE],
  ["down", RED],
);
export const SUBVOLUME_HEALTH = states(["up", GREEN], ["unknown", GREY], ["degraded", ORANGE], ["down", RED]);
export const VOLUME_STATUS = states(["started", GREEN], ["created", BLUE], ["stopped", GREY]);
export const PEER_STATE = states(
  ["in_cluster", GREEN],
  ["unknown", GREY],
  ["handshake", BLUE],
  ["detaching", YELLOW],
  ["rejected", RED],
);
export const TASK_STATE = states(
  ["completed", GREEN],
  ["not_started", GREY],
  ["in_progress", BLUE],
  ["unknown", YELLOW],
  ["stopped", ORANGE],
  ["failed", RED],
);
export const SCRUB_STATE = states(["idle", GREEN], ["in_progress", BLUE], ["unknown", GREY], ["paused", ORANGE]);
export const GEOREP_STATE = states(
  ["active", GREEN],
  ["passive", GREEN],
  ["created", BLUE],
  ["initializing", BLUE],
  ["unknown", GREY],
  ["paused", YELLOW],
  ["stopped", ORANGE],
  ["faulty", RED],
);
export const CRAWL_STATE = states(["changelog", GREEN], ["history", BLUE], ["hybrid", BLUE], ["unknown", GREY]);

export const ONLINE = values([
  ["offline", RED],
  ["online", GREEN],
]);
export const CONNECTED = values([
  ["disconnected", RED],
  ["connected", GREEN],
]);
export const MET = values([
  ["not met", RED],
  ["met", GREEN],
]);
export const SUCCESS = values([
  ["failed", RED],
  ["ok", GREEN],
]);
export const ON = values([
  ["off", GREY],
  ["on", BLUE],
]);
export const NO_YES = values([
  ["no", GREEN],
  ["yes", RED],
]);
export const LEADS = values([
  ["follows", GREY],
  ["leads", BLUE],
]);
export const ACTIVATED = values([
  ["no", GREY],
  ["yes", GREEN],
]);
export const REACHED = values([
  ["not yet", BLUE],
  ["reached", GREEN],
]);

// Writes every dashboard as JSON into the folder that is named.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bricks } from "./bricks";
import { exporter } from "./exporter";
import { georeplication } from "./georeplication";
import { heal } from "./heal";
import { hosts } from "./hosts";
import { makeDashboard } from "./lib/dashboard";
import { overview } from "./overview";
import { performance } from "./performance";
import { quotaAndSnapshots } from "./quota-and-snapshots";
import { tasks } from "./tasks";
import { volumes } from "./volumes";

const folder = process.argv[2];
if (folder === undefined) {
  console.error("usage: node main.js FOLDER");
  process.exit(2);
}
for (const contents of [
  overview,
  volumes,
  bricks,
  performance,
  heal,
  hosts,
  tasks,
  georeplication,
  quotaAndSnapshots,
  exporter,
]) {
  const name = contents.uid.replace("glusterfs-", "");
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(makeDashboard(contents), null, 2)}\n`);
}

// Where the parts of the drawn topology stand. Pure, so that it can be tested without a page.

/** Pixels. */
export const SIZE = { brick: 30, gap: 6, pad: 10, head: 34, title: 28, label: 18, minColumn: 96, maxColumn: 420 };
/** With more nodes than this a column each would be too narrow; bricks then follow one another and name their node. */
const MOST_COLUMNS = 12;

/**
 * @typedef {object} Drawing
 * @property {number} width
 * @property {number} height
 * @property {number} columnWidth
 * @property {{host: string, x: number}[]} hosts empty when bricks do not stand in their node's column
 * @property {{name: string, x: number, y: number, width: number, height: number}[]} volumes
 * @property {{volume: string, key: string, x: number, y: number, width: number, height: number}[]} sets
 * @property {{volume: string, key: string, x: number, y: number, width: number, withHost: boolean}[]} bricks
 */

/**
 * @param {[string, import("../select.js").BrickRow[]][]} volumes with their bricks in order
 * @param {string[]} hosts in order
 * @param {number} available width
 * @returns {Drawing}
 */
export function layOut(volumes, hosts, available) {
  const inColumns = hosts.length <= MOST_COLUMNS;
  const inner = Math.max(available - 2 * SIZE.pad, SIZE.minColumn);
  const columns = inColumns
    ? Math.max(1, hosts.length)
    : Math.max(1, Math.floor((inner + SIZE.gap) / (150 + SIZE.gap)));
  const columnWidth = Math.min(
    SIZE.maxColumn,
    Math.max(SIZE.minColumn, Math.floor((inner - (columns - 1) * SIZE.gap) / columns)),
  );
  const column = (index) => SIZE.pad + index * (columnWidth + SIZE.gap);
  const width = 2 * SIZE.pad + columns * columnWidth + (columns - 1) * SIZE.gap;
  const drawing = { width, height: 0, columnWidth, hosts: [], volumes: [], sets: [], bricks: [] };
  let y = 0;
  if (inColumns) {
    drawing.hosts = hosts.map((host, index) => ({ host, x: column(index) }));
    y += SIZE.head + SIZE.gap;
  }
  for (const [name, rows] of volumes) {
    const top = y;
    y += SIZE.title;
    let at = 0; // the column where the next subvolume may stand beside the one before
    let lineHeight = 0;
    for (const [key, members] of bySet(rows)) {
      // In columns of nodes each subvolume takes the whole width.
      const span = inColumns ? columns : Math.min(columns, members.length);
      if (at + span > columns) {
        y += lineHeight;
        at = 0;
        lineHeight = 0;
      }
      const used = new Map(); // column → bricks that stand there already
      members.forEach((row, number) => {
        const index = inColumns ? Math.max(0, hosts.indexOf(row.brick.host)) : at + (number % span);
        const line = used.get(index) ?? 0;
        used.set(index, line + 1);
        drawing.bricks.push({
          volume: name,
          key: row.key,
          x: column(index),
          y: y + SIZE.label + line * (SIZE.brick + SIZE.gap),
          width: columnWidth,
          withHost: !inColumns,
        });
      });
      const height = SIZE.label + Math.max(...used.values()) * (SIZE.brick + SIZE.gap);
      const margin = span < columns ? SIZE.gap / 3 : SIZE.pad / 2;
      drawing.sets.push({
        volume: name,
        key,
        x: column(at) - margin,
        y,
        width: span * (columnWidth + SIZE.gap) - SIZE.gap + 2 * margin,
        height,
      });
      lineHeight = Math.max(lineHeight, height + 4);
      at += span;
    }
    y += lineHeight;
    drawing.volumes.push({ name, x: 0, y: top, width, height: y - top });
    y += SIZE.gap * 2;
  }
  drawing.height = Math.max(y, 1);
  return drawing;
}

function bySet(rows) {
  const sets = new Map();
  for (const row of rows) {
    const key = String(row.brick.subvolume);
    if (!sets.has(key)) sets.set(key, []);
    sets.get(key).push(row);
  }
  return [...sets].sort(([left], [right]) => Number(left) - Number(right));
}

/** What a subvolume is called in words: "replica 3", "disperse 2 + 1". */
export function setKind(volume) {
  if (volume.replica_bricks > 0) {
    const arbiters = volume.arbiter_bricks > 0 ? ` with ${volume.arbiter_bricks} arbiter` : "";
    return `replica ${volume.replica_bricks}${arbiters}`;
  }
  if (volume.disperse_bricks > 0) {
    const redundancy = volume.redundancy_bricks ?? 0;
    return `disperse ${volume.disperse_bricks - redundancy} + ${redundancy}`;
  }
  return "single brick";
}

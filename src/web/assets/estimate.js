// When things that are under way will end, as far as that can be told.

/**
 * From how a backlog shrank; undefined while it does not.
 * @param {import("./history.js").Sample[]} samples
 * @returns {number | undefined} seconds
 */
export function secondsToEmpty(samples) {
  const known = samples.filter((sample) => sample.backlog !== undefined);
  if (known.length < 2) return undefined;
  const last = known[known.length - 1];
  // From where it was largest: before that it grew.
  const peak = known.reduce((most, sample) => (sample.backlog >= most.backlog ? sample : most));
  const healed = peak.backlog - last.backlog;
  if (healed <= 0 || last.backlog === 0) return undefined;
  return (last.backlog * (last.at - peak.at)) / 1000 / healed;
}

/**
 * Of one node's rebalance. Gluster says how many files it has looked at; how many there are is told by the inodes in use
 * on the node's bricks, where those have file systems of their own.
 * @param {{scanned_files: number, run_seconds?: number}} node
 * @param {{inodes?: number, inodes_free?: number, shares_filesystem?: boolean}[]} bricks of that node
 * @returns {number | undefined} seconds
 */
export function rebalanceSecondsLeft(node, bricks) {
  if (bricks.length === 0 || node.run_seconds === undefined || !(node.scanned_files > 0)) return undefined;
  let files = 0;
  for (const brick of bricks) {
    if (brick.shares_filesystem !== false || !(brick.inodes > 0) || brick.inodes_free === undefined) return undefined;
    files += brick.inodes - brick.inodes_free;
  }
  return files > node.scanned_files
    ? (node.run_seconds * (files - node.scanned_files)) / node.scanned_files
    : undefined;
}

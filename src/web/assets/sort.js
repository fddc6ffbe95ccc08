// Order of table rows.

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** For values of one kind; what is undefined comes last, whichever way is sorted. */
export function compare(left, right, descending = false) {
  const noLeft = left === undefined || left === null || Number.isNaN(left);
  const noRight = right === undefined || right === null || Number.isNaN(right);
  if (noLeft || noRight) return noLeft === noRight ? 0 : noLeft ? 1 : -1;
  const order =
    typeof left === "number" && typeof right === "number"
      ? left - right
      : collator.compare(String(left), String(right));
  return descending ? -order : order;
}

/**
 * A sorted copy; rows that compare equal keep their order.
 * @template Row
 * @param {Row[]} rows
 * @param {(row: Row) => any} valueOf
 */
export function sorted(rows, valueOf, descending = false) {
  return rows
    .map((row) => ({ row, value: valueOf(row) }))
    .sort((left, right) => compare(left.value, right.value, descending))
    .map(({ row }) => row);
}

/** True when each word of `query` stands somewhere in `text`, in any case. */
export function matches(text, query) {
  const lower = text.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}

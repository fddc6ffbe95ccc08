import { entries } from "../select.js";
import { table } from "../table.js";
import { volumeColumns, volumeRow } from "./columns.js";

export function create(context) {
  const list = table({
    caption: "Volumes",
    columns: volumeColumns(context),
    ...volumeRow,
    sortBy: "name",
    empty: "There are no volumes.",
    always: true,
    address: context.address,
  });
  return {
    title: "Volumes",
    node: list.node,
    needs: (state) => (state.volumes === undefined ? "The volumes are not known." : undefined),
    update: (state) => list.update(entries(state.volumes).map(([name, volume]) => ({ name, volume }))),
  };
}

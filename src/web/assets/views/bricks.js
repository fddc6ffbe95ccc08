import { allBricks } from "../select.js";
import { table } from "../table.js";
import { brickColumns, brickRow } from "./columns.js";

export function create(context) {
  const list = table({
    caption: "Bricks",
    columns: brickColumns(context),
    ...brickRow,
    sortBy: "brick",
    empty: "There are no bricks.",
    always: true,
    address: context.address,
  });
  return {
    title: "Bricks",
    node: list.node,
    needs: (state) => (state.volumes === undefined ? "The volumes are not known." : undefined),
    update: (state) => list.update(allBricks(state)),
  };
}

// A table that can be sorted and filtered, and whose rows stay the same elements from one state to the next.
import { h, keyed, setAttribute, setHidden, setText } from "./dom.js";
import { count } from "./format.js";
import { matches, sorted } from "./sort.js";

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} id stands in the address when the table is sorted by it
 * @property {string} title
 * @property {string} [hint] says more about the title
 * @property {boolean} [number] aligned right
 * @property {boolean} [head] names the row
 * @property {boolean} [minor] left out on a narrow screen
 * @property {(row: Row) => any} [sort] undefined values come last; without it the column can't be sorted
 * @property {boolean} [descending] the order of the first click
 * @property {(row: Row) => string} [text] what the cell shows …
 * @property {(row: Row) => {node: Element, update: (row: Row) => void}} [cell] … or what makes it
 */

const ROW_LIMIT = 500;
/** Of a longer table, rows out of sight are brought up to date when they come into sight. */
const SIGHT_MARGIN = "300px";
/** A small table needs no filter. */
const FILTER_FROM = 8;

/**
 * @template Row
 * @param {object} options
 * @param {string} options.caption
 * @param {Column<Row>[]} options.columns
 * @param {(row: Row) => string} options.keyOf
 * @param {(row: Row) => Object<string, string>} [options.attributes] of the row's element
 * @param {(row: Row) => string} [options.filterBy] the text that a filter looks at
 * @param {string} [options.sortBy] id of the column that sorts at first; "-id" for descending
 * @param {string} [options.empty] shown when there are no rows
 * @param {boolean} [options.always] shows the filter however few rows there are
 * @param {import("./route.js").Address} options.address where sort and filter are kept
 * @param {string} [options.prefix] of the names in the address, where a view has several tables
 * @returns {{node: Element, update: (rows: Row[]) => void}}
 */
export function table(options) {
  const { caption, columns, keyOf, attributes, filterBy, address, prefix = "", sortBy = "", always = false } = options;
  const names = { sort: `${prefix}sort`, filter: `${prefix}q` };
  let rows = [];
  let limit = ROW_LIMIT;
  const inSight = new WeakSet();
  const latest = new WeakMap(); // row's element → what brings its cells up to date
  const sight = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) {
        if (!isIntersecting) {
          inSight.delete(target);
          continue;
        }
        inSight.add(target);
        latest.get(target)?.();
      }
    },
    { rootMargin: SIGHT_MARGIN },
  );
  let order = address.get(names.sort) || sortBy;

  const id = `table-${prefix}${caption.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  const input = h("input", {
    type: "search",
    "data-filter": "",
    "aria-label": `Filter: ${caption}`,
    placeholder: "Filter",
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => {
      address.set(names.filter, input.value);
      show();
    },
  });
  input.value = address.get(names.filter) ?? "";
  const shown = h("span", { class: "quiet", role: "status" });
  const showAll = h(
    "button",
    {
      type: "button",
      class: "tool",
      onclick: () => {
        setHidden(showAll, true);
        showMore();
      },
    },
    "Show all",
  );
  // Where the table is what the view is about, the view's own heading says so.
  const title = h("h2", {}, caption);
  title.hidden = always;
  const tools = h("div", { class: "table-tools" }, title, input, shown, showAll);
  const body = h("tbody");
  const heads = columns.map((column) => makeHead(column));
  const empty = h("p", { class: "note" }, options.empty ?? "There are none.");
  const frame = h(
    "div",
    { class: "table", role: "region", "aria-labelledby": id, tabindex: "0" },
    h(
      "table",
      {},
      h("caption", { id, class: "hidden-text" }, caption),
      h("thead", {}, h("tr", {}, ...heads.map((head) => head.node))),
      body,
    ),
  );
  const node = h("div", { class: "table-box" }, tools, frame, empty);

  function classOf(column) {
    return (
      [column.number && "number", column.minor && "minor", column.wide && "wide"].filter(Boolean).join(" ") || undefined
    );
  }

  function makeHead(column) {
    const th = h("th", { scope: "col", class: classOf(column), title: column.hint });
    if (!column.sort) {
      th.append(column.title);
      return { node: th, update() {} };
    }
    const arrow = h("span", { class: "arrow", "aria-hidden": "true" });
    th.append(
      h(
        "button",
        {
          type: "button",
          onclick: () => {
            const { by, descending } = sorting();
            const down = by === column ? !descending : Boolean(column.descending);
            order = (down ? "-" : "") + column.id;
            address.set(names.sort, order === sortBy ? "" : order);
            show();
          },
        },
        column.title,
        arrow,
      ),
    );
    return {
      node: th,
      update(by, descending) {
        setAttribute(th, "aria-sort", by === column ? (descending ? "descending" : "ascending") : undefined);
        setText(arrow, by === column ? (descending ? "▼" : "▲") : "");
      },
    };
  }

  function sorting() {
    const descending = order.startsWith("-");
    const wanted = descending ? order.slice(1) : order;
    return { by: columns.find((column) => column.sort && column.id === wanted), descending };
  }

  function makeRow(row) {
    const cells = columns.map((column) => {
      const td = h(column.head ? "th" : "td", { scope: column.head && "row", class: classOf(column) });
      if (column.text) {
        td.setAttribute("dir", "auto");
        return { td, update: (data) => setText(td, column.text(data)) };
      }
      const part = column.cell(row);
      td.append(part.node);
      return { td, update: part.update };
    });
    const tr = h("tr", {}, ...cells.map((cell) => cell.td));
    sight.observe(tr);
    let complete = false;
    return {
      node: tr,
      update(data) {
        for (const [name, value] of Object.entries(attributes?.(data) ?? {})) setAttribute(tr, name, value);
        const bringUpToDate = () => {
          for (const cell of cells) cell.update(data);
          complete = true;
          latest.delete(tr);
        };
        if (!complete || limit === ROW_LIMIT || inSight.has(tr)) bringUpToDate();
        else latest.set(tr, bringUpToDate);
      },
    };
  }

  /** Some hundred at a time, so that the page answers meanwhile. */
  function showMore() {
    limit += ROW_LIMIT;
    show();
    if (limit < rows.length && node.isConnected) requestAnimationFrame(() => setTimeout(showMore));
  }

  function show() {
    const query = input.value.trim();
    const found = query === "" || !filterBy ? rows : rows.filter((row) => matches(filterBy(row), query));
    const { by, descending } = sorting();
    for (const head of heads) head.update(by, descending);
    const ordered = by ? sorted(found, by.sort, descending) : found;
    const visible = ordered.slice(0, limit);
    keyed(body, visible, keyOf, makeRow);
    setHidden(frame, visible.length === 0);
    setHidden(empty, visible.length > 0);
    setText(empty, rows.length > 0 ? "Nothing matches the filter." : (options.empty ?? "There are none."));
    setHidden(input, !filterBy || (!always && query === "" && rows.length < FILTER_FROM));
    setHidden(showAll, visible.length === ordered.length || limit > ROW_LIMIT);
    setHidden(shown, input.hidden && showAll.hidden);
    const cut = visible.length < ordered.length ? `the first ${count(visible.length)} of ` : "";
    setText(
      shown,
      found.length < rows.length
        ? `${cut}${count(found.length)} of ${count(rows.length)}`
        : `${cut}${count(rows.length)}`,
    );
  }

  return {
    node,
    update(newRows) {
      rows = newRows;
      show();
    },
  };
}

// Draw tables whose rows can be sorted by what stands in a column.

import { el } from "../dom.js";

/** @typedef {import("../words.js").Speech} Speech */
/** @typedef {{shown: Node | string, by: number}} Measured a cell that rows can be sorted by */
/** @typedef {Node | string | Measured} Cell */

/**
 * Return a table; a column of measured cells is sorted by a click on its head, the largest first, then the smallest.
 * @param {Speech} speech
 * @param {string[]} heads
 * @param {Cell[][]} rows the first cell of each names it
 * @param {string} [empty] what is said where there are none
 */
export function table(speech, heads, rows, empty = "nothing_yet") {
  if (!rows.length) return el("p", { class: "empty" }, speech.say(empty));
  const body = el("tbody", {}, ...rows.map(row));
  const tops = heads.map((head, column) => {
    const words = speech.say(head);
    const sortable = rows.length > 1 && rows.every((cells) => measured(cells[column]));
    return el("th", { scope: "col" }, sortable ? el("button", { type: "button", class: "quiet sort", click: () => sort(column) }, words) : words);
  });
  const sort = (/** @type {number} */ column) => {
    const falling = tops[column]?.getAttribute("aria-sort") !== "descending";
    tops.forEach((top, place) => (place === column ? top.setAttribute("aria-sort", falling ? "descending" : "ascending") : top.removeAttribute("aria-sort")));
    const by = (/** @type {number} */ place) => /** @type {Measured} */ (rows[place]?.[column]).by * (falling ? -1 : 1);
    const drawn = [...body.children];
    const order = rows.map((_, place) => place).sort((a, b) => by(a) - by(b));
    const first = new Map(drawn.map((one) => [Number(one.getAttribute("data-row")), one]));
    body.replaceChildren(...order.map((place) => /** @type {Element} */ (first.get(place))));
  };
  const made = el("table", {}, el("thead", {}, el("tr", {}, ...tops)), body);
  return el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": heads.map((head) => speech.say(head)).join(", ") }, made);
}

/**
 * @param {Cell[]} cells
 * @param {number} place
 */
function row(cells, place) {
  const drawn = cells.map((cell, column) => {
    const shown = measured(cell) ? cell.shown : cell;
    return column ? el("td", {}, shown) : el("th", { scope: "row" }, shown);
  });
  return el("tr", { "data-row": place }, ...drawn);
}

/**
 * @param {Cell | undefined} cell
 * @returns {cell is Measured}
 */
function measured(cell) {
  return typeof cell === "object" && !(cell instanceof Node);
}

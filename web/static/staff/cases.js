// Show how far a procedure is with a customer's request: what is known and from where, which rules hold, what stopped it.

import { el } from "../dom.js";
import { icon } from "./icons.js";
import { sheet } from "./page.js";

/** @typedef {import("../words.js").Speech} Speech */
/** @typedef {{id: string, kind: "slot" | "fact" | "rule" | "stop" | "do", name: string, text: string, state: "open" | "known" | "true" | "false" | "done"}} Part */
/** @typedef {{procedure: string, version: string, slots: {name: string, value: any, source: string}[], facts: Record<string, any>,
 *   rules: {name: string, state: "true" | "false" | "unknown", must: string}[], asked: string | null, stopped_by: string | null,
 *   stopped_why: string | null, nodes: Part[], edges: {start: string, end: string, way: "feeds" | "decides" | "yes" | "no"}[]}} Case */

const SVG = "http://www.w3.org/2000/svg";
const COLUMNS = ["slot", "fact", "rule", "stop", "do"];
const [WIDTH, HEIGHT, GAP_X, GAP_Y, TOP] = [178, 52, 44, 16, 30];

/**
 * Return the card of a case.
 * @param {Case} shown
 * @param {Speech} speech
 */
export function caseCard(shown, speech) {
  const { say } = speech;
  const stands = shown.stopped_by !== null ? say("case_stopped") : shown.asked ? say("case_asks", { slot: words(shown.asked) }) : say("case_open");
  const slots = shown.slots.flatMap(({ name, value, source }) => [
    el("dt", {}, words(name)),
    el("dd", {}, el("bdi", {}, plain(value)), el("span", { class: "quiet" }, ` ${say(source === "call" ? "case_by_agent" : "case_by_customer")}`)),
  ]);
  const rules = shown.rules.map(({ name, state, must }) =>
    el("li", { class: `rule ${state}`, title: must }, icon(state === "true" ? "check" : state === "false" ? "x" : "circle-help"), words(name), el("span", { class: "spoken" }, say(`rule_${state}`))),
  );
  return el(
    "details",
    { class: "card case", open: true },
    el("summary", {}, el("b", {}, words(shown.procedure)), el("span", { class: "quiet" }, ` ${stands}`)),
    shown.stopped_why ? el("p", { class: "stopped", dir: "auto" }, shown.stopped_why) : null,
    slots.length ? el("dl", {}, ...slots) : null,
    rules.length ? el("ul", { class: "rules", "aria-label": say("case_rules") }, ...rules) : null,
    el("button", { type: "button", class: "small", click: () => sheet(speech, "case_chart", () => [el("div", { class: "chart", tabindex: "0", role: "region", "aria-label": say("case_chart", { procedure: words(shown.procedure) }) }, chart(shown, speech))], { procedure: words(shown.procedure) }) }, icon("git-merge"), say("case_show_chart")),
  );
}

/**
 * Return the procedure as a drawing, its parts in columns: asked, read, ruled, refused, done.
 * @param {Case} shown
 * @param {Speech} speech
 */
function chart({ nodes, edges }, { say }) {
  /** @type {Map<string, {x: number, y: number}>} */
  const places = new Map();
  const columns = COLUMNS.map((kind) => nodes.filter((node) => node.kind === kind)).filter((column) => column.length);
  columns.forEach((column, x) => column.forEach((node, y) => places.set(node.id, { x: x * (WIDTH + GAP_X), y: TOP + y * (HEIGHT + GAP_Y) })));
  const size = { width: columns.length * (WIDTH + GAP_X) - GAP_X, height: TOP + Math.max(...columns.map((column) => column.length)) * (HEIGHT + GAP_Y) };
  const drawn = draw("svg", { class: "flow", viewBox: `-2 0 ${size.width + 4} ${size.height}`, width: size.width, height: size.height, role: "img", "aria-label": nodes.map((node) => `${node.name}: ${say(`part_${node.state}`)}`).join(", ") });
  columns.forEach(([first], x) => drawn.append(draw("text", { class: "column", x: x * (WIDTH + GAP_X), y: 16 }, say(`column_${first?.kind}`))));
  for (const { start, end, way } of edges) {
    const [from, to] = [places.get(start), places.get(end)];
    if (!from || !to) continue;
    const [x1, y1, x2, y2] = [from.x + (to.x === from.x ? WIDTH / 2 : WIDTH), from.y + (to.x === from.x ? HEIGHT : HEIGHT / 2), to.x + (to.x === from.x ? WIDTH / 2 : 0), to.y + (to.x === from.x ? 0 : HEIGHT / 2)];
    const bend = to.x === from.x ? "" : `C ${x1 + GAP_X / 2} ${y1}, ${x2 - GAP_X / 2} ${y2}, `;
    drawn.append(draw("path", { class: `way ${way}`, d: `M ${x1} ${y1} ${bend || "L "}${x2} ${y2}` }));
  }
  for (const node of nodes) {
    const { x, y } = places.get(node.id) ?? { x: 0, y: 0 };
    const part = draw("g", { class: `part ${node.kind} ${node.state}` });
    part.append(draw("rect", { x, y, width: WIDTH, height: HEIGHT, rx: node.kind === "slot" || node.kind === "stop" ? 20 : 6 }));
    part.append(draw("text", { class: "name", x: x + 12, y: y + 21 }, cut(words(node.name), 20)), draw("text", { x: x + 12, y: y + 39 }, cut(node.text, 27)), draw("title", {}, node.text));
    drawn.append(part);
  }
  return drawn;
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 */
function draw(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/** @param {string} name */
function words(name) {
  return name.replace(/[_-]/g, " ");
}

/** @param {any} value */
function plain(value) {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** @param {string} text @param {number} most */
function cut(text, most) {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

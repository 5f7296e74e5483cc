// Draw the rows of the list: what waits for people, and what a search found.

import { el } from "../dom.js";
import { icon } from "./icons.js";
import { dotted, moment, named } from "./page.js";
import { slaBrief, slaWords, snoozed, titleOf } from "./queue.js";

/** @typedef {import("./queue.js").Item} Item */
/** @typedef {import("../words.js").Speech} Speech */
/**
 * @typedef {{thread_id: string, customer_id: string | null, first_line: string, last_at: string, channel: string, locale: string,
 *   ticket_id: string | null, state: string, operator: string | null, closed_at: string | null, snippet: string, hits: string[]}} Listed
 */

/**
 * Return the row of something that waits.
 * @param {Speech} speech
 * @param {Item} item
 * @param {{opened: string, chosen: boolean, choose: (chosen: boolean) => void}} now the thread that is open, and whether this is one of several chosen
 */
export function queueRow(speech, item, { opened, chosen, choose }) {
  const about = [item.customer_id ?? speech.say("visitor"), named(speech, "queue", item.queue)];
  if (item.operator) about.push(item.operator);
  if (item.callback) about.push(speech.say("callback"));
  about.push(...item.tags.map((tag) => `#${tag}`));
  const stands_out = item.priority === "urgent" || item.priority === "high";
  const number = item.kind === "ticket" ? item.id : speech.say("approval");
  const tick = (/** @type {Event} */ event) => choose(/** @type {HTMLInputElement} */ (event.target).checked);
  return el(
    "li",
    {},
    item.kind === "ticket" ? el("input", { type: "checkbox", "data-item": `tick-${item.id}`, checked: chosen, "aria-label": speech.say("choose_item", { item: item.id }), change: tick }) : icon("circle-help"),
    el(
      "a",
      { href: `#thread=${encodeURIComponent(item.thread_id)}`, "data-item": item.id, "aria-current": item.thread_id === opened ? "true" : null },
      el("span", { class: "row" }, el("span", { class: "title", dir: "auto" }, titleOf(speech, item)), standing(speech, item)),
      el(
        "span",
        { class: "row" },
        el("span", { class: "quiet" }, el("span", { class: "number" }, number), " · ", ...dotted(about)),
        stands_out ? el("span", { class: `priority ${item.priority}` }, named(speech, "priority", item.priority)) : null,
      ),
    ),
  );
}

/**
 * Return how long is left until an answer was promised, or when what was put off comes back.
 * @param {Speech} speech
 * @param {Item} item
 */
function standing(speech, item) {
  if (snoozed(item)) return el("span", { class: "sla" }, speech.say("brief_until", { time: moment(speech, item.snoozed_until ?? "") }));
  return el("span", { class: `sla ${item.sla}`, title: slaWords(speech, item) }, slaBrief(speech, item));
}

/**
 * Return the row of a conversation that was found.
 * @param {Speech} speech
 * @param {Listed} one
 * @param {string} opened the thread that is open
 * @param {boolean} by_closing whether the list is in the order of closing
 */
export function foundRow(speech, one, opened, by_closing) {
  const state = named(speech, "state", one.ticket_id ? one.state : "agent");
  const about = [one.ticket_id ?? "", state, one.operator ?? "", one.customer_id ?? speech.say("visitor"), moment(speech, (by_closing && one.closed_at) || one.last_at)];
  return el(
    "li",
    {},
    el(
      "a",
      { href: `#thread=${encodeURIComponent(one.thread_id)}`, "data-item": one.thread_id, "aria-current": one.thread_id === opened ? "true" : null },
      el("span", { class: "title", dir: "auto" }, ...marked(one.first_line, one.hits)),
      one.snippet ? el("span", { class: "snippet", dir: "auto" }, ...marked(one.snippet, one.hits)) : null,
      el("span", { class: "quiet" }, ...dotted(about)),
    ),
  );
}

/**
 * Return a text in which these words are marked.
 * @param {string} text
 * @param {string[]} hits
 */
function marked(text, hits) {
  if (!hits.length) return [text];
  const words = hits.map((hit) => hit.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return text.split(new RegExp(`(?<![\\p{L}\\p{N}_])(${words})(?![\\p{L}\\p{N}_])`, "u")).map((part, place) => (place % 2 ? el("mark", {}, part) : part));
}

// Draw what stands beside words: records, questions for a yes or no, sources, ratings.

import { el, linkable } from "./dom.js";
import { icon } from "./icons.js";

/** @typedef {import("./conversation.js").Said} Said */
/** @typedef {import("./conversation.js").Card} Card */
/** @typedef {import("./conversation.js").Ask} Ask */
/** @typedef {import("./words.js").Speech} Speech */

/**
 * Return a record: what it is, how it stands, what is in it, and what can be done with it.
 * @param {Card} card
 * @param {(text: string) => void} say sends words in the customer's name
 */
export function recordCard(card, say) {
  const items = card.items.map((item) =>
    el("li", {}, item.picture.startsWith("https://") ? el("img", { src: item.picture, alt: "", loading: "lazy", referrerpolicy: "no-referrer" }) : null,
      el("bdi", { class: "what" }, item.name, item.detail ? el("span", { class: "quiet" }, ` ${item.detail}`) : null), item.price ? el("span", { class: "price" }, item.price) : null),
  );
  const fields = card.fields.flatMap(({ label, value }) => [el("dt", {}, label), el("dd", {}, el("bdi", {}, value))]);
  const actions = card.actions.map(({ label, say: words, url }) => {
    if (!url) return el("button", { type: "button", click: () => say(words) }, label);
    const address = linkable(url, [new URL(url, location.href).hostname]);
    return address ? el("a", { class: "button", href: address, target: "_blank", rel: "noopener noreferrer" }, label) : null;
  });
  return el(
    "section",
    { class: "card record", "aria-label": card.title },
    el("p", { class: "head" }, el("b", {}, card.title), card.status ? el("span", { class: "state" }, card.status) : null),
    items.length ? el("ul", { class: "items" }, ...items) : null,
    fields.length ? el("dl", {}, ...fields) : null,
    actions.length ? el("p", { class: "buttons" }, ...actions) : null,
  );
}

/**
 * Return the question whether to go ahead: what the server has stored and would carry out, word by word; once it is answered,
 * what became of it.
 * @param {Ask[]} asks
 * @param {Speech} speech
 * @param {((yes: boolean) => void) | null} answer none where the question is no longer open
 */
export function askCard(asks, { say }, answer) {
  if (!answer) return el("section", { class: "card asked", "aria-label": say("asked") }, ...asks.flatMap((ask) => outcome(ask, say)));
  const what = el("ul", {}, ...asks.map((ask) => el("li", {}, el("bdi", {}, ask.preview))));
  const card = el("section", { class: "card ask", "aria-label": say("ask") }, el("p", {}, el("b", {}, say("ask"))), what);
  const buttons = [true, false].map((yes) =>
    el("button", { type: "button", class: yes ? "primary" : "", click: () => {
      buttons.forEach((button) => (button.disabled = true));
      answer(yes);
    } }, say(yes ? "go_ahead" : "do_not")),
  );
  card.append(el("p", { class: "buttons" }, ...buttons));
  return card;
}

/**
 * Return what became of an action, and what it was.
 * @param {Ask} ask
 * @param {Speech["say"]} say
 */
function outcome({ state, preview, words }, say) {
  const fate = fateOf(state);
  const sign = { done: "check", unchanged: "x", not_done: "x", under_way: "history" }[fate];
  const head = el("p", { class: `fate-of ${fate}` }, icon(sign), el("b", {}, say(`fate ${fate}`)));
  return fate === "unchanged" ? [head] : [head, el("p", { dir: "auto" }, words.includes(preview) ? words : preview)];
}

/**
 * Return what a customer hears of an action that was asked about.
 * @param {string} state
 * @returns {"done" | "unchanged" | "not_done" | "under_way"}
 */
export function fateOf(state) {
  if (["withdrawn", "expired", "passed_over"].includes(state)) return "unchanged"; // nobody's fault, and nothing to act upon
  if (["refused", "rejected"].includes(state)) return "not_done";
  return state === "done" ? "done" : "under_way";
}

/**
 * Return a reply's words, its marks [1] being links to what they cite.
 * @param {Said} said
 * @param {string} base the server's origin
 * @param {Speech} speech
 * @param {string[]} hosts whose addresses are linked
 */
export function replyText(said, base, { say }, hosts) {
  const sources = new Map(said.sources.map((source) => [source.number, source]));
  /** @param {number} number @param {string} words */
  const link = (number, words) => {
    const source = sources.get(number);
    if (!source) return words;
    const title = [source.title, ...source.headings].join(" › ");
    return el("a", { href: base + source.page, target: "_blank", rel: "noopener", "aria-label": say("source", { number, title }) }, words);
  };
  const parts = words(said).split(/(\[\d+\]|\[[^[\]\n]+\]\(https?:\/\/[^\s<>"'()]+\)|https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/);
  const shown = (/** @type {string} */ part) => {
    const [, title = part, address = part] = /^\[([^[\]]+)\]\((.+)\)$/.exec(part) ?? [];
    return address.startsWith("http") ? outside(address, hosts, title, part) : link(Number(/^\[(\d+)\]$/.exec(part)?.[1]), part);
  };
  const text = el("p", { class: "text", dir: "auto" }, ...parts.map(shown));
  if (!said.sources.length) return [text];
  const inOrder = [...said.sources].sort((one, other) => one.number - other.number);
  const list = inOrder.map((source) => {
    const title = [source.title, ...source.headings.slice(-1)].join(" › ");
    return el("li", {}, `[${source.number}] `, el("a", { href: base + source.page, target: "_blank", rel: "noopener", dir: "auto" }, title));
  });
  return [text, el("ul", { class: "sources quiet", "aria-label": say("sources") }, ...list)];
}

/**
 * Return a link where it leads to the business, else the words as they were written.
 * @param {string} address
 * @param {string[]} hosts
 * @param {string} title
 * @param {string} written
 */
function outside(address, hosts, title, written) {
  const allowed = linkable(address, hosts);
  return allowed ? el("a", { href: allowed, target: "_blank", rel: "noopener noreferrer" }, title) : written;
}

/**
 * Return the words of a message without the question that its card puts.
 * @param {Said} said
 */
function words(said) {
  const [first] = said.asks;
  const at = first ? said.text.indexOf(first.preview) : -1;
  return at < 0 ? said.text : said.text.slice(0, at).replace(/(^|\n)[^\n]*\n+1\.\s*$|\s*$/, "");
}

/**
 * Return the form for a rating.
 * @param {Speech} speech
 * @param {(score: number, comment: string) => Promise<unknown>} rate
 * @param {() => void} dismiss
 */
export function ratingForm({ say }, rate, dismiss) {
  const stars = [1, 2, 3, 4, 5].map((score) =>
    el("label", {}, el("input", { type: "radio", name: "score", value: score, required: true, class: "spoken" }), el("span", { "aria-hidden": "true" }, "★"), el("span", { class: "spoken" }, say("stars", { score }))),
  );
  const comment = el("textarea", { rows: 2, maxlength: 2000, "aria-label": say("comment"), placeholder: say("comment") });
  const form = el("form", { class: "card rating" }, el("fieldset", {}, el("legend", {}, say("rate_how")), ...stars), comment, el("button", { class: "primary" }, say("rate_send")));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    dismiss();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await rate(Number(new FormData(form).get("score")), comment.value.trim());
    form.replaceChildren(el("p", { role: "status" }, say("rated")));
  });
  return form;
}

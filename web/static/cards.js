// Draw what stands beside words: orders, questions for a yes or no, sources, ratings.

import { el, linkable } from "./dom.js";

/** @typedef {import("./conversation.js").Said} Said */
/** @typedef {import("./conversation.js").Order} Order */
/** @typedef {import("./conversation.js").Ask} Ask */
/** @typedef {import("./words.js").Speech} Speech */

/**
 * Return an order: where it stands, what is in it, where its parcels are.
 * @param {Order} order
 * @param {Speech} speech
 */
export function orderCard(order, speech) {
  const { say } = speech;
  /** @param {string} key @param {string | null} date */
  const row = (key, date) => (date ? [el("dt", {}, say(key)), el("dd", {}, day(date, speech.tag))] : []);
  const parcels = order.parcels.map(({ tracking_id, url }) => {
    const address = url && linkable(url, [new URL(url).hostname]);
    const words = say("track", { id: tracking_id });
    return el("li", {}, address ? el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, words) : words);
  });
  const items = order.items.map((item) =>
    el("li", {}, el("bdi", {}, item.name, item.options ? el("span", { class: "quiet" }, ` ${item.options}`) : null), el("span", { class: "price" }, ` ${item.price}`)),
  );
  return el(
    "section",
    { class: "card order", "aria-label": say("order", { id: order.order_id }) },
    el("p", { class: "head" }, el("b", {}, say("order", { id: order.order_id })), el("span", { class: "state" }, stateWords(order.status, say))),
    el("ul", {}, ...items),
    el("dl", {}, ...row("ordered", order.ordered_at), ...(order.delivered_at ? row("delivered", order.delivered_at) : row("expected", order.expected_delivery)), el("dt", {}, say("total")), el("dd", {}, order.total)),
    parcels.length ? el("ul", { class: "parcels" }, ...parcels) : null,
  );
}

/**
 * @param {string} status
 * @param {Speech["say"]} say
 */
function stateWords(status, say) {
  const key = `status ${status.split(" (")[0]}`;
  const words = say(key);
  return words === key ? status : words;
}

/**
 * @param {string} date ISO
 * @param {string} language
 */
function day(date, language) {
  const parsed = new Date(date);
  if (Number.isNaN(parsed.getTime())) return date;
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" }).format(parsed);
}

/**
 * Return the question whether to go ahead: what the server has stored and would carry out, word by word.
 * @param {Ask[]} asks
 * @param {Speech} speech
 * @param {((yes: boolean) => void) | null} answer none where the question is no longer open
 */
export function askCard(asks, { say }, answer) {
  const what = el("ul", {}, ...asks.map((ask) => el("li", {}, el("bdi", {}, ask.preview))));
  const card = el("section", { class: "card ask", "aria-label": say("ask") }, el("p", {}, el("b", {}, say(answer ? "ask" : "asked"))), what);
  if (!answer) return card;
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
  const parts = words(said).split(/(\[\d+\]|https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/);
  const text = el("p", { class: "text", dir: "auto" }, ...parts.map((part) => part.startsWith("http") ? outside(part, hosts) : link(Number(/^\[(\d+)\]$/.exec(part)?.[1]), part)));
  if (!said.sources.length) return [text];
  const inOrder = [...said.sources].sort((one, other) => one.number - other.number);
  const list = inOrder.map((source) => {
    const title = [source.title, ...source.headings.slice(-1)].join(" › ");
    return el("li", {}, `[${source.number}] `, el("a", { href: base + source.page, target: "_blank", rel: "noopener", dir: "auto" }, title));
  });
  return [text, el("ul", { class: "sources quiet", "aria-label": say("sources") }, ...list)];
}

/**
 * Return an address as a link where it leads to the business, else as words.
 * @param {string} address
 * @param {string[]} hosts
 */
function outside(address, hosts) {
  const allowed = linkable(address, hosts);
  return allowed ? el("a", { href: allowed, target: "_blank", rel: "noopener noreferrer" }, address) : address;
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
 */
export function ratingForm({ say }, rate) {
  const stars = [1, 2, 3, 4, 5].map((score) =>
    el("label", {}, el("input", { type: "radio", name: "score", value: score, required: true, class: "spoken" }), el("span", { "aria-hidden": "true" }, "★"), el("span", { class: "spoken" }, say("stars", { score }))),
  );
  const comment = el("textarea", { rows: 2, maxlength: 2000, "aria-label": say("comment"), placeholder: say("comment") });
  const form = el("form", { class: "card rating" }, el("fieldset", {}, el("legend", {}, say("rate_how")), ...stars), comment, el("button", { class: "primary" }, say("rate_send")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await rate(Number(new FormData(form).get("score")), comment.value.trim());
    form.replaceChildren(el("p", { role: "status" }, say("rated")));
  });
  return form;
}

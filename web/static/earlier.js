// Show a customer's earlier conversations, and hand them out as a file.

import { fateOf } from "./cards.js";
import { el } from "./dom.js";
import { clock, date, dayOf, shortDate } from "./times.js";

/** @typedef {import("./conversation.js").Conversation} Conversation */
/** @typedef {import("./conversation.js").Earlier} Earlier */
/** @typedef {import("./conversation.js").Said} Said */
/** @typedef {import("./words.js").Speech} Speech */

/**
 * Return a list of conversations to go on with.
 * @param {Earlier[]} earlier
 * @param {Speech} speech
 * @param {(threadId: string) => void} choose
 */
export function earlierList(earlier, speech, choose) {
  const rows = earlier.map((one) =>
    el("li", {}, el("button", { type: "button", class: "earlier", click: () => choose(one.thread_id) },
      el("span", { class: "first", dir: "auto" }, one.first_words),
      el("time", { class: "quiet", datetime: one.last_at, title: moment(one.last_at, speech) }, shortDate(one.last_at, speech)),
      one.ticket_id && one.state !== "bot" ? el("span", { class: "quiet" }, speech.say(`handoff ${one.state}`, { ticket: one.ticket_id, operator: one.operator ?? "" })) : null)),
  );
  return el("ul", { class: "earliers", "aria-label": speech.say("earlier") }, ...rows);
}

/**
 * @param {string} at ISO 8601
 * @param {Speech} speech
 */
function moment(at, speech) {
  return `${date(at, speech.tag)}, ${clock(at, speech).textContent}`;
}

/**
 * Save what was said and shown in a conversation as a text file.
 * @param {Conversation} talk
 * @param {Speech} speech
 */
export function saveTranscript(talk, speech) {
  const lines = [talk.chat?.shop ?? "", ""];
  for (const said of talk.messages.values()) {
    const who = said.author ?? speech.say(`by ${said.role}`).replace(/\s*:$/, "");
    const when = said.at ? moment(said.at, speech) : "";
    lines.push(`${[when, who].filter(Boolean).join(", ")}:`, said.text, ...beside(said, speech, talk.base), "");
  }
  const address = URL.createObjectURL(new Blob([lines.join("\n")], { type: "text/plain" }));
  el("a", { href: address, download: `${speech.say("conversation")} ${dayOf(new Date().toISOString())}.txt` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/**
 * Return in lines what stands beside the words of a message: pictures, records, what became of actions, sources.
 * @param {Said} said
 * @param {Speech} speech
 * @param {string} base the server's origin
 */
function beside(said, { say }, base) {
  const pictures = (said.images ?? []).map((_, number) => `(${say("picture", { number: number + 1 })})`);
  const records = said.cards.flatMap((card) => [
    [card.title, card.status].filter(Boolean).join(": "),
    ...card.items.map((item) => `- ${[item.name, item.detail, item.price].filter(Boolean).join(", ")}`),
    ...card.fields.map(({ label, value }) => `${label}: ${value}`),
  ]);
  const fates = said.asks.filter((ask) => !ask.open).map((ask) => `→ ${say(`fate ${fateOf(ask.state)}`)}`);
  const sources = said.sources.map((source) => `[${source.number}] ${[source.title, ...source.headings].join(" › ")}: ${base}${source.page}`);
  return [...pictures, ...records, ...fates, ...sources];
}

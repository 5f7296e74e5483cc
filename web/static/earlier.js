// Show a customer's earlier conversations, and hand them out as a file.

import { el } from "./dom.js";
import { clock, date } from "./times.js";

/** @typedef {import("./conversation.js").Conversation} Conversation */
/** @typedef {import("./conversation.js").Earlier} Earlier */
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
      el("time", { class: "quiet", datetime: one.last_at }, date(one.last_at, speech.tag)))),
  );
  return el("ul", { class: "earliers", "aria-label": speech.say("earlier") }, ...rows);
}

/**
 * Save what was said in a conversation as a text file.
 * @param {Conversation} talk
 * @param {Speech} speech
 */
export function saveTranscript(talk, speech) {
  const lines = [talk.chat?.shop ?? "", ""];
  for (const said of talk.messages.values()) {
    const who = said.author ?? speech.say(`by ${said.role}`).replace(/\s*:$/, "");
    const when = said.at ? `${date(said.at, speech.tag)} ${clock(said.at, speech).textContent}` : "";
    lines.push(`${[when, who].filter(Boolean).join(", ")}:`, said.text, "");
  }
  const address = URL.createObjectURL(new Blob([lines.join("\n")], { type: "text/plain" }));
  el("a", { href: address, download: `${speech.say("conversation")}.txt` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

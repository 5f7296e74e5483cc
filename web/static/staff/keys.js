// Keys of the desk; none of them acts while somebody types.

import { el } from "../dom.js";
import { sheet } from "./page.js";

/** @typedef {import("../words.js").Speech} Speech */

const SHOWN = [["j / k", "key_move"], ["r", "key_reply"], ["n", "key_note"], ["e", "key_resolve"], ["Ctrl + Enter", "key_send"], ["/", "key_search"], ["Esc", "key_close"], ["?", "key_help"]];

/**
 * Listen to the keys.
 * @param {Speech} speech
 * @param {Record<string, () => void>} acts what each key does
 */
export function listen(speech, acts) {
  const all = { ...acts, "?": () => showKeys(speech) };
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && typing) return event.target.blur();
    const act = all[/** @type {keyof typeof all} */ (event.key)];
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !act || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    act();
  });
}

/**
 * Show which keys there are.
 * @param {Speech} speech
 */
export function showKeys(speech) {
  sheet(speech, "keys", () => [el("dl", { class: "keys" }, ...SHOWN.flatMap(([key, words]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, speech.say(words ?? ""))]))]);
}

// The button in the corner of somebody's page that opens the chat, and what it says while the chat is closed.

import { el } from "./dom.js";
import { icon } from "./icons.js";

/** @typedef {import("./words.js").Speech} Speech */

const PREVIEW = 140;

/** The button, with how many messages are unread and the newest of them. */
export class Launcher {
  /**
   * @param {Speech} speech
   * @param {(open: boolean) => void} toggle
   */
  constructor({ say }, toggle) {
    this.say = say;
    this.open = false;
    this.badge = el("span", { class: "badge", hidden: true });
    this.news = el("span", { class: "spoken", role: "status" });
    this.button = el("button", { type: "button", class: "launcher", "aria-expanded": "false", "aria-label": say("open"), click: () => toggle(!this.open) }, icon("message-square"), this.badge);
    this.words = el("button", { type: "button", class: "words", dir: "auto", click: () => toggle(true) });
    const away = el("button", { type: "button", class: "icon small", "aria-label": say("dismiss"), click: () => this.#dismiss() }, icon("x"));
    this.preview = el("div", { class: "preview", hidden: true }, this.words, away);
    this.parts = [this.preview, this.button, this.news];
  }

  /** @param {boolean} open */
  show(open) {
    this.open = open;
    this.button.setAttribute("aria-expanded", String(open));
    this.button.replaceChildren(icon(open ? "x" : "message-square"), this.badge);
    this.#label(0);
    if (open) this.preview.hidden = this.badge.hidden = true;
  }

  /**
   * Say how many messages came that nobody has seen here, and the newest of them.
   * @param {number} count
   * @param {string} newest
   */
  unread(count, newest) {
    this.badge.hidden = this.preview.hidden = count === 0;
    this.badge.textContent = count > 9 ? "9+" : String(count);
    this.words.textContent = newest.length > PREVIEW ? `${newest.slice(0, PREVIEW)}…` : newest;
    this.#label(count);
    this.news.textContent = count ? this.say("unread", { count }) : "";
  }

  /** @param {number} count */
  #label(count) {
    const words = this.say(this.open ? "close" : "open");
    this.button.setAttribute("aria-label", count ? `${words} (${this.say("unread", { count })})` : words);
  }

  #dismiss() {
    this.preview.hidden = true;
    this.button.focus();
  }
}

// Draw what was said: one box a message, by day, with when it was and what became of it.

import { askCard, recordCard, replyText } from "./cards.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { gallery } from "./pictures.js";
import { clock, day, dayOf } from "./times.js";

/** @typedef {import("./conversation.js").Conversation} Conversation */
/** @typedef {import("./conversation.js").Said} Said */
/** @typedef {import("./words.js").Speech} Speech */

/** The messages of a conversation that have their place in it. */
export class MessageList {
  /** @type {Map<string, HTMLElement>} */ #shown = new Map();
  #lastDay = "";

  /**
   * @param {Speech} speech
   * @param {Conversation} talk
   * @param {(text: string, answers?: string[]) => void} send is called with what a card says in the customer's name
   */
  constructor(speech, talk, send) {
    this.speech = speech;
    this.talk = talk;
    this.send = send;
    this.root = el("div", { role: "log", "aria-live": "off", "aria-label": speech.say("conversation"), class: "log" });
  }

  get size() {
    return this.#shown.size;
  }

  clear() {
    this.#shown.clear();
    this.#lastDay = "";
    this.root.replaceChildren();
  }

  /**
   * Show a message, in the place it has already where it has one.
   * @param {Said} said
   */
  put(said) {
    const drawn = this.#drawn(said);
    const before = this.#shown.get(said.id);
    this.#shown.set(said.id, drawn);
    if (before) return before.replaceWith(drawn);
    this.#beginDay(said);
    this.root.append(drawn);
    this.#closeQuestions(said);
  }

  /** @param {Said} said */
  #beginDay({ at }) {
    if (!at || dayOf(at) === this.#lastDay) return;
    this.#lastDay = dayOf(at);
    this.root.append(el("p", { class: "day" }, day(at, this.speech)));
  }

  /**
   * A yes counts for the newest question only; one that a reply passed over is not under way.
   * @param {Said} newest
   */
  #closeQuestions(newest) {
    for (const said of this.talk.messages.values()) {
      if (said.id === newest.id || !said.asks.some((ask) => ask.open || ask.state === "proposed")) continue;
      for (const ask of said.asks) {
        ask.open = false;
        if (newest.role !== "customer" && ask.state === "proposed") ask.state = "passed_over";
      }
      this.put(said);
    }
  }

  /** @param {Said} said */
  #drawn(said) {
    const { speech, talk } = this;
    const name = said.author ?? "";
    const by = el("p", { class: said.role === "operator" ? "by" : "by spoken" }, name ? speech.say("by name", { name }) : speech.say(`by ${said.role}`));
    const box = el("div", { class: `said ${said.role}` }, this.#face(said), by);
    if (said.images?.length) box.append(gallery(said.images, talk.api, speech));
    if (said.role === "customer") box.append(el("p", { class: "text", dir: "auto" }, said.text));
    else box.append(...replyText(said, talk.base, speech, talk.chat?.link_hosts ?? []).filter((part) => part.textContent));
    box.append(...said.cards.map((card) => recordCard(card, this.send)));
    if (said.asks.length) box.append(this.#ask(said));
    const meta = el("p", { class: "meta" }, said.at ? clock(said.at, speech) : null);
    if (said.role !== "customer") meta.append(...this.#thumbs(said));
    box.append(meta);
    return box;
  }

  /** @param {Said} said */
  #face({ role, author }) {
    if (role === "customer") return null;
    if (role === "agent") return portrait(this.talk.chat?.avatar ?? null, this.talk.base);
    return el("span", { class: "portrait", "aria-hidden": "true" }, (author ?? "?").slice(0, 1).toUpperCase());
  }

  /**
   * Say under the customer's newest message what became of it.
   * @param {"" | "sent" | "seen"} fate
   */
  mark(fate) {
    const last = [...this.root.querySelectorAll(".said.customer")].at(-1);
    const note = fate ? el("span", { class: "fate" }, icon(fate === "seen" ? "check-check" : "check"), this.speech.say(fate)) : null;
    for (const old of this.root.querySelectorAll(".fate")) {
      if (note && old.closest(".said") === last && old.textContent === note.textContent) return;
      old.remove();
    }
    if (note) last?.querySelector(".meta")?.append(note);
  }

  /** @param {Said} said */
  #thumbs(said) {
    const { say } = this.speech;
    return [true, false].map((helpful) =>
      el("button", { type: "button", class: "thumb quiet", "aria-label": say(helpful ? "helpful" : "not_helpful"), "aria-pressed": String(said.helpful === helpful), click: () => {
        said.helpful = helpful;
        this.put(said);
        void this.talk.judge(said.id, helpful);
        /** @type {HTMLElement | null} */ (this.#shown.get(said.id)?.querySelector(`.thumb[aria-pressed="true"]`) ?? null)?.focus();
      } }, icon(helpful ? "thumbs-up" : "thumbs-down")),
    );
  }

  /** @param {Said} said */
  #ask(said) {
    const open = said.asks.every((ask) => ask.open);
    const ids = said.asks.map((ask) => ask.id);
    const answer = (/** @type {boolean} */ yes) => this.send(this.speech.say(yes ? "yes" : "no"), ids);
    return askCard(said.asks, this.speech, open ? answer : null);
  }
}

/**
 * Return a picture of who speaks for the business: its own, or a sign.
 * @param {string | null} address
 * @param {string} base the server's origin
 */
export function portrait(address, base) {
  return address ? el("img", { class: "portrait", src: base + address, alt: "" }) : el("span", { class: "portrait" }, icon("message-square"));
}

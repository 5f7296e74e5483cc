// What an operator can do with the open conversation: the buttons at its head, and the questions they ask first.

import { el } from "../dom.js";
import { icon } from "./icons.js";
import { articleSheet, named, sheet } from "./page.js";
import { snoozed } from "./queue.js";

/** @typedef {import("../words.js").Speech} Speech */
/** @typedef {import("./conversation.js").Shown} Shown */
/** @typedef {import("./conversation.js").Ticket} Ticket */
/**
 * @typedef {{act: (path: string, body?: unknown) => Promise<any>, change: (body: Record<string, unknown>) => Promise<any>, join: () => Promise<any>,
 *   leave: (how: "resolve" | "hand-back") => void, say: (words: string) => void, write: () => void, others: () => import("./queue.js").Item[]}} Work
 */

/** Milliseconds in which fresh buttons do nothing: the second of two quick clicks was meant for what stood there before. */
const SETTLES = 600;
const HOUR = 3_600_000;
const MORNING = 9;

export class Acts {
  /**
   * @param {HTMLElement} place
   * @param {Speech} speech
   * @param {string} operator who is at work here
   * @param {Work} work
   */
  constructor(place, speech, operator, work) {
    this.place = place;
    this.speech = speech;
    this.operator = operator;
    this.work = work;
    /** @type {Shown | null} */
    this.shown = null;
    this.drawn = "";
    this.settling = 0;
    const held = (/** @type {Event} */ event) => {
      const button = event.target instanceof Element && event.target.closest("button"); // opening a menu harms nobody
      if (!button || place.getAttribute("aria-disabled") !== "true") return;
      event.preventDefault();
      event.stopPropagation();
    };
    place.addEventListener("click", held, { capture: true });
  }

  /**
   * Offer what fits.
   * @param {Shown | null} shown
   */
  show(shown) {
    this.shown = shown;
    const ticket = shown?.ticket ?? null;
    const state = JSON.stringify([shown?.thread_id, ticket?.id, ticket?.status, ticket?.operator, ticket?.snoozed_until, shown?.owner]);
    if (state === this.drawn) return;
    this.drawn = state;
    const held = document.activeElement?.getAttribute("data-act");
    this.place.replaceChildren(...(shown ? this.#offered(shown, ticket) : []));
    if (held) /** @type {HTMLElement | null} */ (this.place.querySelector(`[data-act="${held}"]`))?.focus();
    this.#settle();
  }

  #settle() {
    clearTimeout(this.settling);
    this.place.setAttribute("aria-disabled", "true");
    this.settling = setTimeout(() => this.place.removeAttribute("aria-disabled"), SETTLES);
  }

  /** Resolve the ticket that is shown, if that is offered. */
  resolve() {
    /** @type {HTMLElement | null} */ (this.place.querySelector('[data-act="resolve"]'))?.click();
  }

  /**
   * @param {Shown} shown
   * @param {Ticket | null} ticket
   */
  #offered(shown, ticket) {
    const { work } = this;
    const open = ticket !== null && (ticket.status === "pending" || ticket.status === "human");
    if (!ticket || !open) {
      const again = ticket ? [this.#button("reopen", "undo-2", () => work.act("reopen"))] : [];
      const join = shown.owner === "bot" ? [this.#button("join", "user-plus", () => work.join(), "primary")] : [];
      return [...join, ...again, ...(ticket ? [this.#more([["propose", () => this.#propose(ticket)]])] : [])];
    }
    const theirs = ticket.operator !== null && ticket.operator !== this.operator;
    if (theirs) {
      return [this.#button("take_over", "user", () => work.act("take", { instead_of: ticket.operator }), "", { operator: ticket.operator ?? "" }), this.#more([["propose", () => this.#propose(ticket)]])];
    }
    const take = ticket.operator === null ? [this.#button("take", "user", () => work.act("take"), "primary")] : [];
    return [
      ...take,
      this.#snooze(ticket),
      this.#button("resolve", "check", () => this.#close("resolve")),
      this.#more([
        ["hand_back", () => this.#close("hand-back")],
        ["merge", () => this.#merge(ticket)],
        ["propose", () => this.#propose(ticket)],
      ]),
    ];
  }

  /**
   * @param {string} name
   * @param {string} sign
   * @param {() => unknown} click
   * @param {string} [level]
   * @param {Record<string, string>} [values]
   */
  #button(name, sign, click, level, values = {}) {
    return el("button", { class: level, "data-act": name, click }, icon(sign), this.speech.say(name, values));
  }

  /**
   * @param {[string, () => unknown][]} choices
   */
  #more(choices) {
    return this.#menu("more", "ellipsis", choices.map(([name, act]) => [this.speech.say(name), name, act]));
  }

  /**
   * @param {string} name
   * @param {string} sign
   * @param {[string, string, () => unknown][]} choices words, name and what they do
   */
  #menu(name, sign, choices) {
    const menu = el("details", { class: "menu" });
    const chosen = (/** @type {() => unknown} */ act) => () => {
      menu.open = false;
      void act();
    };
    menu.append(
      el("summary", { "data-act": name }, icon(sign), this.speech.say(name)),
      el("div", {}, ...choices.map(([words, key, act]) => el("button", { "data-act": key, click: chosen(act) }, words))),
    );
    return menu;
  }

  /** @param {Ticket} ticket */
  #snooze(ticket) {
    const { speech, work } = this;
    if (snoozed(ticket)) return this.#button("wake", "alarm-clock", () => work.change({ snoozed_until: new Date().toISOString() }));
    const putOff = async (/** @type {Date} */ time) => {
      if (await work.change({ snoozed_until: time.toISOString() })) work.say(speech.say("snoozed_said"));
    };
    const until = (/** @type {Date} */ time) => () => this.#unlessUnanswered("snooze_anyway", () => putOff(time));
    const at = (/** @type {number} */ days) => {
      const time = new Date();
      time.setDate(time.getDate() + days);
      time.setHours(MORNING, 0, 0, 0);
      return time;
    };
    const monday = (8 - new Date().getDay()) % 7 || 7;
    return this.#menu("snooze", "alarm-clock", [
      [speech.say("for_an_hour"), "hour", until(new Date(Date.now() + HOUR))],
      [speech.say("until_tomorrow"), "tomorrow", until(at(1))],
      [speech.say("until_monday"), "monday", until(at(monday))],
    ]);
  }

  /**
   * Close the ticket, after asking where the customer's newest message has no answer of a person.
   * @param {"resolve" | "hand-back"} how
   */
  #close(how) {
    this.#unlessUnanswered(how === "resolve" ? "resolve_anyway" : "hand_back_anyway", () => this.work.leave(how));
  }

  /**
   * Do something, after asking where the customer's newest message has no answer of a person.
   * @param {string} anyway names the button that does it all the same
   * @param {() => unknown} act
   */
  #unlessUnanswered(anyway, act) {
    const { speech, work } = this;
    const left = this.shown ? unanswered(this.shown) : "";
    if (!left) return act();
    sheet(speech, "not_answered_title", (close) => [
      el("p", {}, speech.say("not_answered")),
      el("blockquote", { dir: "auto" }, left),
      el(
        "div",
        { class: "buttons" },
        el("button", { class: "primary", click: () => (close(), work.write()) }, speech.say("answer_first")),
        el("button", { "data-act": anyway, click: () => (close(), act()) }, speech.say(anyway)),
      ),
    ]);
  }

  /** @param {Ticket} ticket */
  #merge(ticket) {
    const { speech, work } = this;
    const others = work.others();
    sheet(speech, "merge", (close) => [
      el("p", { class: "quiet" }, speech.say(others.length ? "merge_help" : "merge_none")),
      el(
        "div",
        { class: "buttons" },
        ...others.map((item) => el("button", { click: () => (close(), work.act("merge", { into: item.id })) }, speech.say("merge_into", { ticket: ticket.id, into: item.id, title: item.title }))),
      ),
    ], { ticket: ticket.id });
  }

  /** @param {Ticket} ticket */
  #propose(ticket) {
    const { speech, work } = this;
    const replies = ticket.notes.filter((note) => note.kind === "reply");
    const begun = { question: ticket.title || ticket.wish, answer: replies.at(-1)?.text ?? "" };
    articleSheet(speech, "propose", begun, async (question, answer, close) => {
      const made = await work.act("article", { question, answer });
      if (!made) return;
      close();
      work.say(speech.say("proposed", { file: made.draft }));
    });
  }
}

/**
 * Return the customer's newest message where nobody has answered it since a person has the conversation, or an empty text.
 * @param {Shown} shown
 */
export function unanswered(shown) {
  const spoken = shown.entries.filter((entry) => entry.text && (entry.role === "customer" || entry.role === "operator"));
  const last = spoken.at(-1);
  return last?.role === "customer" ? last.text : "";
}

/**
 * Say how a ticket stands, in a line.
 * @param {Speech} speech
 * @param {Shown} shown
 */
export function standing(speech, shown) {
  const { ticket, item } = shown;
  if (!ticket) return speech.say(item ? "state_awaiting_approval" : "state_agent");
  return [ticket.id, snoozed(ticket) ? speech.say("view_snoozed") : named(speech, "state", ticket.status), ticket.operator ?? "", ticket.callback ? speech.say("callback") : ""].filter(Boolean).join(" · ");
}

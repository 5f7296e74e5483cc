// Colleagues named in notes by an @: offered while one types, told apart from names nobody has.

import { el } from "../dom.js";

/** @typedef {import("../words.js").Speech} Speech */

const MENTION = /@[\w][\w.@+-]*/g;
const BEING_TYPED = /(?:^|[\s(])@([\w.@+-]*)$/;
const OFFERED = 8;

/**
 * Return a text in pieces, each mention one of its own with the name that it says; other pieces have none.
 * @param {string} text
 * @returns {{text: string, name: string}[]}
 */
export function pieces(text) {
  const found = [];
  let end = 0;
  for (const { 0: match, index } of text.matchAll(MENTION)) {
    const mention = match.replace(/[.@+-]+$/, ""); // what ends the sentence is no part of the name
    if (index > 0 && /\w/.test(text[index - 1] ?? "")) continue; // an e-mail address
    found.push({ text: text.slice(end, index), name: "" }, { text: mention, name: mention.slice(1) });
    end = index + mention.length;
  }
  return [...found, { text: text.slice(end), name: "" }];
}

/**
 * Say whether two names are the same person's.
 * @param {string} one
 * @param {string} other
 */
export function same(one, other) {
  return one.toLowerCase() === other.toLowerCase();
}

/** What is offered below a text in which colleagues are mentioned. */
export class Mentions {
  /**
   * @param {HTMLTextAreaElement} text
   * @param {Speech} speech
   * @param {string[]} people who can be mentioned; grows while the desk is open
   * @param {string} operator who writes, and is offered last
   */
  constructor(text, speech, people, operator) {
    this.text = text;
    this.speech = speech;
    this.people = people;
    this.operator = operator;
    this.chosen = 0;
    /** @type {string[]} */
    this.names = [];
    this.list = el("div", { id: "mentions", role: "listbox", "aria-label": speech.say("mention"), hidden: true });
    this.warning = el("p", { class: "quiet", role: "status" });
  }

  /**
   * Offer those whose names begin as typed, and warn of names that nobody has.
   * @param {boolean} wanted whether what is typed is for colleagues
   */
  show(wanted) {
    const typed = wanted ? this.#typed() : null;
    const meant = typed === null ? [] : this.people.filter((name) => name.toLowerCase().startsWith(typed.toLowerCase()));
    const own = (/** @type {string} */ name) => Number(same(name, this.operator));
    this.names = meant.sort((one, other) => own(one) - own(other)).slice(0, OFFERED);
    this.chosen = 0;
    this.#draw();
    const unknown = wanted ? pieces(this.text.value).flatMap(({ name }) => (name && !this.people.some((one) => same(one, name)) ? [`@${name}`] : [])) : [];
    const words = unknown.length && !this.names.length ? this.speech.say("mention_unknown", { names: [...new Set(unknown)].join(", ") }) : "";
    if (this.warning.textContent !== words) this.warning.textContent = words;
  }

  /**
   * Take a key where somebody is offered; returns whether it was one.
   * @param {KeyboardEvent} event
   */
  key(event) {
    if (!this.names.length || event.ctrlKey || event.metaKey) return false;
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      this.chosen = (this.chosen + (key === "ArrowDown" ? 1 : this.names.length - 1)) % this.names.length;
      this.#draw();
    } else if (key === "Enter" || key === "Tab") this.#take(this.names[this.chosen] ?? "");
    else if (key === "Escape") {
      this.names = [];
      this.#draw();
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  #draw() {
    const { text, list } = this;
    list.hidden = !this.names.length;
    // The text keeps the focus: a press of the mouse must not take it.
    const option = (/** @type {string} */ name, /** @type {number} */ place) =>
      el("div", { id: `mention-${place}`, role: "option", "aria-selected": String(place === this.chosen), mousedown: (/** @type {Event} */ event) => event.preventDefault(), click: () => this.#take(name) }, `@${name}`);
    list.replaceChildren(...this.names.map(option));
    if (list.hidden) text.removeAttribute("aria-activedescendant");
    else text.setAttribute("aria-activedescendant", `mention-${this.chosen}`);
  }

  #typed() {
    return BEING_TYPED.exec(this.text.value.slice(0, this.text.selectionStart))?.[1] ?? null;
  }

  /** @param {string} name */
  #take(name) {
    const { text } = this;
    const begun = this.#typed() ?? "";
    text.setRangeText(`${name} `, text.selectionStart - begun.length, text.selectionStart, "end");
    text.dispatchEvent(new Event("input"));
    text.focus();
  }
}

// Where operators write: a reply to the customer, or a note for colleagues. What was typed is never lost.

import { el } from "../dom.js";
import { icon } from "./icons.js";
import { Pictures } from "../pictures.js";
import { Mentions } from "./mentions.js";
import { sheet } from "./page.js";

/** @typedef {import("../words.js").Speech} Speech */
/** @typedef {{name: string, language: string, title: string, text: string}} Canned */
/**
 * @typedef {{act: (path: string, body?: unknown) => Promise<any>, suggest: () => Promise<string | null>, say: (words: string) => void,
 *   typing: (writing: boolean) => void, values: () => Record<string, string>}} Work
 */
/** @typedef {"reply" | "note"} Mode */

const IDLE = 5_000;

export class Composer {
  /**
   * @param {HTMLElement} place
   * @param {Speech} speech
   * @param {import("./sign_in.js").Desk} desk
   * @param {Work} work does what is asked for; `act` returns null when it was refused
   */
  constructor(place, speech, desk, work) {
    this.place = place;
    this.speech = speech;
    this.canned = desk.replies;
    this.work = work;
    /** @type {Mode} */
    this.mode = "reply";
    this.ticket = "";
    this.idle = 0;
    /** What was put in as a whole and not yet changed. */
    this.prepared = "";
    /** The words that were last tried to be sent, and their name: sent twice, they count once. */
    this.tried = { text: "", key: "" };
    this.text = el("textarea", { id: "words", rows: 3, maxlength: 20_000, input: () => this.#typed(), keydown: (/** @type {KeyboardEvent} */ event) => this.#key(event), paste: (/** @type {ClipboardEvent} */ event) => this.#pasted(event) });
    this.mentions = new Mentions(this.text, speech, desk.people, desk.operator);
    this.pictures = new Pictures(speech, work.say);
    this.pictures.allow(desk.image_mb);
    this.label = el("label", { for: "words", class: "spoken" });
    this.modes = el("div", { role: "group", "aria-label": speech.say("write_what") });
    this.extra = el("div", { class: "buttons" });
    place.replaceChildren(el("form", { submit: (/** @type {Event} */ event) => this.#send(event) }, this.modes, this.label, this.pictures.row, this.text, this.mentions.list, this.mentions.warning, this.extra));
    this.write("reply");
  }

  /**
   * Write for a ticket, or notes on a conversation without one.
   * @param {string} ticket
   * @param {boolean} mayReply
   * @param {string} [language] the customer's
   */
  show(ticket, mayReply, language = "") {
    this.language = language.split("-")[0];
    this.place.hidden = !ticket;
    const before = this.mayReply;
    this.mayReply = mayReply;
    if (ticket !== this.ticket) {
      this.ticket = ticket;
      this.pictures.take(); // they were meant for another customer
      this.write("reply"); // which is a note where nobody may reply
    } else if (before !== mayReply) this.write(mayReply && !this.text.value ? "reply" : this.mode);
  }

  /**
   * Turn to a reply or to a note; each keeps its words.
   * @param {Mode} mode
   */
  write(mode) {
    const { speech } = this;
    this.mode = mode === "reply" && this.mayReply === false ? "note" : mode;
    this.tried = { text: "", key: "" };
    this.text.value = (this.ticket && sessionStorage.getItem(this.#draft())) || "";
    this.label.textContent = speech.say(this.mode === "reply" ? "reply" : "note_for_colleagues");
    this.text.placeholder = speech.say(this.mode === "reply" ? "reply_hint" : "note_hint");
    this.place.className = this.mode;
    this.mentions.show(false);
    this.pictures.row.hidden = this.mode !== "reply";
    const button = (/** @type {Mode} */ name) =>
      el("button", { type: "button", class: "quiet small", "aria-pressed": String(this.mode === name), disabled: name === "reply" && this.mayReply === false, click: () => this.begin(name) }, icon(name === "reply" ? "message-square" : "sticky-note"), speech.say(`mode_${name}`));
    this.modes.replaceChildren(button("reply"), button("note"));
    this.extra.replaceChildren(...(this.mode === "reply" ? this.#replyTools() : this.#noteTools()), el("button", { class: "primary", title: "Ctrl+Enter" }, icon("send"), speech.say(this.mode === "reply" ? "send" : "keep_note")));
  }

  /**
   * Turn to a reply or to a note, and begin to type.
   * @param {Mode} mode
   */
  begin(mode) {
    if (this.place.hidden) return;
    if (mode !== this.mode) this.write(mode);
    this.text.focus();
  }

  /**
   * Write prepared words, in place of other prepared ones; where something was typed, ask what becomes of it.
   * @param {string} words
   */
  put(words) {
    const typed = this.text.value.trim();
    if (!typed || this.text.value === this.prepared) return this.#write(words, words);
    const { speech } = this;
    sheet(speech, "put_title", (close) => [
      el(
        "div",
        { class: "buttons" },
        el("button", { class: "primary", "data-act": "put_instead", click: () => (close(), this.#write(words, words)) }, speech.say("put_instead")),
        el("button", { "data-act": "put_below", click: () => (close(), this.#write(`${typed}\n\n${words}`, words)) }, speech.say("put_below")),
      ),
    ]);
  }

  /**
   * Write a text, and mark the place in its prepared words that is to be filled in.
   * @param {string} text
   * @param {string} words
   */
  #write(text, words) {
    this.text.value = text;
    this.prepared = words;
    this.#typed();
    this.text.focus();
    const place = /\[[^\[\]]+\](?!\()/.exec(words);
    if (!place) return;
    const start = this.text.value.lastIndexOf(words) + place.index;
    this.text.setSelectionRange(start, start + place[0].length);
  }

  #replyTools() {
    const { speech, work } = this;
    const suggest = async () => {
      const asked = this.ticket;
      const words = await work.suggest();
      if (words !== null && asked === this.ticket) this.put(words);
    };
    const tools = [el("button", { type: "button", "data-act": "suggest", click: suggest }, icon("sparkles"), speech.say("suggest")), this.pictures.button, this.pictures.input];
    const theirs = this.canned.filter((one) => one.language === this.language);
    const fits = [...theirs, ...this.canned.filter((one) => !one.language && !theirs.some((other) => other.name === one.name))];
    return fits.length ? [...tools, this.#menu("canned", "zap", fits.map((one) => [one.title, () => this.put(this.#filled(one.text))]))] : tools;
  }

  #noteTools() {
    const { speech } = this;
    const begin = () => {
      const before = this.text.value.slice(0, this.text.selectionStart);
      this.text.focus();
      this.text.setRangeText(/\S$/.test(before) ? " @" : "@", this.text.selectionStart, this.text.selectionEnd, "end");
      this.#typed();
    };
    return [el("button", { type: "button", click: begin }, icon("user"), speech.say("mention"))];
  }

  /**
   * @param {string} name
   * @param {string} sign
   * @param {[string, () => void][]} choices
   */
  #menu(name, sign, choices) {
    const menu = el("details", { class: "menu" });
    const chosen = (/** @type {() => void} */ act) => () => {
      menu.open = false;
      act();
    };
    menu.append(el("summary", {}, icon(sign), this.speech.say(name)), el("div", {}, ...choices.map(([words, act]) => el("button", { type: "button", click: chosen(act) }, words))));
    return menu;
  }

  /**
   * Fill in what is known; what is not stays a place to fill in.
   * @param {string} text
   */
  #filled(text) {
    const values = this.work.values();
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  #draft() {
    return `support-${this.mode === "reply" ? "draft" : "note"}-${this.ticket}`;
  }

  #typed() {
    if (this.ticket) sessionStorage.setItem(this.#draft(), this.text.value);
    this.mentions.show(this.mode === "note");
    if (this.mode !== "reply") return;
    this.work.typing(Boolean(this.text.value));
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.work.typing(false), IDLE);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.mentions.key(event) || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.text.form?.requestSubmit();
  }

  /** @param {ClipboardEvent} event */
  #pasted(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || this.mode !== "reply") return;
    event.preventDefault();
    this.pictures.add(files);
  }

  /** @param {Event} event */
  async #send(event) {
    event.preventDefault();
    const text = this.text.value.trim();
    // Other words are another reply: under a used name they would be refused.
    if (text !== this.tried.text) this.tried = { text, key: crypto.randomUUID() };
    const mode = this.mode;
    const pictures = mode === "reply" ? this.pictures.chosen : [];
    if (pictures.length && !text) return this.work.say(this.speech.say("picture_words"));
    if (!text || !(await this.work.act(mode, pictures.length ? form(this.tried, pictures) : this.tried))) return;
    if (pictures.length) this.pictures.take();
    this.text.value = "";
    this.#typed();
    this.work.typing(false);
    this.tried = { text: "", key: "" };
    this.work.say(this.speech.say(mode === "reply" ? "sent" : "noted"));
  }
}

/**
 * Return a form with fields and pictures.
 * @param {Record<string, string>} fields
 * @param {File[]} pictures
 */
function form(fields, pictures) {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  for (const picture of pictures) made.append("images", picture);
  return made;
}

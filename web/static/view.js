// Draw the chat around a conversation, and hand on what the customer does.

import { ratingForm } from "./cards.js";
import { Composer } from "./composer.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { menu } from "./menu.js";
import { MessageList, portrait } from "./messages.js";

/** @typedef {import("./conversation.js").Conversation} Conversation */
/** @typedef {import("./conversation.js").Change} Change */
/** @typedef {import("./words.js").Speech} Speech */

const NEAR_END = 80;

/** The chat as the customer sees it. */
export class ChatView {
  #draftText = document.createTextNode("");
  #rated = false;

  /**
   * @param {Speech} speech
   * @param {Conversation} talk
   * @param {{page: boolean, close: () => void}} place
   */
  constructor(speech, talk, { page, close }) {
    const { say } = (this.speech = speech);
    this.talk = talk;
    this.page = page;
    this.face = el("span", { class: "face" });
    this.title = el(page ? "h1" : "h2", { dir: "auto" }, page ? document.title : say("title"));
    this.about = el("p", { class: "about" }, say("about"));
    this.person = el("button", { type: "button", class: "person", title: say("person"), click: () => talk.send(say("person_wish")) }, icon("user"), el("span", {}, say("person")));
    const closer = page ? null : el("button", { type: "button", class: "icon quiet", "aria-label": say("close"), click: close }, icon("x"));
    const header = el("header", {}, this.face, el("div", { class: "name" }, this.title, this.about), this.person, menu(say("more"), () => this.#entries()), closer);

    this.greeting = el("p", { class: "greeting", dir: "auto" });
    this.replies = el("p", { class: "quiet", dir: "auto" });
    this.chips = el("div", { class: "chips", role: "group", "aria-label": say("suggestions") });
    this.welcome = el("div", { class: "welcome" }, this.greeting, this.replies, this.chips);
    this.disclosure = el("p", { class: "disclosure quiet", dir: "auto" });
    this.messages = new MessageList(speech, talk);
    this.pending = el("div", { class: "log" });
    this.draft = el("div", { class: "said agent", "aria-hidden": "true", hidden: true }, el("p", { class: "text", dir: "auto" }, this.#draftText));
    this.progress = el("p", { class: "quiet progress", role: "status", dir: "auto" });
    this.dots = el("span", { class: "dots", "aria-hidden": "true", hidden: true }, el("i"), el("i"), el("i"));
    this.end = el("div", { class: "end" });
    this.scroller = el(
      "div",
      { class: "scroller", tabindex: "0", role: "region", "aria-label": say("conversation") },
      this.disclosure, this.welcome, this.messages.root, this.pending, this.draft, el("div", { class: "under-way" }, this.dots, this.progress), this.end,
    );

    this.handoff = el("p", { class: "handoff", role: "status", hidden: true });
    this.problem = el("p", { class: "problem", role: "alert", hidden: true });
    this.composer = new Composer(speech, talk, { sent: () => this.#toEnd(), told: (words) => (this.progress.textContent = words) });
    this.leaving = el("dialog", { class: "card", "aria-label": say("anew"), keydown: (/** @type {KeyboardEvent} */ event) => event.stopPropagation() });
    const footer = el("footer", {}, this.problem, this.composer.root);
    this.panel = el(page ? "main" : "section", { class: page ? "panel page" : "panel", hidden: !page, ...(page ? {} : { role: "dialog", "aria-label": say("title") }) }, header, this.handoff, this.scroller, footer, this.leaving);
    this.#introduce();
  }

  /**
   * @param {boolean} open
   * @param {boolean} asked whether somebody asked for it just now: then they go on by writing
   */
  toggle(open, asked) {
    this.panel.hidden = !open;
    // On a device that is touched, the keyboard on the screen would cover what there is to read.
    if (open && (asked || (this.page && matchMedia("(hover: hover)").matches))) this.composer.focus();
    if (open) this.#toEnd();
  }

  /**
   * Show a change of the conversation.
   * @param {Change} change
   * @param {any} [detail]
   */
  show(change, detail) {
    const stay = !this.#nearEnd();
    if (change === "token") this.#write(detail);
    else if (change === "message") this.messages.put(detail);
    else if (change === "waiting") this.#waiting();
    else if (change === "owner") this.#owner();
    else if (change === "began") this.#clear();
    else if (change === "chat") this.#introduce();
    else if (change === "online" || change === "problem") this.#trouble();
    if (change !== "token") this.#ongoing();
    if (!stay && !this.panel.hidden) this.#toEnd();
  }

  /** What the business shows of itself. */
  #introduce() {
    const { chat, base } = this.talk;
    const { say } = this.speech;
    this.face.replaceChildren(portrait(chat?.logo ?? null, base));
    if (!chat) return;
    this.title.textContent = chat.shop;
    if (!this.page) this.panel.setAttribute("aria-label", chat.shop);
    this.disclosure.textContent = chat.disclosure;
    this.greeting.textContent = chat.greeting || say("greeting");
    this.replies.textContent = chat.reply_time;
    this.#choices(this.chips, chat.suggestions);
    this.composer.listen(chat.voice_seconds);
  }

  /**
   * @param {HTMLElement} place
   * @param {string[]} texts each is sent as it stands
   */
  #choices(place, texts) {
    place.replaceChildren(...texts.map((text) => el("button", { type: "button", class: "chip", dir: "auto", click: () => {
      this.composer.focus();
      this.talk.send(text);
      this.#toEnd();
    } }, text)));
  }

  /** @param {string} piece */
  #write(piece) {
    if (piece) this.#draftText.appendData(piece);
    else this.#draftText.data = "";
    this.draft.hidden = this.#draftText.length === 0;
    if (piece && this.progress.textContent) this.progress.textContent = "";
    this.dots.hidden = this.dots.hidden || Boolean(piece);
  }

  /** What is under way. */
  #ongoing() {
    const { draft, progress, waiting, outgoing } = this.talk;
    if (this.#draftText.data !== draft) this.#draftText.data = draft;
    this.draft.hidden = !draft;
    const busy = waiting.length + outgoing.length > 0 && !this.talk.outbox.blocked && this.talk.owner === "bot";
    const words = draft ? "" : progress || (busy ? this.speech.say("thinking") : "");
    if (this.progress.textContent !== words) this.progress.textContent = words;
    this.dots.hidden = !busy || Boolean(draft);
    this.welcome.hidden = this.messages.size + waiting.length + outgoing.length > 0 || !this.talk.chat || !this.talk.caughtUp;
  }

  #waiting() {
    const { say } = this.speech;
    /** @param {string} text @param {...(Node | null)} more */
    const box = (text, ...more) => el("div", { class: "said customer waits" }, el("p", { class: "by spoken" }, say("by customer")), el("p", { class: "text", dir: "auto" }, text), ...more);
    const sent = this.talk.waiting.map((said) => box(said.text));
    const going = this.talk.outgoing.map((message) =>
      box(message.text, ...(message.failed ? [
        el("button", { type: "button", class: "link", click: () => this.talk.again(message) }, say("again")),
        el("button", { type: "button", class: "link", click: () => this.talk.giveUp(message) }, say("give_up")),
      ] : [])),
    );
    this.pending.replaceChildren(...sent, ...going);
  }

  #owner() {
    const { handoff } = this.talk;
    const { say } = this.speech;
    // What was read again is not spoken; what comes from now on is.
    this.messages.root.setAttribute("aria-live", "polite");
    const withPeople = handoff !== null && handoff.stage !== "resolved";
    this.person.disabled = withPeople;
    const key = handoff?.stage === "pending" && handoff.callback ? "callback" : (handoff?.stage ?? "");
    this.handoff.hidden = !handoff;
    this.handoff.className = `handoff ${key}`;
    const words = handoff ? say(`handoff ${key}`, { ticket: handoff.ticket_id, operator: handoff.operator ?? "" }) : "";
    if (this.handoff.textContent !== words) this.handoff.textContent = words;
    if (handoff?.stage === "resolved") this.#askRating(false);
  }

  #entries() {
    const { say } = this.speech;
    const entries = [];
    if (this.talk.begun) entries.push({ words: say("anew"), sign: "plus", act: () => this.#leave() });
    if (!this.#rated && this.messages.size > 1) entries.push({ words: say("rate"), sign: "star", act: () => this.#askRating(true) });
    if (!entries.length) entries.push({ words: say("person"), sign: "user", act: () => this.talk.send(say("person_wish")) });
    return entries;
  }

  /** Begin anew; ask before, where the customer would miss an answer or leave something unsent. */
  #leave() {
    const { say } = this.speech;
    const { handoff, outbox } = this.talk;
    const lost = [handoff && handoff.stage !== "resolved" ? "leave_person" : "", outbox.unsent.length ? "leave_unsent" : ""].filter(Boolean);
    if (!lost.length) return this.talk.forget();
    const stay = el("button", { type: "button", class: "primary", click: () => this.leaving.close() }, say("stay"));
    const leave = el("button", { type: "button", click: () => {
      this.leaving.close();
      this.talk.forget();
    } }, say("leave"));
    this.leaving.replaceChildren(...lost.map((key) => el("p", {}, say(key))), el("p", { class: "buttons" }, stay, leave));
    this.leaving.showModal();
  }

  /** @param {boolean} wanted */
  #askRating(wanted) {
    if (!this.end.firstChild && !this.#rated) {
      this.end.append(ratingForm(this.speech, async (score, comment) => {
        await this.talk.rate(score, comment);
        this.#rated = true;
      }));
    }
    if (wanted) this.end.querySelector("input")?.focus();
    this.#toEnd();
  }

  #trouble() {
    const { problem, online } = this.talk;
    const { say } = this.speech;
    const words = online ? problem : say("offline");
    this.problem.hidden = !words;
    if (this.problem.textContent !== words) this.problem.textContent = words;
  }

  #clear() {
    this.#rated = false;
    this.messages.clear();
    this.pending.replaceChildren();
    this.end.replaceChildren();
    this.#write("");
    this.#owner();
    if (!this.panel.hidden) this.composer.focus();
  }

  #nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  #toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}

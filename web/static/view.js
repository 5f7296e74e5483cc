// Draw a conversation, and hand on what the customer does.

import { askCard, orderCard, ratingForm, replyText } from "./cards.js";
import { el } from "./dom.js";
import { Recorder } from "./recorder.js";

/** @typedef {import("./conversation.js").Conversation} Conversation */
/** @typedef {import("./conversation.js").Change} Change */
/** @typedef {import("./conversation.js").Said} Said */
/** @typedef {import("./words.js").Speech} Speech */

const NEAR_END = 80;

/** The chat as the customer sees it. */
export class ChatView {
  /** @type {Conversation} */ #talk = /** @type {any} */ (null);
  /** @type {Map<string, HTMLElement>} */ #shown = new Map();
  #recorder = new Recorder();
  #draftText = document.createTextNode("");
  #ended = false;

  /**
   * @param {Speech} speech
   * @param {string} base the server's origin
   * @param {{page: boolean, open: boolean}} place
   */
  constructor(speech, base, { page, open }) {
    const { say } = (this.speech = speech);
    this.base = base;
    this.title = el(page ? "h1" : "h2", {}, say("title"));
    this.person = el("button", { type: "button", click: () => this.#talk.send(say("person_wish")) }, say("person"));
    this.closer = page ? null : el("button", { type: "button", class: "icon", "aria-label": say("close"), click: () => this.toggle(false) }, "✕");
    this.disclosure = el("p", { class: "disclosure quiet", dir: "auto" });
    this.log = el("div", { role: "log", "aria-live": "off", "aria-label": say("conversation"), class: "log" });
    this.pending = el("div", { class: "log" });
    this.draft = el("div", { class: "said agent", "aria-hidden": "true", hidden: true }, el("p", { class: "text", dir: "auto" }, this.#draftText));
    this.progress = el("p", { class: "quiet progress", role: "status", dir: "auto" });
    this.handoff = el("p", { class: "handoff", role: "status", hidden: true });
    this.problem = el("p", { class: "problem", role: "alert", hidden: true });
    this.end = el("div", { class: "end" });
    this.anew = el("button", { type: "button", class: "link", hidden: true, click: () => this.#leave() }, say("anew"));
    this.leaving = el("dialog", { class: "card", "aria-label": say("anew"), keydown: (/** @type {KeyboardEvent} */ event) => event.stopPropagation() });
    this.rate = el("button", { type: "button", class: "link", hidden: true, click: () => this.#askRating(true) }, say("rate"));
    this.text = el("textarea", { rows: 1, "aria-label": say("message"), placeholder: say("message"), dir: "auto", keydown: this.#onKey, input: this.#grow });
    this.mic = el("button", { type: "button", class: "icon", hidden: true, "aria-pressed": "false", "aria-label": say("record"), click: () => this.#record() }, "🎤");
    const form = el("form", { class: "composer" }, this.text, this.mic, el("button", { class: "primary" }, say("send")));
    form.addEventListener("submit", this.#onSubmit);
    this.scroller = el(
      "div",
      { class: "scroller", tabindex: "0", role: "region", "aria-label": say("conversation") },
      this.disclosure, this.log, this.pending, this.draft, this.progress, this.end,
    );
    const header = el("header", {}, this.title, this.person, this.closer);
    const footer = el("footer", {}, this.problem, form, el("p", { class: "links" }, this.rate, this.anew));
    this.panel = el(page ? "main" : "section", { class: page ? "panel page" : "panel", ...(page ? {} : { role: "dialog", "aria-label": say("title") }) }, header, this.handoff, this.scroller, footer, this.leaving);
    this.launcher = page ? null : el("button", { type: "button", class: "launcher primary", "aria-expanded": "false", click: () => this.toggle(Boolean(this.panel.hidden)) }, say("open"));
    this.root = el("div", { class: "chat", lang: speech.language, dir: speech.direction, keydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.toggle(false) }, this.panel, this.launcher);
    this.panel.hidden = !open;
    this.launcher?.setAttribute("aria-expanded", String(open));
  }

  /** @param {Conversation} conversation */
  attach(conversation) {
    this.#talk = conversation;
    this.#disclose();
  }

  /** @param {boolean} open */
  toggle(open) {
    if (!this.launcher) return;
    this.panel.hidden = !open;
    this.launcher.setAttribute("aria-expanded", String(open));
    (open ? this.text : this.launcher).focus();
    if (open) this.#toEnd(true);
  }

  /**
   * Show a change of the conversation.
   * @param {Change} change
   * @param {any} [detail]
   */
  show(change, detail) {
    const stay = !this.#nearEnd();
    if (change === "token") this.#write(detail);
    else if (change === "message") this.#message(detail);
    else if (change === "waiting") this.#waiting();
    else if (change === "owner") this.#owner();
    else if (change === "began") this.#clear();
    else if (change === "chat") this.#disclose();
    else if (change === "online" || change === "problem") this.#trouble();
    if (change !== "token") this.#ongoing();
    if (!stay) this.#toEnd(false);
  }

  /** @param {string} piece */
  #write(piece) {
    if (piece) this.#draftText.appendData(piece);
    else this.#draftText.data = "";
    this.draft.hidden = this.#draftText.length === 0;
    if (piece && this.progress.textContent) this.progress.textContent = "";
  }

  /** What is under way. */
  #ongoing() {
    const { draft, progress, waiting, outgoing } = this.#talk;
    if (this.#draftText.data !== draft) this.#draftText.data = draft;
    this.draft.hidden = !draft;
    const busy = waiting.length + outgoing.length > 0 && !this.#talk.outbox.blocked && this.#talk.owner === "bot";
    const words = draft ? "" : progress || (busy ? this.speech.say("thinking") : "");
    if (this.progress.textContent !== words) this.progress.textContent = words;
    this.rate.hidden = this.#ended || this.#shown.size < 2;
    this.anew.hidden = !this.#talk.begun;
  }

  /** @param {Said} said */
  #message(said) {
    const drawn = this.#drawn(said);
    const before = this.#shown.get(said.id);
    this.#shown.set(said.id, drawn);
    if (before) before.replaceWith(drawn);
    else this.log.append(drawn);
    if (!before) this.#closeQuestions(said.id);
  }

  /**
   * A yes counts for the newest question only.
   * @param {string} newest
   */
  #closeQuestions(newest) {
    for (const said of this.#talk.messages.values()) {
      if (said.id === newest || !said.asks.some((ask) => ask.open)) continue;
      said.asks.forEach((ask) => (ask.open = false));
      const drawn = this.#drawn(said);
      this.#shown.get(said.id)?.replaceWith(drawn);
      this.#shown.set(said.id, drawn);
    }
  }

  /** @param {Said} said */
  #drawn(said) {
    const { speech } = this;
    const by = el("p", { class: said.role === "operator" ? "by" : "by spoken" }, speech.say(`by ${said.role}`));
    const box = el("div", { class: `said ${said.role}` }, by);
    if (said.role === "customer") box.append(el("p", { class: "text", dir: "auto" }, said.text));
    else box.append(...replyText(said, this.base, speech).filter((part) => part.textContent));
    box.append(...said.orders.map((order) => orderCard(order, speech)));
    if (said.asks.length) {
      const open = said.asks.every((ask) => ask.open);
      const ids = said.asks.map((ask) => ask.id);
      box.append(askCard(said.asks, speech, open ? (yes) => {
        this.text.focus();
        this.#talk.send(speech.say(yes ? "yes" : "no"), ids);
      } : null));
    }
    return box;
  }

  #waiting() {
    const { say } = this.speech;
    /** @param {string} text @param {...(Node | null)} more */
    const box = (text, ...more) => el("div", { class: "said customer waits" }, el("p", { class: "by spoken" }, say("by customer")), el("p", { class: "text", dir: "auto" }, text), ...more);
    const sent = this.#talk.waiting.map((said) => box(said.text));
    const going = this.#talk.outgoing.map((message) =>
      box(message.text, ...(message.failed ? [
        el("button", { type: "button", class: "link", click: () => this.#talk.again(message) }, say("again")),
        el("button", { type: "button", class: "link", click: () => this.#talk.giveUp(message) }, say("give_up")),
      ] : [])),
    );
    this.pending.replaceChildren(...sent, ...going);
  }

  #owner() {
    const { handoff } = this.#talk;
    const { say } = this.speech;
    // What was read again is not spoken; what comes from now on is.
    this.log.setAttribute("aria-live", "polite");
    const withPeople = handoff !== null && handoff.stage !== "resolved";
    this.person.disabled = withPeople;
    const key = handoff?.stage === "pending" && handoff.callback ? "callback" : (handoff?.stage ?? "");
    this.handoff.hidden = !handoff;
    this.handoff.className = `handoff ${key}`;
    const words = handoff ? say(`handoff ${key}`, { ticket: handoff.ticket_id, operator: handoff.operator ?? "" }) : "";
    if (this.handoff.textContent !== words) this.handoff.textContent = words;
    if (handoff?.stage === "resolved") this.#askRating(false);
  }

  /** Begin anew; ask before, where the customer would miss an answer or leave something unsent. */
  #leave() {
    const { say } = this.speech;
    const { handoff, outbox } = this.#talk;
    const lost = [handoff && handoff.stage !== "resolved" ? "leave_person" : "", outbox.unsent.length ? "leave_unsent" : ""].filter(Boolean);
    if (!lost.length) return this.#talk.forget();
    const stay = el("button", { type: "button", class: "primary", click: () => this.leaving.close() }, say("stay"));
    const leave = el("button", { type: "button", click: () => {
      this.leaving.close();
      this.#talk.forget();
    } }, say("leave"));
    this.leaving.replaceChildren(...lost.map((key) => el("p", {}, say(key))), el("p", { class: "buttons" }, stay, leave));
    this.leaving.showModal();
  }

  /** @param {boolean} wanted */
  #askRating(wanted) {
    if (!this.end.firstChild && !this.#ended) {
      this.end.append(ratingForm(this.speech, async (score, comment) => {
        await this.#talk.rate(score, comment);
        this.#ended = true;
        this.#ongoing();
      }));
    }
    if (wanted) this.end.querySelector("input")?.focus();
    this.#toEnd(wanted);
  }

  #trouble() {
    const { problem, online } = this.#talk;
    const { say } = this.speech;
    const words = online ? problem : say("offline");
    this.problem.hidden = !words;
    if (this.problem.textContent !== words) this.problem.textContent = words;
  }

  #disclose() {
    const { chat } = this.#talk;
    this.disclosure.textContent = chat?.disclosure ?? "";
    this.mic.hidden = !chat?.voice_seconds || !Recorder.possible;
  }

  #clear() {
    this.#shown.clear();
    this.#ended = false;
    for (const part of [this.log, this.pending, this.end]) part.replaceChildren();
    this.#write("");
    this.#owner();
    this.text.focus();
  }

  async #record() {
    const { say } = this.speech;
    const { chat } = this.#talk;
    try {
      if (!this.#recorder.recording) {
        await this.#recorder.start(chat?.voice_seconds ?? 60, () => this.#record());
        this.#listening(true);
        return;
      }
      this.#listening(false);
      this.progress.textContent = say("hearing");
      const heard = await this.#talk.hear(await this.#recorder.stop());
      this.text.value = [this.text.value.trim(), heard].filter(Boolean).join(" ");
      this.#grow();
      this.text.focus();
      this.progress.textContent = say("heard");
    } catch (error) {
      const refused = error instanceof Error && "status" in error && error.status;
      this.progress.textContent = refused ? error.message : say("no_microphone");
    }
  }

  /** @param {boolean} on */
  #listening(on) {
    this.mic.setAttribute("aria-pressed", String(on));
    this.mic.setAttribute("aria-label", this.speech.say(on ? "stop" : "record"));
    this.mic.textContent = on ? "⏹" : "🎤";
    this.progress.textContent = on ? this.speech.say("listening") : "";
  }

  #onSubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const text = this.text.value.trim();
    if (!text) return;
    this.text.value = "";
    this.#grow();
    this.#talk.send(text);
    this.#toEnd(true);
  };

  #onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.text.form?.requestSubmit();
  };

  /** As many lines as the text has. */
  #grow = () => {
    this.text.rows = Math.min(6, this.text.value.split("\n").length + Math.floor(this.text.value.length / 60));
  };

  #nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  /** @param {boolean} always */
  #toEnd(always) {
    if (always || !this.panel.hidden) this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}

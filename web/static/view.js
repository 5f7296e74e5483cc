// Draw the chat around a conversation, and hand on what the customer does.

import { ratingForm } from "./cards.js";
import { Composer } from "./composer.js";
import { el } from "./dom.js";
import { earlierList, saveTranscript } from "./earlier.js";
import { icon } from "./icons.js";
import { menu } from "./menu.js";
import { MessageList, portrait } from "./messages.js";

/** @typedef {import("./conversation.js").Conversation} Conversation */
/** @typedef {import("./conversation.js").Change} Change */
/** @typedef {import("./words.js").Speech} Speech */

const NEAR_END = 80;
const BEFORE = 3;

/** The chat as the customer sees it. */
export class ChatView {
  #draftText = document.createTextNode("");
  #rated = false;
  /** Whether the newest is to stay in sight, however late pictures above it come. */
  #atEnd = true;
  #top = 0;

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
    this.title = el("bdi", {}, page ? document.title : say("title"));
    this.about = el("p", { class: "about" }, say("about"));
    this.person = el("button", { type: "button", class: "person", title: say("person"), click: () => talk.send(say("person_wish")) }, icon("user"), el("span", { class: "long" }, say("person")), el("span", { class: "short", "aria-hidden": "true" }, say("person_short")));
    const closer = page ? null : el("button", { type: "button", class: "icon quiet", "aria-label": say("close"), click: close }, icon("x"));
    const header = el("header", {}, this.face, el("div", { class: "name" }, el(page ? "h1" : "h2", {}, this.title), this.about), this.person, menu(say("more"), () => this.#entries()), closer);

    this.greeting = el("p", { class: "greeting", dir: "auto" });
    this.replies = el("p", { class: "quiet", dir: "auto" });
    this.chips = el("div", { class: "chips", role: "group", "aria-label": say("suggestions") });
    this.before = el("div", { class: "before" });
    this.welcome = el("div", { class: "welcome" }, this.greeting, this.replies, this.chips, this.before);
    this.offers = el("div", { class: "chips", role: "group", "aria-label": say("choices") });
    this.noted = el("p", { class: "noted quiet", role: "status" });
    this.disclosure = el("p", { class: "disclosure quiet", dir: "auto" });
    this.messages = new MessageList(speech, talk, (text, answers) => this.#say(text, answers));
    this.pending = el("div", { class: "log" });
    this.draft = el("div", { class: "said agent", "aria-hidden": "true", hidden: true }, el("p", { class: "text", dir: "auto" }, this.#draftText));
    this.progress = el("p", { class: "quiet progress", role: "status", dir: "auto" });
    this.dots = el("span", { class: "dots", "aria-hidden": "true", hidden: true }, el("i"), el("i"), el("i"));
    this.halt = el("button", { type: "button", class: "small", hidden: true, click: () => this.#stop() }, icon("square"), say("halt"));
    this.end = el("div", { class: "end" });
    this.scroller = el(
      "div",
      { class: "scroller", tabindex: "0", role: "region", "aria-label": say("conversation") },
      this.disclosure, this.welcome, this.messages.root, this.pending, this.draft, this.noted, el("div", { class: "under-way" }, this.dots, this.progress, this.halt), this.offers, this.end,
    );

    this.scroller.addEventListener("scroll", () => this.#scrolled());
    new ResizeObserver(() => this.#atEnd && !this.panel.hidden && this.#toEnd()).observe(this.messages.root);

    this.handoffWords = el("span");
    this.callOff = el("button", { type: "button", class: "link", hidden: true, click: () => talk.send(say("call_off")) }, say("call_off"));
    this.handoff = el("p", { class: "handoff", role: "status", hidden: true }, this.handoffWords, " ", this.callOff);
    this.problem = el("p", { class: "problem", role: "alert", hidden: true });
    this.composer = new Composer(speech, talk, { sent: () => this.#toEnd(), told: (words) => this.#tell(words) });
    this.asking = el("dialog", { class: "card", keydown: (/** @type {KeyboardEvent} */ event) => event.stopPropagation() });
    const footer = el("footer", {}, this.problem, this.composer.root);
    this.panel = el(page ? "main" : "section", { class: page ? "panel page" : "panel", hidden: !page, ...(page ? {} : { role: "dialog", "aria-label": say("title") }) }, header, this.handoff, this.scroller, footer, this.asking);
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
    const stay = !this.#atEnd;
    if (change === "token") this.#write(detail);
    else if (change === "message") this.messages.put(detail);
    else if (change === "waiting") this.#waiting();
    else if (change === "owner") this.#owner();
    else if (change === "began") this.#clear();
    else if (change === "chat") this.#introduce();
    else if (change === "problem") this.#trouble();
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
    void this.#remember();
    this.composer.offer(chat);
    for (const said of this.talk.messages.values()) this.messages.put(said);
  }

  /** Offer to go on with what was talked about before, on whichever device. */
  async #remember() {
    if (this.talk.begun) return;
    const earlier = await this.talk.earlier().catch(() => []);
    if (!earlier.length || this.talk.begun) return this.before.replaceChildren();
    this.before.replaceChildren(el(this.page ? "h2" : "h3", {}, this.speech.say("earlier")), earlierList(earlier.slice(0, BEFORE), this.speech, (id) => this.#resume(id)));
  }

  /**
   * @param {HTMLElement} place
   * @param {string[]} texts each is sent as it stands
   */
  #choices(place, texts) {
    place.replaceChildren(...texts.map((text) => el("button", { type: "button", class: "chip", dir: "auto", click: () => this.#say(text) }, text)));
  }

  /**
   * Send what was chosen, and go on by writing.
   * @param {string} text
   * @param {string[]} [answers]
   */
  #say(text, answers) {
    this.composer.focus();
    this.talk.send(text, answers);
    this.#toEnd();
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
    const writes = this.talk.handoff?.writing ?? false;
    if (writes && !words) this.progress.textContent = this.speech.say("writes", { name: this.talk.handoff?.operator ?? "" });
    this.dots.hidden = !(busy || writes) || Boolean(draft);
    this.halt.hidden = !busy || !this.talk.waiting.length;
    this.#fate();
    this.welcome.hidden = this.messages.size + waiting.length + outgoing.length > 0 || !this.talk.chat || !this.talk.caughtUp;
  }

  /** What became of the newest message, and what there is to answer. */
  #fate() {
    const { handoff, messages, waiting, outgoing, owner } = this.talk;
    const newest = [...messages.values()].at(-1);
    const own = [...messages.values()].filter((said) => said.role === "customer").at(-1);
    const going = waiting.length + outgoing.length > 0;
    const read = owner === "bot" || (own?.at && handoff?.read_at && own.at <= handoff.read_at) || newest !== own;
    this.messages.mark(!own || going ? "" : read ? "seen" : "sent");
    const held = handoff && handoff.stage !== "resolved" && newest?.role === "customer" && !going;
    const words = held ? this.speech.say("noted", { ticket: handoff.ticket_id }) : "";
    if (this.noted.textContent !== words) this.noted.textContent = words;
    const choices = going || newest?.role === "customer" ? [] : (newest?.choices ?? []);
    if (this.offers.childElementCount !== choices.length || this.offers.textContent !== choices.join("")) this.#choices(this.offers, choices);
  }

  async #stop() {
    this.halt.disabled = true;
    await this.talk.stop().catch((error) => (this.progress.textContent = error.message));
    this.halt.disabled = false;
    this.composer.focus();
  }

  #waiting() {
    const { say } = this.speech;
    /** @param {string} text @param {...(Node | null)} more */
    const box = (text, ...more) => el("div", { class: "said customer waits" }, el("p", { class: "by spoken" }, say("by customer")), el("p", { class: "text", dir: "auto" }, text), ...more);
    const sent = this.talk.waiting.map((said) => box(said.text, el("p", { class: "meta" }, el("span", { class: "fate" }, icon("check"), say("sent")))));
    const going = this.talk.outgoing.map((message) =>
      box(message.text, message.sent && message.sent < 1 ? el("progress", { value: message.sent, "aria-label": say("sending_picture") }) : null, ...(message.failed ? [
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
    if (this.handoffWords.textContent !== words) this.handoffWords.textContent = words;
    this.callOff.hidden = handoff?.stage !== "pending";
    if (handoff?.stage === "resolved") this.#askRating(false);
  }

  #entries() {
    const { say } = this.speech;
    const entries = [];
    if (!this.person.disabled) entries.push({ words: say("person"), sign: "user", act: () => this.person.click() });
    if (this.talk.begun) entries.push({ words: say("anew"), sign: "plus", act: () => this.#leave() });
    if (!this.#rated && this.messages.size > 1) entries.push({ words: say("rate"), sign: "star", act: () => this.#askRating(true) });
    if (this.messages.size) entries.push({ words: say("transcript"), sign: "download", act: () => saveTranscript(this.talk, this.speech) });
    entries.push({ words: say("earlier"), sign: "history", act: () => void this.#showEarlier() });
    return entries;
  }

  /** Begin anew; ask before, where the customer would miss an answer or leave something unsent. */
  #leave() {
    const { say } = this.speech;
    const { handoff, outbox } = this.talk;
    const lost = [handoff && handoff.stage !== "resolved" ? "leave_person" : "", outbox.unsent.length ? "leave_unsent" : ""].filter(Boolean);
    if (!lost.length) return this.#forget();
    const leave = el("button", { type: "button", click: () => {
      this.asking.close();
      this.#forget();
    } }, say("leave"));
    this.#ask(say("anew"), [...lost.map((key) => el("p", {}, say(key)))], this.#closer(say("stay"), "primary"), leave);
  }

  #forget() {
    this.talk.forget();
    this.composer.restore();
  }

  /** @param {string} threadId */
  #resume(threadId) {
    this.talk.resume(threadId);
    this.composer.restore();
  }

  async #showEarlier() {
    const { say } = this.speech;
    const earlier = await this.talk.earlier().catch((error) => error);
    const words = Array.isArray(earlier) ? say("none_earlier") : String(earlier.message);
    const list = Array.isArray(earlier) && earlier.length ? earlierList(earlier, this.speech, (id) => {
      this.asking.close();
      this.#resume(id);
    }) : el("p", {}, words);
    this.#ask(say("earlier"), [el("h2", {}, say("earlier")), list], this.#closer(say("close")));
  }

  /** @param {string} words @param {string} [level] */
  #closer(words, level = "") {
    return el("button", { type: "button", class: level, click: () => this.asking.close() }, words);
  }

  /**
   * @param {string} label
   * @param {HTMLElement[]} content
   * @param {...HTMLElement} buttons
   */
  #ask(label, content, ...buttons) {
    this.asking.setAttribute("aria-label", label);
    this.asking.replaceChildren(...content, el("p", { class: "buttons" }, ...buttons));
    this.asking.showModal();
  }

  /** @param {boolean} wanted */
  #askRating(wanted) {
    if (!this.end.firstChild && !this.#rated) {
      this.end.append(ratingForm(this.speech, async (score, comment) => {
        await this.talk.rate(score, comment);
        this.#rated = true;
      }, () => {
        this.end.replaceChildren();
        this.composer.focus();
      }));
    }
    if (wanted) this.end.querySelector("input")?.focus();
    this.#toEnd();
  }

  #trouble() {
    const { trouble, refusal, chat } = this.talk;
    const { say } = this.speech;
    const words = trouble ? say(`trouble ${trouble}`, { origin: location.origin }) : refusal;
    const link = trouble.startsWith("sign_in") && chat?.sign_in ? el("a", { href: chat.sign_in }, say("sign_in")) : null;
    this.problem.hidden = !words;
    if (this.problem.dataset.words === words + Boolean(link)) return;
    this.problem.dataset.words = words + Boolean(link);
    this.problem.replaceChildren(...[words, link].filter((part) => part !== null).flatMap((part) => [part, " "]));
  }

  #clear() {
    this.#rated = false;
    this.#atEnd = true;
    this.messages.clear();
    this.pending.replaceChildren();
    this.end.replaceChildren();
    this.#write("");
    this.#owner();
    void this.#remember();
    if (!this.panel.hidden) this.composer.focus();
  }

  #nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  /** Only who scrolls up wants to stay where they are. */
  #scrolled() {
    const up = this.scroller.scrollTop < this.#top;
    if (up || this.#nearEnd()) this.#atEnd = this.#nearEnd();
    this.#top = this.scroller.scrollTop;
  }

  /** @param {string} words about what is being written or attached */
  #tell(words) {
    this.progress.textContent = words;
    if (words) this.#toEnd();
  }

  #toEnd() {
    this.#atEnd = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}

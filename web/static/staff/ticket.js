// A ticket: what is known, who has it, and what an operator can do with it.

import { el } from "../dom.js";
import { lasting, moment, named } from "./page.js";
import { slaWords } from "./queue.js";

/** @typedef {import("../words.js").Speech} Speech */
/** @typedef {import("./queue.js").Item} Item */
/**
 * @typedef {{id: string, thread_id: string, status: string, operator: string | null, reason: string, detail: string, category: string,
 *   queue: string, priority: string, sentiment: string, language: string, summary: string, facts: string[], steps_tried: string[],
 *   next_step: string, wish: string, callback: boolean, created_at: string, reopened: number, first_reply_seconds: number | null,
 *   rating: {stars: number, comment: string} | null, notes: {author: string, kind: string, text: string, created_at: string}[]}} Ticket
 */
/** @typedef {{act: (path: string, body?: unknown) => Promise<any>, suggest: () => Promise<string | null>, say: (words: string) => void}} Work */

export class TicketPanel {
  /**
   * @param {HTMLElement} place
   * @param {Speech} speech
   * @param {string} operator who is at work here
   * @param {Work} work does what is asked for; `act` returns null when it was refused
   */
  constructor(place, speech, operator, work) {
    this.place = place;
    this.speech = speech;
    this.operator = operator;
    this.work = work;
    this.facts = el("div", {});
    this.buttons = el("div", { class: "buttons" });
    this.text = el("textarea", { id: "reply", rows: 5, maxlength: 20_000, input: () => this.#keepDraft() });
    /** The words that were last tried to be sent, and their name: sent twice, they count once. */
    this.tried = { text: "", key: "" };
    this.reply = this.#composer();
    this.article = el("div", {});
    /** @type {Ticket | null} */
    this.ticket = null;
    this.place.replaceChildren(this.buttons, this.reply, this.article, this.facts);
  }

  /**
   * Show a ticket as it is now; what is being written stays.
   * @param {Ticket | null} ticket
   * @param {Item | null} item
   */
  show(ticket, item) {
    if (ticket?.id !== this.ticket?.id) this.#begin(ticket);
    this.ticket = ticket;
    this.place.hidden = ticket === null;
    if (!ticket) return;
    const theirs = ticket.operator !== null && ticket.operator !== this.operator;
    const open = ticket.status === "pending" || ticket.status === "human";
    this.reply.hidden = !open || theirs;
    this.#showButtons(ticket, open, theirs);
    this.facts.replaceChildren(...this.#facts(ticket, item));
  }

  /** @param {Ticket | null} ticket */
  #begin(ticket) {
    this.text.value = (ticket && sessionStorage.getItem(draftOf(ticket.id))) ?? "";
    this.tried = { text: "", key: "" };
    this.article.replaceChildren();
  }

  /** Keep what is being written: neither another ticket nor a token that runs out loses it. */
  #keepDraft() {
    if (this.ticket) sessionStorage.setItem(draftOf(this.ticket.id), this.text.value);
  }

  /**
   * @param {Ticket} ticket
   * @param {boolean} open
   * @param {boolean} theirs
   */
  #showButtons(ticket, open, theirs) {
    const { speech, work } = this;
    /** @type {[string, () => unknown][]} */
    const offered = [];
    if (open && theirs) offered.push(["take_over", () => work.act("take", { instead_of: ticket.operator })]);
    if (open && ticket.operator === null) offered.push(["take", () => work.act("take")]);
    if (open && !theirs) {
      offered.push(["hand_back", () => work.act("hand-back")], ["resolve", () => work.act("resolve")]);
    }
    offered.push(["propose", () => this.#propose(ticket)]);
    const held = document.activeElement?.getAttribute("data-act");
    const buttons = offered.map(([name, click]) => el("button", { "data-act": name, click }, speech.say(name, { operator: ticket.operator ?? "" })));
    this.buttons.replaceChildren(...buttons);
    if (held) buttons.find((button) => button.getAttribute("data-act") === held)?.focus();
  }

  /**
   * Put a suggestion below what was typed, which is never lost, and mark the place that is to be filled in.
   * @param {string} words
   */
  #put(words) {
    const typed = this.text.value.trimEnd();
    if (!typed.includes(words)) this.text.value = typed ? `${typed}\n\n${words}` : words;
    this.#keepDraft();
    this.text.focus();
    const place = /\[[^\[\]]+\](?!\()/.exec(words);
    if (!place) return;
    const start = this.text.value.lastIndexOf(words) + place.index;
    this.text.setSelectionRange(start, start + place[0].length);
  }

  #composer() {
    const { speech, work } = this;
    const suggest = async () => {
      const asked = this.ticket?.id;
      const words = await work.suggest();
      if (words !== null && asked === this.ticket?.id) this.#put(words);
    };
    const send = async (/** @type {Event} */ event) => {
      event.preventDefault();
      const text = this.text.value.trim();
      // Other words are another reply: under a used name they would be refused.
      if (text !== this.tried.text) this.tried = { text, key: crypto.randomUUID() };
      if (!text || !(await work.act("reply", this.tried))) return;
      this.text.value = "";
      this.#keepDraft();
      this.tried = { text: "", key: "" };
      work.say(speech.say("sent"));
    };
    return el(
      "form",
      { class: "card", submit: send },
      el("label", { for: "reply" }, speech.say("reply")),
      this.text,
      el(
        "div",
        { class: "buttons" },
        el("button", { class: "primary" }, speech.say("send")),
        el("button", { type: "button", click: suggest }, speech.say("suggest")),
      ),
    );
  }

  /** @param {Ticket} ticket */
  #propose(ticket) {
    const { speech, work } = this;
    const replies = ticket.notes.filter((note) => note.kind === "reply");
    const question = el("input", { id: "article-question", value: ticket.wish, maxlength: 500, required: true });
    const answer = el("textarea", { id: "article-answer", rows: 6, maxlength: 20_000, required: true }, replies.at(-1)?.text ?? "");
    const send = async (/** @type {Event} */ event) => {
      event.preventDefault();
      const made = await work.act("article", { question: question.value, answer: answer.value });
      if (!made) return;
      this.article.replaceChildren();
      work.say(speech.say("proposed", { file: made.draft }));
    };
    this.article.replaceChildren(
      el(
        "form",
        { class: "card", submit: send, "aria-label": speech.say("propose") },
        el("p", { class: "quiet" }, speech.say("propose_help")),
        el("label", { for: question.id }, speech.say("article_question")),
        question,
        el("label", { for: answer.id }, speech.say("article_answer")),
        answer,
        el(
          "div",
          { class: "buttons" },
          el("button", { class: "primary" }, speech.say("propose_send")),
          el("button", { type: "button", click: () => this.article.replaceChildren() }, speech.say("cancel")),
        ),
      ),
    );
    question.focus();
  }

  /**
   * @param {Ticket} ticket
   * @param {Item | null} item
   */
  #facts(ticket, item) {
    const { speech } = this;
    const state = [named(speech, "state", ticket.status), ticket.operator ?? "", ticket.callback ? speech.say("callback") : ""];
    /** @type {[string, string | string[]][]} */
    const rows = [
      ["state", state.filter(Boolean).join(" · ")],
      ["wait", item ? slaWords(speech, item) : ""],
      ["opened", moment(speech, ticket.created_at)],
      ["reopened", ticket.reopened ? String(ticket.reopened) : ""],
      ["first_reply", ticket.first_reply_seconds === null ? "" : lasting(speech, ticket.first_reply_seconds)],
      ["reason", `${named(speech, "reason", ticket.reason)} · ${ticket.detail}`],
      ["queue", named(speech, "queue", ticket.queue)],
      ["priority", named(speech, "priority", ticket.priority)],
      ["sentiment", named(speech, "sentiment", ticket.sentiment)],
      ["summary", ticket.summary],
      ["wish", ticket.wish],
      ["next_step", ticket.next_step],
      ["facts", ticket.facts],
      ["steps_tried", ticket.steps_tried],
      ["rating", ticket.rating ? `${"★".repeat(ticket.rating.stars)} ${ticket.rating.comment}` : ""],
    ];
    const notes = ticket.notes.filter((note) => note.kind === "internal");
    if (notes.length) rows.push(["notes", notes.map((note) => `${moment(speech, note.created_at)} ${note.text}`)]);
    return [
      el("h3", {}, speech.say("ticket", { ticket: ticket.id })),
      el(
        "dl",
        {},
        ...rows
          .filter(([, value]) => value.length > 0)
          .flatMap(([name, value]) => [
            el("dt", {}, speech.say(`field_${name}`)),
            el("dd", {}, typeof value === "string" ? value : el("ul", {}, ...value.map((line) => el("li", {}, line)))),
          ]),
      ),
    ];
  }
}

/** @param {string} ticket */
function draftOf(ticket) {
  return `support-draft-${ticket}`;
}

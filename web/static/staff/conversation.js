// One conversation at the desk: read again whenever something happens in it, and the place of everything done to it.

import { ApiError } from "../api.js";
import { Acts, standing } from "./acts.js";
import { approvalCard } from "./approval.js";
import { Composer } from "./composer.js";
import { ContextPane } from "./context.js";
import { Entries } from "./entries.js";
import { byId, complain, later, named, toast } from "./page.js";
import { signedOutBy } from "./sign_in.js";

/** @typedef {import("../api.js").Api} Api */
/** @typedef {import("../words.js").Speech} Speech */
/**
 * @typedef {{id: string, thread_id: string, status: string, operator: string | null, reason: string, detail: string, category: string,
 *   queue: string, priority: string, sentiment: string, language: string, title: string, summary: string, facts: string[], steps_tried: string[],
 *   next_step: string, wish: string, callback: boolean, created_at: string, reopened: number, first_reply_seconds: number | null,
 *   tags: string[], snoozed_until: string | null, merged_into: string | null,
 *   rating: {stars: number, comment: string} | null, notes: {author: string, kind: string, text: string, created_at: string}[]}} Ticket
 */
/**
 * @typedef {{thread_id: string, customer_id: string | null, verified_by: string | null, owner: string, locale: string,
 *   entries: import("./entries.js").Entry[], actions: import("./approval.js").Row[], ticket: Ticket | null,
 *   item: import("./queue.js").Item | null, cases: import("./cases.js").Case[]}} Shown
 */

const LOOK_AGAIN = 10_000;
const STILL_HERE = 15_000;
const CONFLICT = 409;

export class Conversation {
  /**
   * @param {Api} api
   * @param {Speech} speech
   * @param {import("./sign_in.js").Desk} desk
   * @param {import("./queue.js").Queue} queue
   * @param {import("./list.js").List} list
   */
  constructor(api, speech, desk, queue, list) {
    this.api = api;
    this.speech = speech;
    this.desk = desk;
    this.queue = queue;
    this.list = list;
    this.thread = "";
    this.busy = false;
    this.writing = false;
    this.actions = "";
    /** @type {Shown | null} */
    this.shown = null;
    /** @type {import("./context.js").Customer | null} */
    this.customer = null;
    this.entries = new Entries(byId("entries", HTMLOListElement), byId("talk", HTMLElement), speech, desk.operator, api);
    this.approvals = byId("approvals", HTMLElement);
    this.acts = new Acts(byId("acts", HTMLElement), speech, desk.operator, {
      act: (path, body) => this.#act(path, body),
      change: (body) => this.#change(body),
      join: () => this.#ask("POST", `/v1/desk/conversations/${encodeURIComponent(this.thread)}/join`),
      leave: (how) => this.#leave(how),
      say: (words) => toast(words),
      write: () => this.composer.begin("reply"),
      others: () => this.#others(),
    });
    this.composer = new Composer(byId("composer", HTMLElement), speech, desk, {
      act: (path, body) => this.#act(path, body),
      suggest: () => this.#suggest(),
      say: (words) => toast(words),
      typing: (writing) => this.#present(writing),
      values: () => this.#values(),
    });
    this.context = new ContextPane(byId("context", HTMLElement), speech, desk, (body) => void this.#change(body));
    queue.addEventListener("people", () => this.#showPeople());
    // The queue tells of tickets; what the agent does in a conversation of its own is only found by looking.
    setInterval(() => document.visibilityState === "visible" && void this.reload(), LOOK_AGAIN);
    setInterval(() => document.visibilityState === "visible" && this.#present(this.writing, true), STILL_HERE);
  }

  /**
   * Show a conversation, or none.
   * @param {string} thread
   */
  async open(thread) {
    this.thread = thread;
    this.shown = this.customer = null;
    this.#present(false, true);
    for (const id of ["opened", "context"]) byId(id, HTMLElement).hidden = !thread;
    byId("choose", HTMLElement).hidden = Boolean(thread);
    byId("work", HTMLElement).classList.toggle("reading", Boolean(thread));
    if (!thread) return;
    this.#clear();
    if (await this.reload()) byId("opened-title", HTMLElement).focus({ preventScroll: true });
    void this.#readCustomer(thread);
  }

  /** Read the open conversation again; return whether it could be shown. */
  async reload() {
    const thread = this.thread;
    if (!thread || this.busy) return false;
    try {
      const shown = await this.api.call("GET", `/v1/desk/conversations/${encodeURIComponent(thread)}`);
      if (thread !== this.thread) return false;
      this.#show(shown);
      return true;
    } catch (error) {
      if (!signedOutBy(error)) complain(this.speech, error);
      return false;
    }
  }

  #clear() {
    complain(this.speech);
    this.entries.show([]);
    this.approvals.replaceChildren();
    this.actions = "";
    this.acts.show(null);
    this.composer.show("", false);
    byId("opened-title", HTMLElement).textContent = byId("opened-state", HTMLElement).textContent = "";
  }

  /** @param {string} thread */
  async #readCustomer(thread) {
    const id = this.shown?.customer_id;
    if (!id) return;
    try {
      const found = await this.api.call("GET", `/v1/desk/customers/${encodeURIComponent(id)}`);
      if (thread !== this.thread || !this.shown) return;
      this.customer = found;
      this.#show(this.shown);
    } catch (error) {
      if (!signedOutBy(error)) complain(this.speech, error);
    }
  }

  /** @param {Shown} shown */
  #show(shown) {
    const { speech } = this;
    this.shown = shown;
    const who = this.customer?.name ?? shown.customer_id ?? speech.say("visitor");
    byId("opened-title", HTMLElement).textContent = speech.say("with_customer", { customer: who });
    byId("opened-state", HTMLElement).textContent = standing(speech, shown);
    this.entries.show(shown.entries);
    this.acts.show(shown);
    const { ticket } = shown;
    const open = ticket !== null && (ticket.status === "pending" || ticket.status === "human");
    const theirs = ticket !== null && ticket.operator !== null && ticket.operator !== this.desk.operator;
    this.composer.show(ticket?.id ?? shown.thread_id, open && !theirs, ticket?.language ?? shown.locale);
    this.context.show(shown, this.customer);
    this.#showPeople();
    const actions = JSON.stringify(shown.actions);
    if (actions === this.actions) return;
    this.actions = actions;
    this.approvals.replaceChildren(...shown.actions.map((row) => approvalCard(row, speech, (decision) => this.#decide(row.id, decision))));
    this.entries.toEnd();
  }

  #showPeople() {
    const { speech } = this;
    const here = this.queue.people.filter((one) => this.thread && one.thread_id === this.thread && one.operator !== this.desk.operator);
    const said = here.map((one) => speech.say(one.writing ? "also_writes" : "also_reads", { operator: one.operator }));
    if (this.queue.typing.includes(this.thread)) said.unshift(speech.say("customer_writes"));
    const words = said.join(" ");
    if (byId("also", HTMLElement).textContent !== words) byId("also", HTMLElement).textContent = words;
  }

  /**
   * Tell colleagues what is open here.
   * @param {boolean} writing
   * @param {boolean} [anyway] even where nothing has changed
   */
  #present(writing, anyway = false) {
    if (writing === this.writing && !anyway) return;
    this.writing = writing;
    this.api.call("PUT", "/v1/desk/presence", { thread_id: this.thread, writing }).catch(signedOutBy);
  }

  #values() {
    /** @type {Record<string, string>} */
    const values = { operator: this.desk.operator, shop: this.desk.shop, ticket: this.shown?.ticket?.id ?? "" };
    if (this.customer && this.customer.name !== this.customer.id) values.customer = this.customer.name;
    return { customer: this.speech.say("canned_customer"), ...values };
  }

  #others() {
    const { shown } = this;
    const mine = shown?.customer_id;
    return mine ? this.queue.sorted((item) => item.kind === "ticket" && item.customer_id === mine && item.thread_id !== shown.thread_id) : [];
  }

  /**
   * Do something to the ticket that is shown; returns the server's answer, or null when it was refused.
   * @param {string} path
   * @param {unknown} [body]
   */
  async #act(path, body) {
    const ticket = this.shown?.ticket;
    if (ticket) return this.#ask("POST", `/v1/tickets/${ticket.id}/${path}`, body);
    return path === "note" ? this.#ask("POST", `/v1/desk/conversations/${encodeURIComponent(this.thread)}/note`, body) : null;
  }

  /** @param {Record<string, unknown>} body */
  async #change(body) {
    const ticket = this.shown?.ticket;
    return ticket ? this.#ask("PATCH", `/v1/tickets/${ticket.id}`, body) : null;
  }

  /**
   * Close the ticket in a moment, until which it can be undone; the next conversation opens meanwhile.
   * @param {"resolve" | "hand-back"} how
   */
  #leave(how) {
    const ticket = this.shown?.ticket;
    const thread = this.thread;
    if (!ticket || this.list.leaving.has(ticket.id)) return;
    const next = this.list.next();
    this.list.leaving.add(ticket.id);
    this.list.show();
    location.hash = next ? `#thread=${encodeURIComponent(next)}` : "";
    const back = () => {
      this.list.leaving.delete(ticket.id);
      this.list.show();
      location.hash = `#thread=${encodeURIComponent(thread)}`;
    };
    later(this.speech, this.speech.say(how === "resolve" ? "resolved_said" : "handed_back_said", { ticket: ticket.id }), back, async () => {
      try {
        await this.api.call("POST", `/v1/tickets/${ticket.id}/${how}`);
      } catch (error) {
        if (!signedOutBy(error)) complain(this.speech, this.#explained(error));
      }
      this.list.leaving.delete(ticket.id);
      this.list.show();
      if (this.thread === thread) await this.reload();
    });
  }

  async #suggest() {
    const ticket = this.shown?.ticket;
    const made = ticket && (await this.#ask("GET", `/v1/tickets/${ticket.id}/suggestion`));
    return made ? made.text : null;
  }

  /**
   * @param {string} action
   * @param {import("./approval.js").Decision} decision
   */
  async #decide(action, decision) {
    const made = await this.#ask("POST", `/v1/approvals/${action}`, decision);
    if (!made) return;
    toast(`${named(this.speech, "tool", made.tool)}: ${named(this.speech, "action", made.state)}`);
    void this.#readCustomer(this.thread); // the records are no longer what they were
  }

  /**
   * Ask the server for something, one thing at a time, and show what came of it.
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<any>}
   */
  async #ask(method, path, body) {
    if (this.busy) return null;
    this.busy = true;
    complain(this.speech);
    try {
      return body instanceof FormData ? await this.api.upload(path, body, {}, () => {}) : await this.api.call(method, path, body);
    } catch (error) {
      if (!signedOutBy(error)) complain(this.speech, this.#explained(error));
      return null;
    } finally {
      this.busy = false;
      await this.reload();
    }
  }

  /**
   * Say that somebody else was first in the operator's own language, with the server's words.
   * @param {unknown} error
   */
  #explained(error) {
    if (!(error instanceof ApiError) || error.status !== CONFLICT) return error;
    return new ApiError(error.status, this.speech.say("conflict", { detail: error.message }));
  }
}

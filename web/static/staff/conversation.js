// One conversation at the desk: read again whenever something happens in it, and the place of everything done to it.

import { ApiError } from "../api.js";
import { el } from "../dom.js";
import { approvalCard } from "./approval.js";
import { Entries } from "./entries.js";
import { byId, complain } from "./page.js";
import { signedOutBy } from "./sign_in.js";
import { TicketPanel } from "./ticket.js";

/** @typedef {import("../api.js").Api} Api */
/** @typedef {import("../words.js").Speech} Speech */
/**
 * @typedef {{thread_id: string, customer_id: string | null, verified_by: string | null, owner: string, locale: string,
 *   entries: import("./entries.js").Entry[], actions: import("./approval.js").Row[], ticket: import("./ticket.js").Ticket | null,
 *   item: import("./queue.js").Item | null}} Shown
 */

const LOOK_AGAIN = 10_000;
const CONFLICT = 409;

export class Conversation {
  /**
   * @param {Api} api
   * @param {Speech} speech
   * @param {string} operator
   */
  constructor(api, speech, operator) {
    this.api = api;
    this.speech = speech;
    this.thread = "";
    this.entries = new Entries(byId("entries", HTMLOListElement), speech);
    this.approvals = byId("approvals", HTMLElement);
    this.actions = "";
    this.busy = false;
    this.ticket = new TicketPanel(byId("ticket", HTMLElement), speech, operator, {
      act: (path, body) => this.#act(path, body),
      suggest: () => this.#suggest(),
      say: (words) => this.#say(words),
    });
    // The queue tells of tickets; what the agent does in a conversation of its own is only found by looking.
    setInterval(() => document.visibilityState === "visible" && void this.reload(), LOOK_AGAIN);
  }

  /**
   * Show a conversation, or none.
   * @param {string} thread
   */
  async open(thread) {
    this.thread = thread;
    byId("opened", HTMLElement).hidden = !thread;
    byId("choose", HTMLElement).hidden = Boolean(thread);
    byId("work", HTMLElement).classList.toggle("reading", Boolean(thread));
    if (!thread) return;
    this.#clear();
    if (await this.reload()) byId("opened-title", HTMLElement).focus();
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
    this.ticket.show(null, null);
    byId("opened-title", HTMLElement).textContent = "";
  }

  /** @param {Shown} shown */
  #show(shown) {
    const { speech } = this;
    const customer = shown.customer_id ?? speech.say("visitor");
    byId("opened-title", HTMLElement).textContent = speech.say("with_customer", { customer });
    this.entries.show(shown.entries);
    this.ticket.show(shown.ticket, shown.item);
    const actions = JSON.stringify(shown.actions);
    if (actions === this.actions) return;
    this.actions = actions;
    this.approvals.replaceChildren(...shown.actions.map((row) => approvalCard(row, speech, (decision) => this.#decide(row.id, decision))));
  }

  /**
   * Do something to the ticket that is shown; returns the server's answer, or null when it was refused.
   * @param {string} path
   * @param {unknown} [body]
   */
  async #act(path, body) {
    const ticket = this.ticket.ticket;
    return ticket ? this.#ask("POST", `/v1/tickets/${ticket.id}/${path}`, body) : null;
  }

  async #suggest() {
    const ticket = this.ticket.ticket;
    const made = ticket && (await this.#ask("GET", `/v1/tickets/${ticket.id}/suggestion`));
    return made ? made.text : null;
  }

  /**
   * @param {string} action
   * @param {import("./approval.js").Decision} decision
   */
  async #decide(action, decision) {
    const made = await this.#ask("POST", `/v1/approvals/${action}`, decision);
    if (made) this.#say(made.words);
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
      return await this.api.call(method, path, body);
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

  /** @param {string} words */
  #say(words) {
    byId("news", HTMLElement).textContent = words;
    const shown = el("p", { class: "toast" }, words);
    byId("opened", HTMLElement).append(shown);
    setTimeout(() => shown.remove(), 8_000);
  }
}

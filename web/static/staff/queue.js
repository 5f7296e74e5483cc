// The list of what waits: kept up to date by the server's events, the most pressing first.

import { el } from "../dom.js";
import { byId, lasting, named } from "./page.js";
import { signedOutBy } from "./sign_in.js";

/** @typedef {import("../api.js").Api} Api */
/** @typedef {import("../words.js").Speech} Speech */
/**
 * @typedef {{id: string, kind: "ticket" | "approval", thread_id: string, customer_id: string | null, state: string,
 *   operator: string | null, queue: string, priority: string, reason: string, title: string, callback: boolean,
 *   created_at: string, changed_at: string, since: string | null, due: string | null, sla: "none" | "ok" | "soon" | "late"}} Item
 */

const PRIORITIES = ["urgent", "high", "normal", "low"];
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
const TICK = 20_000;

export class Queue {
  /**
   * @param {Api} api
   * @param {Speech} speech
   * @param {(item: Item | null, id: string) => void} onChange is told of each item that is new, changed or (null) gone
   */
  constructor(api, speech, onChange) {
    this.api = api;
    this.speech = speech;
    this.onChange = onChange;
    /** @type {Map<string, Item>} */
    this.items = new Map();
    this.opened = "";
    this.list = byId("queue", HTMLUListElement);
    this.following = new AbortController();
    setInterval(() => this.#show(), TICK);
  }

  /**
   * Follow what fits these filters; what was followed before is forgotten.
   * @param {URLSearchParams} filters
   */
  follow(filters) {
    this.following.abort();
    this.following = new AbortController();
    this.items.clear();
    this.#show();
    void this.#follow(filters, this.following.signal);
  }

  /**
   * Mark the items of the conversation that is open.
   * @param {string} thread
   */
  mark(thread) {
    this.opened = thread;
    this.#show();
  }

  /**
   * @param {URLSearchParams} filters
   * @param {AbortSignal} signal
   */
  async #follow(filters, signal) {
    const lost = byId("line", HTMLElement);
    for (let wait = FIRST_WAIT; !signal.aborted; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      const seen = new Set();
      let ready = false;
      try {
        for await (const { event, data } of this.api.events(`/v1/desk/events?${filters}`, { signal })) {
          if (signal.aborted) return;
          lost.hidden = true;
          wait = FIRST_WAIT;
          if (event === "item") {
            seen.add(data.id);
            this.#take(data, ready);
          } else if (event === "gone") {
            this.#drop(data.id);
          } else if (event === "ready") {
            ready = true;
            for (const id of [...this.items.keys()].filter((known) => !seen.has(known))) this.#drop(id);
          }
          this.#show();
        }
      } catch (error) {
        if (signal.aborted || signedOutBy(error)) return;
      }
      if (signal.aborted) return;
      lost.hidden = false;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  /**
   * @param {Item} item
   * @param {boolean} aloud
   */
  #take(item, aloud) {
    if (aloud && !this.items.has(item.id)) {
      byId("news", HTMLElement).textContent = this.speech.say("new_item", { title: item.title });
    }
    this.items.set(item.id, item);
    this.onChange(item, item.id);
  }

  /** @param {string} id */
  #drop(id) {
    if (this.items.delete(id)) this.onChange(null, id);
  }

  #show() {
    const held = document.activeElement?.getAttribute("data-item");
    const sorted = [...this.items.values()].sort((a, b) => pressing(a).localeCompare(pressing(b)));
    this.list.replaceChildren(...sorted.map((item) => this.#row(item)));
    byId("nothing", HTMLElement).hidden = sorted.length > 0;
    if (held) /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-item="${CSS.escape(held)}"]`))?.focus();
  }

  /** @param {Item} item */
  #row(item) {
    const { speech } = this;
    const priority = named(speech, "priority", item.priority);
    const about = [named(speech, "queue", item.queue), named(speech, "state", item.state)];
    const stands_out = item.priority === "urgent" || item.priority === "high";
    if (!stands_out) about.splice(1, 0, priority);
    if (item.customer_id) about.unshift(item.customer_id);
    if (item.operator) about.push(item.operator);
    if (item.callback) about.push(speech.say("callback"));
    return el(
      "li",
      {},
      el(
        "a",
        {
          href: `#thread=${encodeURIComponent(item.thread_id)}`,
          "data-item": item.id,
          "aria-current": item.thread_id === this.opened ? "true" : null,
        },
        el(
          "span",
          { class: "row" },
          el("strong", {}, item.kind === "ticket" ? item.id : speech.say("approval")),
          ...(stands_out ? [el("span", { class: `priority ${item.priority}` }, priority)] : []),
          el("span", { class: `sla ${item.sla}` }, slaWords(speech, item)),
        ),
        el("span", { class: "title", dir: "auto" }, item.title),
        el("span", { class: "quiet" }, about.join(" · ")),
      ),
    );
  }
}

/**
 * Return what sorts the most pressing first: what is overdue, then by priority, then by deadline.
 * @param {Item} item
 */
function pressing(item) {
  const late = item.sla === "late" ? 0 : 1;
  return `${late}${PRIORITIES.indexOf(item.priority)} ${item.due ?? "9"} ${item.created_at}`;
}

/**
 * Say how a wait stands against the promise.
 * @param {Speech} speech
 * @param {Item} item
 */
export function slaWords(speech, item) {
  if (!item.since || !item.due) return speech.say("sla_none");
  const now = Date.now();
  const waited = lasting(speech, Math.max(0, (now - Date.parse(item.since)) / 1000));
  const left = lasting(speech, Math.abs(Date.parse(item.due) - now) / 1000);
  return speech.say(`sla_${item.sla}`, { waited, left });
}

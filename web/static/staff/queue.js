// What waits for people: kept up to date by the server's events. Whoever shows it is told of every change.

import { byId, lasting, named } from "./page.js";
import { signedOutBy } from "./sign_in.js";

/** @typedef {import("../api.js").Api} Api */
/** @typedef {import("../words.js").Speech} Speech */
/**
 * @typedef {{id: string, kind: "ticket" | "approval", thread_id: string, customer_id: string | null, state: string,
 *   operator: string | null, queue: string, priority: string, reason: string, title: string, tags: string[],
 *   snoozed_until: string | null, callback: boolean, created_at: string, changed_at: string, since: string | null,
 *   due: string | null, sla: "none" | "ok" | "soon" | "late"}} Item
 */
/** @typedef {{operator: string, thread_id: string, writing: boolean}} Person */

export const PRIORITIES = ["urgent", "high", "normal", "low"];
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

/**
 * Fires `ready` when all of it was read anew, `item` for what changes after that (detail: the item or null, its id, whether it
 * is new), and `people`.
 */
export class Queue extends EventTarget {
  /** @param {Api} api */
  constructor(api) {
    super();
    this.api = api;
    /** @type {Map<string, Item>} */
    this.items = new Map();
    /** @type {Person[]} */
    this.people = [];
    /** @type {string[]} */
    this.typing = [];
    /** Whether all that waits has been read. */
    this.known = false;
  }

  /** Follow the queue until the page is closed or signed out. */
  async follow() {
    const lost = byId("line", HTMLElement);
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      const seen = new Set();
      let ready = false;
      try {
        for await (const { event, data } of this.api.events("/v1/desk/events?snoozed=true")) {
          lost.hidden = true;
          wait = FIRST_WAIT;
          if (event === "item") {
            seen.add(data.id);
            if (ready) this.#take(data);
            else this.items.set(data.id, data);
          } else if (event === "gone") {
            this.#drop(data.id);
          } else if (event === "people") {
            this.people = data.people;
            this.dispatchEvent(new Event("people"));
          } else if (event === "customers") {
            this.typing = data.typing;
            this.dispatchEvent(new Event("people"));
          } else if (event === "ready") {
            ready = this.known = true;
            for (const id of [...this.items.keys()].filter((known) => !seen.has(known))) this.items.delete(id);
            this.dispatchEvent(new Event("ready"));
          }
        }
      } catch (error) {
        if (signedOutBy(error)) return;
      }
      lost.hidden = false;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  /**
   * Return what fits, the most pressing first.
   * @param {(item: Item) => boolean} fits
   */
  sorted(fits) {
    const keyed = [...this.items.values()].filter(fits).map((item) => ({ item, key: pressing(item) }));
    return keyed.sort((one, other) => (one.key < other.key ? -1 : Number(one.key > other.key))).map(({ item }) => item);
  }

  /**
   * Return how many fit.
   * @param {(item: Item) => boolean} fits
   */
  count(fits) {
    return [...this.items.values()].filter(fits).length;
  }

  /** @param {Item} item */
  #take(item) {
    const fresh = !this.items.has(item.id);
    this.items.set(item.id, item);
    this.dispatchEvent(new CustomEvent("item", { detail: { item, id: item.id, fresh } }));
  }

  /** @param {string} id */
  #drop(id) {
    if (this.items.delete(id)) this.dispatchEvent(new CustomEvent("item", { detail: { item: null, id, fresh: false } }));
  }
}

/**
 * Say whether somebody has put an item or a ticket off, and that time has not come.
 * @param {{snoozed_until: string | null}} item
 */
export function snoozed(item) {
  return item.snoozed_until !== null && Date.parse(item.snoozed_until) > Date.now();
}

/**
 * Return what sorts the most pressing first: what is overdue, then by priority and deadline; where nobody waits last.
 * @param {Item} item
 */
function pressing(item) {
  const turn = item.sla === "late" ? 0 : item.due ? 1 : 2;
  return `${turn}${PRIORITIES.indexOf(item.priority)} ${item.due ?? "9"} ${item.created_at}`;
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

/**
 * Say the same in a word or two.
 * @param {Speech} speech
 * @param {Item} item
 */
export function slaBrief(speech, item) {
  if (!item.due) return "";
  const left = lasting(speech, Math.abs(Date.parse(item.due) - Date.now()) / 1000);
  return speech.say(item.sla === "late" ? "brief_late" : "brief_due", { left });
}

/**
 * Say what an item is about; where nothing was said yet, why it is there.
 * @param {Speech} speech
 * @param {Item} item
 */
export function titleOf(speech, item) {
  const why = named(speech, "reason", item.reason);
  return item.title || why.charAt(0).toUpperCase() + why.slice(1);
}

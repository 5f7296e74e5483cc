// The list on the left: views of the queue, all conversations, and what a search found; a page at a time.

import { el } from "../dom.js";
import { icon } from "./icons.js";
import { byId, complain, moment, named } from "./page.js";
import { slaBrief, slaWords, snoozed, titleOf } from "./queue.js";
import { signedOutBy } from "./sign_in.js";

/** @typedef {import("./queue.js").Item} Item */
/** @typedef {import("../words.js").Speech} Speech */
/**
 * @typedef {{thread_id: string, customer_id: string | null, first_line: string, last_at: string, channel: string, locale: string,
 *   ticket_id: string | null, state: string, operator: string | null, snippet: string, hits: string[]}} Listed
 */

const PAGE = 50;
const TICK = 20_000;
const TYPING = 250;

export class List {
  /**
   * @param {import("../api.js").Api} api
   * @param {Speech} speech
   * @param {import("./queue.js").Queue} queue
   * @param {string} operator who is at work here
   * @param {(chosen: Item[]) => Node[]} bulk returns buttons for what is chosen
   */
  constructor(api, speech, queue, operator, bulk) {
    this.api = api;
    this.speech = speech;
    this.queue = queue;
    this.bulk = bulk;
    this.opened = "";
    this.view = "open";
    this.page = 1;
    this.query = "";
    /** @type {{items: Listed[], more: boolean} | null} */
    this.found = null;
    /** @type {Set<string>} */
    this.chosen = new Set();
    /** Tickets that are on their way out of the queue. @type {Set<string>} */
    this.leaving = new Set();
    /** @type {Record<string, (item: Item) => boolean>} */
    this.views = {
      open: (item) => !snoozed(item),
      mine: (item) => !snoozed(item) && item.operator === operator,
      unassigned: (item) => !snoozed(item) && item.kind === "ticket" && !item.operator,
      approvals: (item) => item.kind === "approval",
      snoozed: (item) => snoozed(item),
    };
    /** Views that the server lists: they hold conversations that nobody waits in, too. */
    this.listed = ["mentions", "all"];
    this.list = byId("queue", HTMLUListElement);
    this.filters = byId("filters", HTMLFormElement);
    this.filters.addEventListener("change", () => this.#turn(1));
    this.filters.addEventListener("submit", (event) => event.preventDefault());
    this.#search();
    this.due = 0;
    queue.addEventListener("item", () => this.#soon());
    queue.addEventListener("ready", () => this.#soon());
    setInterval(() => this.show(), TICK);
    this.show();
  }

  /**
   * Mark the rows of the conversation that is open.
   * @param {string} thread
   */
  mark(thread) {
    this.opened = thread;
    this.show();
  }

  /**
   * Open the next row, or the one before: what is marked is what the other keys act on.
   * @param {1 | -1} by
   */
  move(by) {
    const links = [...this.list.querySelectorAll("a")];
    // A conversation may have several rows, a ticket and an approval.
    const current = (/** @type {HTMLAnchorElement} */ link) => link.hasAttribute("aria-current");
    const marked = links.filter(current);
    const from = by > 0 ? marked.at(-1) : marked[0];
    const to = links[Math.max(0, Math.min(links.length - 1, (from ? links.indexOf(from) : -1) + by))];
    to?.scrollIntoView({ block: "nearest" });
    to?.click();
  }

  /** Return the thread of the row below the one that is open, or of the one above it. */
  next() {
    const threads = this.#waiting().map((item) => item.thread_id).filter((thread, place, all) => all.indexOf(thread) === place);
    const place = threads.indexOf(this.opened);
    return threads[place + 1] ?? threads[place - 1] ?? "";
  }

  /** Draw once for all that arrives together: a queue of hundreds comes one by one. */
  #soon() {
    if (this.due) return;
    this.due = setTimeout(() => {
      this.due = 0;
      this.show();
    });
  }

  /** Draw everything anew; the row that has the focus keeps it. */
  show() {
    const { speech } = this;
    const held = document.activeElement?.getAttribute("data-item");
    const waiting = this.found ? [] : this.#waiting();
    const pages = Math.max(1, Math.ceil(waiting.length / PAGE));
    if (!this.found) this.page = Math.min(this.page, pages);
    const shown = waiting.slice((this.page - 1) * PAGE, this.page * PAGE);
    this.#showViews();
    this.#showFilters();
    this.#showBulk();
    this.list.replaceChildren(...(this.found ? this.found.items.map((one) => this.#foundRow(one)) : shown.map((item) => this.#row(item))));
    const empty = this.found ? this.found.items.length === 0 : waiting.length === 0;
    byId("nothing", HTMLElement).hidden = !empty;
    byId("nothing", HTMLElement).textContent = speech.say(this.query ? "nothing_found" : `nothing_${this.view}`);
    this.#showPages(this.found ? this.page > 1 || this.found.more : pages > 1, this.found ? this.found.more : this.page < pages, pages);
    if (held) /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-item="${CSS.escape(held)}"]`))?.focus({ preventScroll: true });
  }

  #waiting() {
    const chosen = new FormData(this.filters);
    const fits = this.views[this.view] ?? (() => true);
    const narrowed = (/** @type {Item} */ item) => ["queue", "priority"].every((name) => !chosen.get(name) || chosen.get(name) === item[/** @type {"queue" | "priority"} */ (name)]);
    return this.queue.sorted((item) => fits(item) && narrowed(item) && !this.leaving.has(item.id));
  }

  #search() {
    const input = byId("search", HTMLInputElement);
    const form = byId("find", HTMLFormElement);
    form.prepend(icon("search"));
    let timer = 0;
    const look = () => {
      this.query = input.value.trim();
      this.#turn(1);
    };
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, TYPING);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(timer);
      look();
    });
  }

  /**
   * Show a page of what is looked for.
   * @param {number} page
   */
  async #turn(page) {
    this.page = page;
    if (!this.query && !this.listed.includes(this.view)) {
      this.found = null;
      this.show();
      this.list.scrollTop = 0;
      return;
    }
    const asked = this.query;
    const wanted = new URLSearchParams({ page: String(page), ...(asked ? { q: asked } : this.view === "mentions" ? { mentions_me: "true" } : {}) });
    try {
      const found = await this.api.call("GET", `/v1/desk/conversations?${wanted}`);
      if (asked !== this.query || page !== this.page) return;
      this.found = found;
      this.show();
      this.list.scrollTop = 0;
    } catch (error) {
      if (!signedOutBy(error)) complain(this.speech, error);
    }
  }

  #showViews() {
    const held = document.activeElement?.getAttribute("data-view");
    const buttons = [...Object.keys(this.views), ...this.listed].map((name) => {
      const fits = this.views[name];
      const count = fits ? this.queue.sorted((item) => fits(item) && !this.leaving.has(item.id)).length : 0;
      const choose = () => {
        this.view = name;
        byId("search", HTMLInputElement).value = this.query = "";
        this.chosen.clear();
        void this.#turn(1);
      };
      const pressed = !this.query && this.view === name;
      return el("button", { "data-view": name, "aria-pressed": String(pressed), click: choose }, this.speech.say(`view_${name}`), count ? ` ${count}` : "");
    });
    byId("views", HTMLElement).replaceChildren(...buttons);
    if (held) buttons.find((button) => button.getAttribute("data-view") === held)?.focus();
  }

  /** Name the filters that leave something out, folded or not; a click on one takes it away. */
  #showFilters() {
    const { speech } = this;
    const place = byId("active", HTMLElement);
    const active = [...this.filters.elements].filter((one) => one instanceof HTMLSelectElement && one.value !== "");
    place.hidden = active.length === 0 || this.found !== null;
    const chip = (/** @type {HTMLSelectElement} */ select) => {
      const drop = () => {
        select.value = "";
        void this.#turn(1);
      };
      const words = `${speech.say(select.name)}: ${named(speech, select.name, select.value)}`;
      return el("button", { type: "button", class: "quiet small", "aria-label": speech.say("filter_drop", { filter: words }), click: drop }, words, icon("x"));
    };
    place.replaceChildren(...active.map((one) => chip(/** @type {HTMLSelectElement} */ (one))));
  }

  #showBulk() {
    const place = byId("bulk", HTMLElement);
    const items = [...this.queue.items.values()].filter((item) => this.chosen.has(item.id));
    place.hidden = items.length === 0;
    const held = document.activeElement?.getAttribute("data-act");
    place.replaceChildren(...(items.length ? [el("span", {}, this.speech.say("chosen", { count: items.length })), ...this.bulk(items)] : []));
    if (held) /** @type {HTMLElement | null} */ (place.querySelector(`[data-act="${held}"]`))?.focus();
  }

  /**
   * @param {boolean} several
   * @param {boolean} more
   * @param {number} pages
   */
  #showPages(several, more, pages) {
    const { speech } = this;
    const place = byId("pages", HTMLElement);
    place.hidden = !several;
    if (!several) return;
    const to = (/** @type {string} */ name, /** @type {number} */ page, /** @type {boolean} */ offered) =>
      el("button", { class: "quiet small", disabled: !offered, click: () => void this.#turn(page) }, speech.say(name));
    const where = this.found ? speech.say("page_number", { page: this.page }) : speech.say("page_of", { page: this.page, pages });
    place.replaceChildren(to("page_before", this.page - 1, this.page > 1), el("span", { class: "quiet" }, where), to("page_after", this.page + 1, more));
  }

  /** @param {Item} item */
  #row(item) {
    const { speech } = this;
    const title = titleOf(speech, item);
    const about = [item.customer_id ?? speech.say("visitor"), named(speech, "queue", item.queue)];
    if (item.operator) about.push(item.operator);
    if (item.callback) about.push(speech.say("callback"));
    about.push(...item.tags.map((tag) => `#${tag}`));
    const stands_out = item.priority === "urgent" || item.priority === "high";
    const tick = (/** @type {Event} */ event) => {
      if (/** @type {HTMLInputElement} */ (event.target).checked) this.chosen.add(item.id);
      else this.chosen.delete(item.id);
      this.show();
    };
    const number = item.kind === "ticket" ? item.id : speech.say("approval");
    return el(
      "li",
      {},
      item.kind === "ticket" ? el("input", { type: "checkbox", "data-item": `tick-${item.id}`, checked: this.chosen.has(item.id), "aria-label": speech.say("choose_item", { item: item.id }), change: tick }) : null,
      el(
        "a",
        {
          href: `#thread=${encodeURIComponent(item.thread_id)}`,
          "data-item": item.id,
          "aria-current": item.thread_id === this.opened ? "true" : null,
        },
        el("span", { class: "row" }, el("span", { class: "title", dir: "auto" }, title), this.#standing(item)),
        el(
          "span",
          { class: "row" },
          el("span", { class: "quiet" }, el("span", { class: "number" }, number), ` · ${about.join(" · ")}`),
          stands_out ? el("span", { class: `priority ${item.priority}` }, named(speech, "priority", item.priority)) : null,
        ),
      ),
    );
  }

  /**
   * Return how long is left until an answer was promised, or when what was put off comes back.
   * @param {Item} item
   */
  #standing(item) {
    const { speech } = this;
    if (snoozed(item)) return el("span", { class: "sla" }, speech.say("brief_until", { time: moment(speech, item.snoozed_until ?? "") }));
    return el("span", { class: `sla ${item.sla}`, title: slaWords(speech, item) }, slaBrief(speech, item));
  }

  /** @param {Listed} one */
  #foundRow(one) {
    const { speech } = this;
    const about = [one.customer_id ?? speech.say("visitor"), moment(speech, one.last_at), one.ticket_id ?? "", named(speech, "state", one.ticket_id ? one.state : "agent"), one.operator ?? ""];
    return el(
      "li",
      {},
      el(
        "a",
        { href: `#thread=${encodeURIComponent(one.thread_id)}`, "data-item": one.thread_id, "aria-current": one.thread_id === this.opened ? "true" : null },
        el("span", { class: "title", dir: "auto" }, ...marked(one.first_line, one.hits)),
        one.snippet ? el("span", { class: "snippet", dir: "auto" }, ...marked(one.snippet, one.hits)) : null,
        el("span", { class: "row" }, el("span", { class: "quiet" }, about.filter(Boolean).join(" · "))),
      ),
    );
  }
}

/**
 * Return a text in which these words are marked.
 * @param {string} text
 * @param {string[]} hits
 */
function marked(text, hits) {
  if (!hits.length) return [text];
  const words = hits.map((hit) => hit.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return text.split(new RegExp(`(?<![\\p{L}\\p{N}_])(${words})(?![\\p{L}\\p{N}_])`, "u")).map((part, place) => (place % 2 ? el("mark", {}, part) : part));
}

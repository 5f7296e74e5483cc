// The list on the left: views of the queue, all conversations, and what a search found; a page at a time.

import { el } from "../dom.js";
import { icon } from "./icons.js";
import { byId, complain, named } from "./page.js";
import { snoozed } from "./queue.js";
import { foundRow, queueRow } from "./rows.js";
import { signedOutBy } from "./sign_in.js";

/** @typedef {import("./queue.js").Item} Item */
/** @typedef {import("../words.js").Speech} Speech */
/** @typedef {import("./rows.js").Listed} Listed */

const PAGE = 50;
const TICK = 20_000;
const TYPING = 250;
/** What the server is asked for by views that it lists. @type {Record<string, Record<string, string>>} */
const LISTED_BY = { mentions: { mentions_me: "true" }, closed: { closed: "true" } };

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
    /** Views that the server lists: they hold conversations that nobody waits in. */
    this.listed = ["mentions", "closed", "all"];
    this.list = byId("queue", HTMLUListElement);
    this.filters = byId("filters", HTMLFormElement);
    this.filters.addEventListener("change", () => this.#turn(1));
    this.filters.addEventListener("submit", (event) => event.preventDefault());
    this.#search();
    this.due = 0;
    queue.addEventListener("item", () => this.#soon());
    queue.addEventListener("ready", () => this.show());
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
    const rows = this.found
      ? this.found.items.map((one) => foundRow(speech, one, this.opened, !this.query && this.view === "closed"))
      : shown.map((item) => queueRow(speech, item, { opened: this.opened, chosen: this.chosen.has(item.id), choose: (chosen) => this.#choose(item.id, chosen) }));
    this.list.replaceChildren(...rows);
    const empty = this.found ? this.found.items.length === 0 : waiting.length === 0 && this.queue.known;
    byId("nothing", HTMLElement).hidden = !empty;
    byId("nothing", HTMLElement).textContent = speech.say(this.query ? "nothing_found" : `nothing_${this.view}`);
    this.#showPages(this.found ? this.page > 1 || this.found.more : pages > 1, this.found ? this.found.more : this.page < pages, pages);
    if (held) /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-item="${CSS.escape(held)}"]`))?.focus({ preventScroll: true });
  }

  /**
   * @param {string} id
   * @param {boolean} chosen
   */
  #choose(id, chosen) {
    if (chosen) this.chosen.add(id);
    else this.chosen.delete(id);
    this.show();
  }

  #waiting() {
    return this.queue.sorted(this.#within(this.views[this.view] ?? (() => true)));
  }

  /**
   * Return what says whether an item is in a view, and no filter leaves it out.
   * @param {(item: Item) => boolean} fits
   */
  #within(fits) {
    const chosen = new FormData(this.filters);
    const narrowed = (/** @type {Item} */ item) => ["queue", "priority"].every((name) => !chosen.get(name) || chosen.get(name) === item[/** @type {"queue" | "priority"} */ (name)]);
    return (/** @type {Item} */ item) => fits(item) && narrowed(item) && !this.leaving.has(item.id);
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
    const { query: asked, view } = this;
    const wanted = new URLSearchParams({ page: String(page), ...(asked ? { q: asked } : LISTED_BY[view]) });
    try {
      const found = await this.api.call("GET", `/v1/desk/conversations?${wanted}`);
      if (asked !== this.query || view !== this.view || page !== this.page) return;
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
      const count = fits ? this.queue.count(this.#within(fits)) : 0;
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
    /** @type {HTMLElement} */ (this.filters.parentElement).hidden = this.found !== null; // what the server lists is not narrowed
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
}

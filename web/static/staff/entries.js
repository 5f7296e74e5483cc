// What was said in a conversation, and why: sources, tool calls and checks folded under each reply. All of it as text.

import { el, linkable } from "../dom.js";
import { gallery } from "../pictures.js";
import { formatter } from "../times.js";
import { icon } from "./icons.js";
import { pieces, same } from "./mentions.js";
import { moment, region } from "./page.js";

/** @typedef {import("../words.js").Speech} Speech */
/** @typedef {{number: number, article_id: string, title: string, headings: string[], url: string, text: string}} Source */
/** @typedef {{tool: string, args: Record<string, unknown>, result: string, failed: boolean, action_id: string | null}} Step */
/**
 * @typedef {{helpful: boolean | null, images?: {url: string, width: number, height: number}[], id: string, role: "customer" | "agent" | "operator" | "desk" | "note", author: string, text: string, at: string | null, waiting: boolean,
 *   sources: Source[], steps: Step[], held_back: string[], ticket_id: string | null}} Entry
 */

/** Pixels. */
const NEAR_END = 40;

const SIGNS = { customer: "user", agent: "bot", operator: "user", desk: "bell", note: "sticky-note" };

export class Entries {
  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} scroller
   * @param {Speech} speech
   * @param {string} operator who reads here
   * @param {import("../api.js").Api} api
   */
  constructor(list, scroller, speech, operator, api) {
    this.api = api;
    this.list = list;
    this.scroller = scroller;
    this.speech = speech;
    this.operator = operator;
    /** @type {Map<string, {json: string, shown: HTMLElement}>} */
    this.known = new Map();
    this.atEnd = true;
    scroller.addEventListener("scroll", () => (this.atEnd = this.#isAtEnd()));
    // Pictures take their room when they arrive.
    const grown = new ResizeObserver(() => this.atEnd && this.toEnd());
    for (const each of [list, scroller]) grown.observe(each);
  }

  #isAtEnd() {
    const { scroller } = this;
    return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;
  }

  /**
   * Show these entries, at the newest one unless somebody reads further up; those that did not change stay as they are, unfolded or not.
   * @param {Entry[]} entries
   */
  show(entries) {
    if (!entries.length) this.atEnd = true; // another conversation comes
    const before = this.known;
    this.known = new Map();
    let day = "";
    for (const entry of entries) {
      const of = entry.at ? new Date(entry.at).toDateString() : day;
      if (of !== day && entry.at) this.#keep(before, `day-${of}`, of, () => this.#day(new Date(of)));
      day = of;
      this.#keep(before, entry.id, JSON.stringify(entry), () => this.#entry(entry));
    }
    const shown = [...this.known.values()].map((one) => one.shown);
    shown.forEach((element, place) => {
      if (this.list.children[place] !== element) this.list.insertBefore(element, this.list.children[place] ?? null);
    });
    while (this.list.children.length > shown.length) this.list.lastElementChild?.remove();
    if (this.atEnd) this.toEnd();
  }

  /** Scroll to the newest entry. */
  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /**
   * @param {Map<string, {json: string, shown: HTMLElement}>} before
   * @param {string} id
   * @param {string} json
   * @param {() => HTMLElement} make
   */
  #keep(before, id, json, make) {
    const old = before.get(id);
    this.known.set(id, old?.json === json ? old : { json, shown: make() });
  }

  /** @param {Date} day */
  #day(day) {
    return el("li", { class: "day" }, formatter(Intl.DateTimeFormat, region(this.speech), { dateStyle: "full" }).format(day));
  }

  /** @param {Entry} entry */
  #entry(entry) {
    const { speech } = this;
    const role = speech.say(`role_${entry.role}`);
    const who = entry.author ? `${role} ${entry.author}` : role;
    const time = entry.at ? el("time", { datetime: entry.at, title: moment(speech, entry.at) }, formatter(Intl.DateTimeFormat, region(speech), { timeStyle: "short" }).format(new Date(entry.at))) : null;
    return el(
      "li",
      { class: `entry ${entry.role}` },
      el("p", { class: "by" }, icon(SIGNS[entry.role]), el("strong", {}, entry.waiting ? speech.say("unanswered_yet", { who }) : who), time, entry.helpful === null ? null : el("span", { class: `thought ${entry.helpful ? "good" : "bad"}` }, icon(entry.helpful ? "thumbs-up" : "thumbs-down"), el("span", { class: "spoken" }, speech.say(entry.helpful ? "found_helpful" : "found_unhelpful")))),
      entry.text ? el("p", { class: "said", dir: "auto" }, ...(entry.role === "note" ? this.#mentions(entry.text) : [entry.text])) : null,
      entry.images?.length ? gallery(entry.images, this.api, speech) : null,
      entry.role === "agent" ? this.#why(entry) : null,
    );
  }

  /**
   * Make mentions stand out, most of all those of the one who reads.
   * @param {string} text
   */
  #mentions(text) {
    return pieces(text).map(({ text, name }) => (name ? el(same(name, this.operator) ? "mark" : "strong", {}, text) : text));
  }

  /** @param {Entry} entry */
  #why(entry) {
    const { speech } = this;
    const { sources, steps, held_back } = entry;
    const label = speech.say("why", { sources: sources.length, steps: steps.length, held: held_back.length });
    return el(
      "details",
      {},
      el("summary", {}, label),
      el("h3", {}, speech.say("sources")),
      sources.length ? el("ul", {}, ...sources.map((source) => this.#source(source))) : el("p", { class: "quiet" }, speech.say("no_sources")),
      el("h3", {}, speech.say("calls")),
      steps.length ? el("ol", {}, ...steps.map((step) => this.#step(step))) : el("p", { class: "quiet" }, speech.say("no_calls")),
      el("h3", {}, speech.say("checks")),
      held_back.length
        ? el("ul", { class: "held" }, ...held_back.map((fault) => el("li", {}, fault)))
        : el("p", { class: "quiet" }, speech.say("nothing_held")),
    );
  }

  /** @param {Source} source */
  #source(source) {
    const name = `[${source.number}] ${[source.title, ...source.headings].join(" › ")}`;
    const href = source.url ? linkable(source.url) : null;
    return el(
      "li",
      {},
      el(
        "details",
        {},
        el("summary", {}, name),
        el("p", { class: "passage" }, source.text || this.speech.say("passage_gone")),
        href ? el("a", { href, rel: "noopener" }, this.speech.say("article")) : source.url ? el("p", { class: "quiet" }, source.url) : null,
      ),
    );
  }

  /** @param {Step} step */
  #step(step) {
    return el(
      "li",
      {},
      el(
        "details",
        {},
        el("summary", {}, step.failed ? this.speech.say("call_failed", { tool: step.tool }) : step.tool),
        el("pre", { tabindex: 0 }, JSON.stringify(step.args, null, 1)),
        el("pre", { tabindex: 0 }, step.result || this.speech.say("no_result")),
      ),
    );
  }
}

// What was said in a conversation, and why: sources, tool calls and checks folded under each reply. All of it as text.

import { el, linkable } from "../dom.js";

/** @typedef {import("../words.js").Speech} Speech */
/** @typedef {{number: number, article_id: string, title: string, headings: string[], url: string, text: string}} Source */
/** @typedef {{tool: string, args: Record<string, unknown>, result: string, failed: boolean, action_id: string | null}} Step */
/**
 * @typedef {{id: string, role: "customer" | "agent" | "operator" | "desk", author: string, text: string, waiting: boolean,
 *   sources: Source[], steps: Step[], held_back: string[], ticket_id: string | null}} Entry
 */

/** Pixels. */
const NEAR_END = 40;

export class Entries {
  /**
   * @param {HTMLElement} list
   * @param {Speech} speech
   */
  constructor(list, speech) {
    this.list = list;
    this.speech = speech;
    /** @type {Map<string, {json: string, shown: HTMLElement}>} */
    this.known = new Map();
  }

  /**
   * Show these entries, at the newest one unless somebody reads further up; those that did not change stay as they are, unfolded or not.
   * @param {Entry[]} entries
   */
  show(entries) {
    const { list } = this;
    const at_end = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END;
    const before = this.known;
    this.known = new Map();
    for (const entry of entries) {
      const json = JSON.stringify(entry);
      const old = before.get(entry.id);
      this.known.set(entry.id, old?.json === json ? old : { json, shown: this.#entry(entry) });
    }
    const shown = [...this.known.values()].map((one) => one.shown);
    shown.forEach((element, place) => {
      if (this.list.children[place] !== element) this.list.insertBefore(element, this.list.children[place] ?? null);
    });
    while (this.list.children.length > shown.length) this.list.lastElementChild?.remove();
    if (at_end) list.scrollTop = list.scrollHeight;
  }

  /** @param {Entry} entry */
  #entry(entry) {
    const { speech } = this;
    const who = entry.author || speech.say(`role_${entry.role}`);
    return el(
      "li",
      { class: `entry ${entry.role}` },
      el("p", { class: "quiet" }, entry.waiting ? speech.say("unanswered_yet", { who }) : who),
      entry.text ? el("p", { class: "said", dir: "auto" }, entry.text) : null,
      entry.role === "agent" ? this.#why(entry) : null,
    );
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

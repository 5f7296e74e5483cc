// The conversations behind a figure: buttons that open them, and the sheet they are listed on.

import { el } from "../dom.js";
import { complain, moment, sheet } from "./page.js";
import { signedOutBy } from "./sign_in.js";
import { table } from "./tables.js";

/** @typedef {import("./insight.js").Figure} Figure */
/** @typedef {import("../words.js").Speech} Speech */
/**
 * @typedef {{thread_id: string, customer: string | null, ended_at: string, first_line: string, outcome: string, sla_missed: boolean | null, stars: number | null} & Record<string, unknown>} Counted
 */
/** @typedef {{threads?: string[], count?: number, fits?: (one: Counted) => boolean}} Only which of those found are meant, and how many there should be */

/**
 * Say whether nobody writes in a conversation any more.
 * @param {Counted} one
 */
export function isOver(one) {
  return one.outcome !== "going_on";
}

export class Behind {
  /**
   * @param {import("../api.js").Api} api
   * @param {Speech} speech
   * @param {{number: (value: number) => string}} numbers
   * @param {() => string} query returns the period and the filters of the page
   */
  constructor(api, speech, numbers, query) {
    this.api = api;
    this.speech = speech;
    this.numbers = numbers;
    this.query = query;
  }

  /**
   * Return a count that opens the conversations it counts, or a zero.
   * @param {string} title
   * @param {Figure} figure
   */
  figure(title, figure) {
    return figure.count ? this.button(title, figure.count, {}, figure) : "0";
  }

  /**
   * Return a button that opens conversations; it reads as their count, or as the words given.
   * @param {string} title
   * @param {number} count
   * @param {Record<string, string>} narrow filters besides those of the page
   * @param {Only} [only]
   */
  button(title, count, narrow, only) {
    return el("button", { class: "figure", "aria-label": `${title}: ${count}`, click: () => void this.open(title, narrow, only) }, this.numbers.number(count));
  }

  /**
   * List the conversations behind a figure.
   * @param {string} title
   * @param {Record<string, string>} narrow
   * @param {Only} [only]
   */
  async open(title, narrow, { threads, count = 0, fits = () => true } = {}) {
    const { speech } = this;
    try {
      const asked = new URLSearchParams(this.query());
      for (const [name, value] of Object.entries(narrow)) if (value) asked.set(name, value);
      const { items } = await this.api.call("GET", `/v1/insight/conversations?${asked}`);
      const found = /** @type {Counted[]} */ (items).filter((one) => fits(one) && (!threads || threads.includes(one.thread_id)));
      const link = (/** @type {string} */ thread, /** @type {string} */ words) => el("a", { href: `/desk#thread=${encodeURIComponent(thread)}`, dir: "auto" }, words || thread);
      const known = new Set(found.map((one) => one.thread_id));
      const rows = [
        ...found.map((one) => [link(one.thread_id, one.first_line), one.customer ?? speech.say("visitor"), moment(speech, one.ended_at), String(one.topic), speech.say(`outcome_${one.outcome}`)]),
        ...(threads ?? []).filter((thread) => !known.has(thread)).map((thread) => [link(thread, ""), "", "", "", ""]),
      ];
      const cut = rows.length < count ? el("p", { class: "quiet" }, speech.say("behind_part", { shown: rows.length, count })) : "";
      sheet(speech, "behind", () => [cut, table(speech, ["first_line", "customer", "ended", "topic", "outcome"], rows)], { title, count: String(Math.max(count, rows.length)) });
    } catch (error) {
      if (!signedOutBy(error)) complain(speech, error);
    }
  }
}

// The insight page: how it is going, with the conversations behind every figure.

import { el } from "../dom.js";
import { loadSpeech, translate, wantedLanguages } from "../words.js";
import { byId, complain, lasting, moment, named, region } from "./page.js";
import { shares, stackedBars } from "./plots.js";
import { signedOutBy, signIn } from "./sign_in.js";

/** @typedef {{count: number, threads: string[]}} Figure */
/** @typedef {{count: number, median: number | null, p90: number | null, slowest: string[]}} Spread */
/** @typedef {{requests: number, tokens: number, by_request: string | null, by_token: string | null}} Cost */
/** @typedef {{day: string, resolved: Figure, handed_over: Figure, abandoned: Figure, ended_unanswered: Figure} & Cost} Day */
/**
 * @typedef {{name: string, finished_at: string, suite: string, model: string, agent: string, conversations: number, passed: number,
 *   low: number, high: number, failures: {conversation: string, why: string}[]}} Evaluation
 */
/**
 * @typedef {{since: string, until: string, timezone: string, conversations: Figure, going_on: Figure, resolved: Figure,
 *   handed_over: Figure, abandoned: Figure, ended_unanswered: Figure, days: Day[], reasons: {reason: string, figure: Figure}[], agent_reply: Spread,
 *   first_reply: Spread, resolution: Spread, requests_a_resolution: number | null, currency: string,
 *   ratings: {stars: number, figure: Figure}[], average_rating: number | null,
 *   unanswered: {question: string, last_at: string, figure: Figure}[], evaluations: Evaluation[]} & Cost} Insight
 */

const SPANS = [7, 30, 90, 365];
const ENDINGS = /** @type {const} */ (["resolved", "handed_over", "abandoned", "ended_unanswered"]);

const speech = await loadSpeech(wantedLanguages(), (language) => import(`../words/staff/${language}.js`));
translate(speech);
document.title = speech.say("insight");
const { api } = await signIn(speech);
byId("work", HTMLElement).hidden = false;

const form = byId("span", HTMLFormElement);
const days = /** @type {HTMLSelectElement} */ (form.elements.namedItem("days"));
days.append(...SPANS.map((count) => el("option", { value: count, selected: count === 30 }, speech.say("last_days", { days: count }))));
form.addEventListener("change", () => void load());
form.addEventListener("submit", (event) => event.preventDefault());
await load();

async function load() {
  complain(speech);
  try {
    show(await api.call("GET", `/v1/insight?days=${days.value}`));
  } catch (error) {
    if (!signedOutBy(error)) complain(speech, error);
  }
}

/** @param {Insight} found */
function show(found) {
  byId("as-of", HTMLElement).textContent = speech.say("as_of", { time: moment(speech, found.until), zone: found.timezone });
  byId("figures", HTMLElement).replaceChildren(
    tiles(found),
    perDay(found),
    section("times", table(["what", "count", "median", "p90", "slowest"], timeRows(found))),
    section("reasons_title", table(["reason", "count"], found.reasons.map(({ reason, figure }) => [named(speech, "reason", reason), opens(named(speech, "reason", reason), figure)]))),
    section("ratings_title", table(["stars", "count"], found.ratings.map(({ stars, figure }) => ["★".repeat(stars), opens("★".repeat(stars), figure)]))),
    section(
      "unanswered_title",
      el("p", { class: "quiet" }, speech.say("unanswered_help")),
      table(
        ["question", "count", "last"],
        found.unanswered.map(({ question, figure, last_at }) => [el("span", { dir: "auto" }, question), opens(question, figure), moment(speech, last_at)]),
      ),
    ),
    trend(found.evaluations),
  );
}

/** @param {Insight} found */
function tiles(found) {
  const figures = [...ENDINGS, /** @type {const} */ ("going_on"), /** @type {const} */ ("conversations")].map((name) =>
    tile(speech.say(name), opens(speech.say(name), found[name])),
  );
  return el(
    "div",
    { class: "tiles" },
    ...figures,
    tile(speech.say("requests"), number(found.requests)),
    tile(speech.say("a_resolution"), found.requests_a_resolution === null ? "–" : number(found.requests_a_resolution)),
    tile(speech.say("by_request"), money(found.by_request, found.currency)),
    tile(speech.say("by_token"), money(found.by_token, found.currency)),
    tile(speech.say("rating"), found.average_rating === null ? "–" : number(found.average_rating)),
  );
}

/** @param {Insight} found */
function perDay(found) {
  const labels = found.days.map((day) => shortDay(`${day.day}T12:00`));
  const series = ENDINGS.map((name) => ({ name: speech.say(name), values: found.days.map((day) => day[name].count) }));
  const busy = found.days.filter((day) => ENDINGS.some((name) => day[name].count) || day.requests);
  return section(
    "per_day",
    el("p", { class: "legend", "aria-hidden": "true" }, ...series.map((one, place) => el("span", { class: `key-${place}` }, one.name))),
    stackedBars(speech.say("per_day"), labels, series, (which, place) => {
      const name = ENDINGS[which];
      const day = found.days[place];
      if (name && day) list(`${speech.say(name)} · ${day.day}`, day[name]);
    }),
    el("h3", {}, speech.say("requests")),
    el("div", { class: "plain" }, stackedBars(speech.say("requests"), labels, [{ name: speech.say("requests"), values: found.days.map((day) => day.requests) }])),
    el(
      "details",
      {},
      el("summary", {}, speech.say("as_table")),
      table(
        ["day", ...ENDINGS, "requests", "tokens", "by_request", "by_token"],
        busy.map((day) => [
          day.day,
          ...ENDINGS.map((name) => opens(`${speech.say(name)} · ${day.day}`, day[name])),
          number(day.requests),
          number(day.tokens),
          money(day.by_request, found.currency),
          money(day.by_token, found.currency),
        ]),
      ),
    ),
  );
}

/** @param {Insight} found */
function timeRows(found) {
  return /** @type {const} */ (["agent_reply", "first_reply", "resolution"]).map((name) => {
    const spread = found[name];
    const slow = { count: spread.slowest.length, threads: spread.slowest };
    const told = (/** @type {number | null} */ seconds) => (seconds === null ? "–" : lasting(speech, seconds));
    return [speech.say(name), number(spread.count), told(spread.median), told(spread.p90), opens(`${speech.say("slowest")} · ${speech.say(name)}`, slow)];
  });
}

/** @param {Evaluation[]} runs */
function trend(runs) {
  if (!runs.length) return section("trend", el("p", { class: "quiet" }, speech.say("no_runs")));
  const points = runs.map((run) => ({ value: run.passed, low: run.low, high: run.high }));
  const rows = runs.map((run) => {
    const failures = el("ul", {}, ...run.failures.map((failure) => el("li", {}, `${failure.conversation}: ${failure.why}`)));
    const failed = el("details", {}, el("summary", {}, number(run.failures.length)), failures);
    const share = new Intl.NumberFormat(region(speech), { style: "percent" }).format(run.passed);
    return [moment(speech, run.finished_at), run.name, `${run.agent} · ${run.model}`, number(run.conversations), share, failed];
  });
  const plot = shares(speech.say("trend"), runs.map((run) => shortDay(run.finished_at)), points);
  return section("trend", plot, table(["finished", "run", "model", "conversations", "passed", "failed"], rows));
}

/**
 * Return a count that opens the list of its conversations.
 * @param {string} title
 * @param {Figure} figure
 */
function opens(title, figure) {
  if (!figure.count) return "0";
  return el("button", { class: "figure", "aria-label": `${figure.count} · ${title}`, click: () => list(title, figure) }, number(figure.count));
}

/**
 * Show the conversations of a figure.
 * @param {string} title
 * @param {Figure} figure
 */
function list(title, figure) {
  byId("list-title", HTMLElement).textContent = `${title} (${figure.count})`;
  byId("threads", HTMLElement).replaceChildren(
    ...figure.threads.map((thread) => el("li", {}, el("a", { href: `/desk#thread=${encodeURIComponent(thread)}` }, thread))),
  );
  const missing = figure.count - figure.threads.length;
  byId("more", HTMLElement).textContent = missing > 0 ? speech.say("and_more", { count: missing }) : "";
  byId("list", HTMLDialogElement).showModal();
}

/**
 * @param {string} title
 * @param {...Node} inside
 */
function section(title, ...inside) {
  return el("section", { class: "card" }, el("h2", {}, speech.say(title)), ...inside);
}

/**
 * @param {string} name
 * @param {Node | string} value
 */
function tile(name, value) {
  return el("div", { class: "tile" }, el("span", { class: "quiet" }, name), el("strong", {}, value));
}

/**
 * @param {string[]} heads
 * @param {(Node | string)[][]} rows
 */
function table(heads, rows) {
  if (!rows.length) return el("p", { class: "quiet" }, speech.say("nothing_yet"));
  const body = rows.map((cells) => el("tr", {}, ...cells.map((cell, place) => (place ? el("td", {}, cell) : el("th", { scope: "row" }, cell)))));
  const made = el("table", {}, el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, speech.say(head))))), el("tbody", {}, ...body));
  return el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": heads.map((head) => speech.say(head)).join(", ") }, made);
}

/** @param {string} instant */
function shortDay(instant) {
  return new Intl.DateTimeFormat(region(speech), { day: "numeric", month: "numeric" }).format(new Date(instant));
}

/** @param {number} value */
function number(value) {
  return new Intl.NumberFormat(region(speech), { maximumFractionDigits: 2 }).format(value);
}

/**
 * @param {string | null} value
 * @param {string} currency
 */
function money(value, currency) {
  if (value === null) return "–";
  return new Intl.NumberFormat(region(speech), { style: "currency", currency, maximumFractionDigits: 4 }).format(Number(value));
}

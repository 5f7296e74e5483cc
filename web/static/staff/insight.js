// The insight page: how it is going, what the words mean, and the conversations behind every figure.

import { el } from "../dom.js";
import { Behind } from "./behind.js";
import { draftsButton } from "./drafts.js";
import { icon } from "./icons.js";
import { loadSpeech, STAFF_LANGUAGES, translate, wantedLanguages } from "../words.js";
import { numbersOf } from "./numbers.js";
import { groups, perDay, tiles } from "./outcomes.js";
import { byId, complain, named, region } from "./page.js";
import { backlog, busiest, costs, operators, ratings, reasons, stops, times, trend, unanswered } from "./sections.js";
import { signedOutBy, signIn } from "./sign_in.js";

/** @typedef {{count: number, threads: string[]}} Figure */
/** @typedef {{count: number, median: number | null, p90: number | null, slowest: string[]}} Spread */
/** @typedef {{requests: number, tokens: number, by_request: string | null, by_token: string | null}} Cost */
/** @typedef {Figure & {name: string}} Named */
/** @typedef {{name: string, count: number, share: number | null, share_before: number | null}} Rate */
/** @typedef {{day: string, outcomes: Record<string, number>} & Cost} Day */
/** @typedef {{name: string, over: number, outcomes: Record<string, number>}} Group */
/**
 * @typedef {{name: string, finished_at: string, suite: string, model: string, agent: string, conversations: number, passed: number,
 *   low: number, high: number, failures: {conversation: string, why: string}[]}} Evaluation
 */
/**
 * @typedef {{since: string, until: string, timezone: string, conversations: Figure, going_on: Figure, over: number, over_before: number,
 *   outcomes: Rate[], containment: Rate, sla: Rate, groups: Record<string, Group[]>, days: Day[], reasons: {reason: string, figure: Figure}[],
 *   satisfaction: {rated: number, share: number | null, share_before: number | null, comments: {thread_id: string, stars: number, comment: string}[]},
 *   operators: {operator: string, tickets: number, first_reply_median: number | null, resolution_median: number | null, missed: number, rated: number, happy: number}[],
 *   backlog: {at: string, open: number}[], articles: Named[], actions: Named[], stops: Named[],
 *   agent_reply: Spread, first_reply: Spread, resolution: Spread, requests_a_resolution: number | null, cost_a_resolution: string | null, currency: string,
 *   ratings: {stars: number, figure: Figure}[], average_rating: number | null, filters: Record<string, string[]>,
 *   unanswered: {question: string, alike: string[], last_at: string, figure: Figure}[], evaluations: Evaluation[]} & Cost} Insight
 */
/**
 * @typedef {{api: import("../api.js").Api, speech: import("../words.js").Speech, numbers: ReturnType<typeof numbersOf>, behind: Behind,
 *   called: (field: string, value: string) => string}} Report what every part of the page draws with
 */

const SPANS = [7, 30, 90, 365];
const FILTERS = ["channel", "language", "queue", "topic"];
const DAY = 86_400_000;

const speech = await loadSpeech(wantedLanguages(), (language) => import(`../words/staff/${language}.js`), STAFF_LANGUAGES);
translate(speech);
document.title = speech.say("insight");
const { api, desk } = await signIn(speech);
byId("sign-out", HTMLElement).before(draftsButton(api, speech, desk.role));
byId("work", HTMLElement).hidden = false;

const form = byId("span", HTMLFormElement);
const days = /** @type {HTMLSelectElement} */ (form.elements.namedItem("days"));
const last = /** @type {HTMLInputElement} */ (form.elements.namedItem("last"));
const address = new URLSearchParams(location.search);
/** The days that are shown, the time zone they are days of, and the newest one there is. */
let shown = { first: "", last: "", zone: "UTC", today: "" };
const numbers = numbersOf(speech, () => shown.zone);
/** @type {Report} */
const report = { api, speech, numbers, behind: new Behind(api, speech, numbers, () => query()), called };

days.append(...SPANS.map((count) => el("option", { value: count, selected: count === Number(address.get("days") ?? 30) }, speech.say("last_days", { days: count }))));
for (const name of FILTERS) choices(name, [], address.get(name) ?? "");
last.value = address.get("last") ?? "";
form.addEventListener("change", () => void load());
form.addEventListener("submit", (event) => event.preventDefault());
byId("exports", HTMLElement).append(...["csv", "json"].map((format) => el("button", { type: "button", click: () => void save(format) }, icon("download"), speech.say(`export_${format}`))));
await load();

/** Return what is asked for, as a query; empty fields are left out, and so is today as the last day. */
function query(more = {}) {
  const chosen = [...new FormData(form)].filter(([name, value]) => value && !(name === "last" && value === shown.today)).map(([name, value]) => /** @type {[string, string]} */ ([name, String(value)]));
  return new URLSearchParams([...chosen, ...Object.entries(more).filter(([, value]) => value)]).toString();
}

async function load() {
  complain(speech);
  const asked = query(address.has("lang") ? { lang: address.get("lang") } : {});
  try {
    const found = await api.call("GET", `/v1/insight?${query()}`);
    history.replaceState(null, "", `?${asked}`);
    show(found);
  } catch (error) {
    if (!signedOutBy(error)) complain(speech, error);
  }
}

/** @param {Insight} found */
function show(found) {
  showPeriod(found);
  for (const name of FILTERS) choices(name, found.filters[name] ?? []);
  const sections = [perDay, groups, unanswered, stops, times, backlog, operators, reasons, ratings, busiest, costs, trend].map((draw) => draw(found, report));
  byId("contents", HTMLElement).replaceChildren(...sections.map((one) => el("a", { href: `#${one.id}` }, one.querySelector("h2")?.textContent ?? "")));
  const empty = found.over ? [] : [el("p", { class: "empty wide" }, speech.say(found.going_on.count ? "figures_none" : "figures_empty"))];
  byId("figures", HTMLElement).replaceChildren(...empty, tiles(found, report), ...sections);
}

/**
 * Say which days are shown, and which they are compared with.
 * @param {Insight} found
 */
function showPeriod(found) {
  const { period, inZone } = numbers;
  const first = found.days[0]?.day ?? "";
  const newest = found.days.at(-1)?.day ?? "";
  shown = { first, last: newest, zone: found.timezone, today: last.value && last.value !== shown.today ? shown.today : newest };
  last.value = newest;
  const before = (/** @type {string} */ day) => new Date(Date.parse(day) - found.days.length * DAY).toISOString();
  byId("as-of", HTMLElement).replaceChildren(
    el("strong", {}, period(first, newest)),
    ` ${speech.say("compared_with", { before: period(before(first), before(newest)) })} `,
    el("span", { class: "quiet" }, speech.say("as_of", { time: inZone(found.until, { dateStyle: "medium", timeStyle: "short" }), zone: found.timezone })),
    el("span", { class: "quiet" }, ` ${speech.say("export_help", { going_on: found.going_on.count })}`),
  );
}

/**
 * Fill a filter with the values there are; what is chosen stays.
 * @param {string} name
 * @param {string[]} values
 * @param {string} [chosen]
 */
function choices(name, values, chosen = form[name].value) {
  const select = /** @type {HTMLSelectElement} */ (form.elements.namedItem(name));
  const all = chosen && !values.includes(chosen) ? [...values, chosen] : values;
  select.replaceChildren(el("option", { value: "" }, speech.say("any")), ...all.map((value) => el("option", { value, selected: value === chosen }, called(name, value))));
}

/**
 * Return what a value of a field is called.
 * @param {string} name
 * @param {string} value
 */
function called(name, value) {
  if (!value) return speech.say(name === "topic" ? "no_topic" : "none_of_it");
  if (name === "language") return new Intl.DisplayNames([region(speech)], { type: "language", fallback: "code" }).of(value) ?? value;
  return name === "queue" ? named(speech, "queue", value) : value;
}

/**
 * Save all conversations that the figures count.
 * @param {string} format csv or json
 */
async function save(format) {
  try {
    const file = await api.file(`/v1/insight/export?${query({ format })}`);
    const href = URL.createObjectURL(file);
    const link = el("a", { href, download: `conversations-${shown.first}-${shown.last}.${format}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(href), 1_000);
  } catch (error) {
    if (!signedOutBy(error)) complain(speech, error);
  }
}

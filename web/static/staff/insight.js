// The insight page: how it is going, what the words mean, and the conversations behind every figure.

import { el } from "../dom.js";
import { icon } from "./icons.js";
import { loadSpeech, STAFF_LANGUAGES, translate, wantedLanguages } from "../words.js";
import { articleSheet, byId, complain, lasting, moment, named, region, sheet, toast } from "./page.js";
import { line, shares, stackedBars } from "./plots.js";
import { signedOutBy, signIn } from "./sign_in.js";

/** @typedef {{count: number, threads: string[]}} Figure */
/** @typedef {{count: number, median: number | null, p90: number | null, slowest: string[]}} Spread */
/** @typedef {{requests: number, tokens: number, by_request: string | null, by_token: string | null}} Cost */
/** @typedef {{name: string, count: number, share: number | null, share_before: number | null}} Rate */
/** @typedef {{day: string, outcomes: Record<string, number>} & Cost} Day */
/** @typedef {{name: string, over: number, outcomes: Record<string, number>}} Group */
/**
 * @typedef {{name: string, finished_at: string, suite: string, model: string, agent: string, conversations: number, passed: number,
 *   low: number, high: number, failures: {conversation: string, why: string}[]}} Evaluation
 */
/**
 * @typedef {{thread_id: string, customer: string | null, ended_at: string, first_line: string, topic: string, outcome: string, operator: string}} Counted
 */
/**
 * @typedef {{since: string, until: string, timezone: string, conversations: Figure, going_on: Figure, over: number, over_before: number,
 *   outcomes: Rate[], containment: Rate, sla: Rate, groups: Record<string, Group[]>, days: Day[], reasons: {reason: string, figure: Figure}[],
 *   satisfaction: {rated: number, share: number | null, share_before: number | null, comments: {thread_id: string, stars: number, comment: string}[]},
 *   operators: {operator: string, tickets: number, first_reply_median: number | null, resolution_median: number | null, missed: number, rated: number, happy: number}[],
 *   backlog: {at: string, open: number}[], articles: {name: string, count: number}[], actions: {name: string, count: number}[], stops: {name: string, count: number}[],
 *   agent_reply: Spread, first_reply: Spread, resolution: Spread, requests_a_resolution: number | null, cost_a_resolution: string | null, currency: string,
 *   ratings: {stars: number, figure: Figure}[], average_rating: number | null, filters: Record<string, string[]>,
 *   unanswered: {question: string, alike: string[], last_at: string, figure: Figure}[], evaluations: Evaluation[]} & Cost} Insight
 */

const SPANS = [7, 30, 90, 365];
const OUTCOMES = ["verified", "assumed", "returned", "unanswered", "handed_over", "abandoned"];
const FILTERS = ["channel", "language", "queue", "topic"];

const speech = await loadSpeech(wantedLanguages(), (language) => import(`../words/staff/${language}.js`), STAFF_LANGUAGES);
translate(speech);
document.title = speech.say("insight");
const { api } = await signIn(speech);
byId("work", HTMLElement).hidden = false;

const form = byId("span", HTMLFormElement);
const days = /** @type {HTMLSelectElement} */ (form.elements.namedItem("days"));
days.append(...SPANS.map((count) => el("option", { value: count, selected: count === 30 }, speech.say("last_days", { days: count }))));
form.addEventListener("change", () => void load());
form.addEventListener("submit", (event) => event.preventDefault());
byId("exports", HTMLElement).append(...["csv", "json"].map((format) => el("button", { type: "button", click: () => void save(format) }, icon("download"), speech.say(`export_${format}`))));
let grouped = "topic";
await load();

/** Return what is asked for, as a query; empty fields are left out. */
function query(more = {}) {
  const chosen = [...new FormData(form)].filter(([, value]) => value).map(([name, value]) => /** @type {[string, string]} */ ([name, String(value)]));
  return new URLSearchParams([...chosen, ...Object.entries(more).filter(([, value]) => value)]).toString();
}

async function load() {
  complain(speech);
  try {
    show(await api.call("GET", `/v1/insight?${query()}`));
  } catch (error) {
    if (!signedOutBy(error)) complain(speech, error);
  }
}

/** @param {Insight} found */
function show(found) {
  byId("as-of", HTMLElement).textContent = speech.say("as_of", { time: moment(speech, found.until), zone: found.timezone });
  for (const name of FILTERS) choices(name, found.filters[name] ?? []);
  byId("figures", HTMLElement).replaceChildren(
    tiles(found),
    perDay(found),
    groups(found),
    unanswered(found),
    section("times", table(["what", "count", "median", "p90", "slowest"], timeRows(found))),
    section("backlog", el("p", { class: "quiet" }, speech.say("backlog_help")), line(speech.say("backlog"), found.backlog.map((one) => hour(one.at)), found.backlog.map((one) => one.open))),
    section("operators", table(["operator", "tickets", "first_reply", "resolution", "missed", "rating"], operatorRows(found), "operators_none")),
    section("reasons_title", table(["reason", "count"], found.reasons.map(({ reason, figure }) => [named(speech, "reason", reason), opens(named(speech, "reason", reason), figure)]), "reasons_none")),
    ratings(found),
    section("busiest", table(["busiest_name", "count"], [...found.articles.map((one) => [one.name, number(one.count)]), ...found.actions.map((one) => [named(speech, "tool", one.name), number(one.count)])], "busiest_none")),
    section("stops", el("p", { class: "quiet" }, speech.say("stops_help")), table(["stops_name", "count"], found.stops.map((one) => [one.name.replaceAll(/[-_]/g, " "), number(one.count)]), "stops_none")),
    costs(found),
    trend(found.evaluations),
  );
}

/**
 * Fill a filter with the values there are; what is chosen stays.
 * @param {string} name
 * @param {string[]} values
 */
function choices(name, values) {
  const select = /** @type {HTMLSelectElement} */ (form.elements.namedItem(name));
  const chosen = select.value;
  const all = chosen && !values.includes(chosen) ? [...values, chosen] : values;
  select.replaceChildren(el("option", { value: "" }, speech.say("any")), ...all.map((value) => el("option", { value, selected: value === chosen }, shown(name, value))));
}

/**
 * Return what a value of a field is called.
 * @param {string} name
 * @param {string} value
 */
function shown(name, value) {
  if (!value) return speech.say("none_of_it");
  if (name === "language") return new Intl.DisplayNames([region(speech)], { type: "language", fallback: "code" }).of(value) ?? value;
  return name === "queue" ? named(speech, "queue", value) : value;
}

/** @param {Insight} found */
function tiles(found) {
  const rates = found.outcomes.map((rate) =>
    tile(speech.say(`outcome_${rate.name}`), speech.say(`means_${rate.name}`), percent(rate.share), el("button", { class: "figure", click: () => void drill(speech.say(`outcome_${rate.name}`), { outcome: rate.name }), "aria-label": `${speech.say(`outcome_${rate.name}`)}: ${rate.count}` }, number(rate.count)), change(rate.share, rate.share_before), rate.name),
  );
  const { satisfaction } = found;
  return el(
    "div",
    { class: "tiles" },
    ...rates,
    tile(speech.say("containment"), speech.say("means_containment"), percent(found.containment.share), "", change(found.containment.share, found.containment.share_before)),
    tile(speech.say("csat"), speech.say("means_csat", { count: satisfaction.rated }), percent(satisfaction.share), "", change(satisfaction.share, satisfaction.share_before)),
    tile(speech.say("sla_missed"), speech.say("means_sla"), percent(found.sla.share), found.sla.count ? number(found.sla.count) : "", change(found.sla.share, found.sla.share_before)),
    tile(speech.say("conversations"), speech.say("means_conversations", { going_on: found.going_on.count }), number(found.over), "", el("span", { class: "quiet" }, speech.say("before", { value: number(found.over_before) }))),
    ...(found.cost_a_resolution === null ? [] : [tile(speech.say("cost_a_resolution"), speech.say("means_cost"), money(found.cost_a_resolution, found.currency), "", "")]),
  );
}

/**
 * @param {string} name
 * @param {string} meaning
 * @param {string} value
 * @param {Node | string} more
 * @param {Node | string} before
 * @param {string} [tone]
 */
function tile(name, meaning, value, more, before, tone = "") {
  return el("div", { class: `tile ${tone}` }, el("h2", {}, name), el("p", { class: "value" }, el("strong", {}, value), more, before), el("p", { class: "quiet" }, meaning));
}

/**
 * Say how a share stands against the period before, in percentage points.
 * @param {number | null} now
 * @param {number | null} before
 */
function change(now, before) {
  if (now === null || before === null) return el("span", { class: "quiet" }, speech.say("before_none"));
  return el("span", { class: "quiet" }, speech.say("before", { value: percent(before) }));
}

/** @param {Insight} found */
function perDay(found) {
  const labels = found.days.map((day) => shortDay(`${day.day}T12:00`));
  const series = OUTCOMES.map((name) => ({ name: speech.say(`outcome_${name}`), tone: name, values: found.days.map((day) => day.outcomes[name] ?? 0) }));
  const busy = found.days.filter((day) => Object.keys(day.outcomes).length || day.requests);
  const made = section(
    "per_day",
    el("p", { class: "legend", "aria-hidden": "true" }, ...series.map((one) => el("span", { class: one.tone }, one.name))),
    stackedBars(speech.say("per_day"), labels, series, (which, place) => {
      const day = found.days[place];
      if (day) void drill(`${series[which]?.name} · ${day.day}`, { outcome: OUTCOMES[which] ?? "", days: "1", last: day.day });
    }),
    el(
      "details",
      {},
      el("summary", {}, speech.say("as_table")),
      table(
        ["day", ...OUTCOMES.map((name) => `outcome_${name}`), "requests", "tokens"],
        busy.map((day) => [
          day.day,
          ...OUTCOMES.map((name) => (day.outcomes[name] ? el("button", { class: "figure", click: () => void drill(`${speech.say(`outcome_${name}`)} · ${day.day}`, { outcome: name, days: "1", last: day.day }) }, number(day.outcomes[name] ?? 0)) : "0")),
          number(day.requests),
          number(day.tokens),
        ]),
      ),
    ),
  );
  made.classList.add("wide");
  return made;
}

/** @param {Insight} found */
function groups(found) {
  const place = el("div", {});
  const draw = () => {
    const rows = (found.groups[grouped] ?? []).map((group) => [
      el("button", { class: "figure", click: () => void drill(shown(grouped, group.name), group.name ? { [grouped]: group.name } : {}), disabled: !group.name }, shown(grouped, group.name)),
      number(group.over),
      ...OUTCOMES.map((name) => percent((group.outcomes[name] ?? 0) / group.over)),
    ]);
    place.replaceChildren(
      el("div", { class: "tabs" }, ...Object.keys(found.groups).map((name) => el("button", { class: "quiet small", "aria-pressed": String(name === grouped), click: () => ((grouped = name), draw()) }, speech.say(name)))),
      table([grouped, "conversations", ...OUTCOMES.map((name) => `outcome_${name}`)], rows, "groups_none"),
    );
  };
  draw();
  const made = section("groups", place);
  made.classList.add("wide");
  return made;
}

/** @param {Insight} found */
function unanswered(found) {
  const rows = found.unanswered.map((one) => [
    el("div", {}, el("span", { dir: "auto" }, one.question), one.alike.length ? el("details", {}, el("summary", { class: "quiet" }, speech.say("alike", { count: one.alike.length })), el("ul", {}, ...one.alike.map((words) => el("li", { dir: "auto" }, words)))) : null),
    opens(one.question, one.figure),
    moment(speech, one.last_at),
    el("button", { class: "small", click: () => write(one.question) }, icon("pencil"), speech.say("write_article")),
  ]);
  const made = section("unanswered_title", el("p", { class: "quiet" }, speech.say("unanswered_help")), table(["question", "count", "last", "article_of_it"], rows, "unanswered_none"));
  made.classList.add("wide");
  return made;
}

/**
 * Write the draft of an article for a question.
 * @param {string} asked
 */
function write(asked) {
  articleSheet(speech, "write_article", { question: asked }, async (question, answer, close) => {
    try {
      await api.call("POST", "/v1/desk/articles", { question, answer });
      close();
      toast(speech.say("draft_kept"));
    } catch (error) {
      if (!signedOutBy(error)) complain(speech, error);
    }
  });
}

/** @param {Insight} found */
function timeRows(found) {
  return /** @type {const} */ (["agent_reply", "first_reply", "resolution"]).map((name) => {
    const spread = found[name];
    const slow = { count: spread.slowest.length, threads: spread.slowest };
    return [speech.say(name), number(spread.count), told(spread.median), told(spread.p90), opens(`${speech.say("slowest")} · ${speech.say(name)}`, slow)];
  });
}

/** @param {Insight} found */
function operatorRows(found) {
  return found.operators.map((one) => [
    el("button", { class: "figure", click: () => void drill(one.operator, { operator: one.operator }) }, one.operator),
    number(one.tickets),
    told(one.first_reply_median),
    told(one.resolution_median),
    number(one.missed),
    one.rated ? speech.say("happy_of", { happy: one.happy, rated: one.rated }) : "–",
  ]);
}

/** @param {Insight} found */
function ratings(found) {
  const said = found.satisfaction.comments.map((one) => el("li", {}, `${"★".repeat(one.stars)} `, el("a", { href: `/desk#thread=${encodeURIComponent(one.thread_id)}`, dir: "auto" }, one.comment)));
  return section("ratings_title", table(["stars", "count"], found.ratings.map(({ stars, figure }) => ["★".repeat(stars), opens("★".repeat(stars), figure)])), said.length ? el("ul", {}, ...said) : el("p", { class: "quiet" }, speech.say("comments_none")));
}

/** @param {Insight} found */
function costs(found) {
  return section(
    "costs",
    table(
      ["what", "value"],
      [
        [speech.say("requests"), number(found.requests)],
        [speech.say("tokens"), number(found.tokens)],
        [speech.say("a_resolution"), found.requests_a_resolution === null ? "–" : number(found.requests_a_resolution)],
        ...(found.by_request === null ? [] : [[speech.say("by_request"), money(found.by_request, found.currency)]]),
        ...(found.by_token === null ? [] : [[speech.say("by_token"), money(found.by_token, found.currency)]]),
      ],
    ),
    found.cost_a_resolution === null ? el("p", { class: "quiet" }, speech.say("costs_help")) : "",
  );
}

/** @param {Evaluation[]} runs */
function trend(runs) {
  if (!runs.length) return section("trend", el("p", { class: "quiet" }, speech.say("no_runs")));
  const points = runs.map((run) => ({ value: run.passed, low: run.low, high: run.high }));
  const rows = runs.map((run) => {
    const failures = el("ul", {}, ...run.failures.map((failure) => el("li", {}, `${failure.conversation}: ${failure.why}`)));
    const failed = el("details", {}, el("summary", {}, number(run.failures.length)), failures);
    return [moment(speech, run.finished_at), run.name, `${run.agent} · ${run.model}`, number(run.conversations), percent(run.passed), failed];
  });
  return section("trend", shares(speech.say("trend"), runs.map((run) => shortDay(run.finished_at)), points), table(["finished", "run", "model", "conversations", "passed", "failed"], rows));
}

/**
 * Return a count that opens the conversations it counts.
 * @param {string} title
 * @param {Figure} figure
 */
function opens(title, figure) {
  if (!figure.count) return "0";
  return el("button", { class: "figure", "aria-label": `${title}: ${figure.count}`, click: () => void drill(title, {}, figure.threads) }, number(figure.count));
}

/**
 * List the conversations behind a figure.
 * @param {string} title
 * @param {Record<string, string>} narrow
 * @param {string[]} [threads] these alone
 */
async function drill(title, narrow, threads) {
  try {
    const asked = new URLSearchParams(query());
    for (const [name, value] of Object.entries(narrow)) asked.set(name, value);
    const { items } = await api.call("GET", `/v1/insight/conversations?${asked}`);
    const found = /** @type {Counted[]} */ (items).filter((one) => !threads || threads.includes(one.thread_id));
    const link = (/** @type {string} */ thread, /** @type {string} */ words) => el("a", { href: `/desk#thread=${encodeURIComponent(thread)}`, dir: "auto" }, words || thread);
    const known = new Set(found.map((one) => one.thread_id));
    const rows = [
      ...found.map((one) => [link(one.thread_id, one.first_line), one.customer ?? speech.say("visitor"), moment(speech, one.ended_at), one.topic, speech.say(`outcome_${one.outcome}`)]),
      ...(threads ?? []).filter((thread) => !known.has(thread)).map((thread) => [link(thread, ""), "", "", "", ""]),
    ];
    sheet(speech, "behind", () => [table(["first_line", "customer", "ended", "topic", "outcome"], rows)], { title, count: String(rows.length) });
  } catch (error) {
    if (!signedOutBy(error)) complain(speech, error);
  }
}

/**
 * Save all conversations that the figures count.
 * @param {string} format csv or json
 */
async function save(format) {
  try {
    const file = await api.file(`/v1/insight/export?${query({ format })}`);
    const href = URL.createObjectURL(file);
    const link = el("a", { href, download: `conversations.${format}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(href), 1_000);
  } catch (error) {
    if (!signedOutBy(error)) complain(speech, error);
  }
}

/**
 * @param {string} title
 * @param {...(Node | string)} inside
 */
function section(title, ...inside) {
  return el("section", { class: "card" }, el("h2", {}, speech.say(title)), ...inside);
}

/**
 * @param {string[]} heads
 * @param {(Node | string)[][]} rows
 * @param {string} [empty] what is said where there are none
 */
function table(heads, rows, empty = "nothing_yet") {
  if (!rows.length) return el("p", { class: "empty" }, speech.say(empty));
  const body = rows.map((cells) => el("tr", {}, ...cells.map((cell, place) => (place ? el("td", {}, cell) : el("th", { scope: "row" }, cell)))));
  const made = el("table", {}, el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, speech.say(head))))), el("tbody", {}, ...body));
  return el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": heads.map((head) => speech.say(head)).join(", ") }, made);
}

/** @param {string} instant */
function shortDay(instant) {
  return new Intl.DateTimeFormat(region(speech), { day: "numeric", month: "numeric" }).format(new Date(instant));
}

/** @param {string} instant */
function hour(instant) {
  return new Intl.DateTimeFormat(region(speech), { weekday: "short", hour: "numeric", minute: "2-digit" }).format(new Date(instant));
}

/** @param {number | null} seconds */
function told(seconds) {
  return seconds === null ? "–" : lasting(speech, seconds);
}

/** @param {number} value */
function number(value) {
  return new Intl.NumberFormat(region(speech), { maximumFractionDigits: 2 }).format(value);
}

/** @param {number | null} share */
function percent(share) {
  return share === null ? "–" : new Intl.NumberFormat(region(speech), { style: "percent", maximumFractionDigits: 1 }).format(share);
}

/**
 * @param {string} value
 * @param {string} currency
 */
function money(value, currency) {
  return new Intl.NumberFormat(region(speech), { style: "currency", currency, maximumFractionDigits: 4 }).format(Number(value));
}

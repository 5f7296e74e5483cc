// The insight page: how it is going, what the words mean, and the conversations behind every figure.

import { el } from "../dom.js";
import { draftsButton } from "./drafts.js";
import { icon } from "./icons.js";
import { loadSpeech, STAFF_LANGUAGES, translate, wantedLanguages } from "../words.js";
import { numbersOf } from "./numbers.js";
import { articleSheet, byId, complain, moment, named, region, sheet, toast } from "./page.js";
import { line, shares, stackedBars } from "./plots.js";
import { signedOutBy, signIn } from "./sign_in.js";
import { table } from "./tables.js";

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
 * @typedef {{thread_id: string, customer: string | null, ended_at: string, first_line: string, outcome: string, sla_missed: boolean | null, stars: number | null} & Record<string, unknown>} Counted
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

const SPANS = [7, 30, 90, 365];
const OUTCOMES = ["verified", "assumed", "returned", "unanswered", "handed_over", "abandoned"];
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
days.append(...SPANS.map((count) => el("option", { value: count, selected: count === Number(address.get("days") ?? 30) }, speech.say("last_days", { days: count }))));
for (const name of FILTERS) choices(name, [], address.get(name) ?? "");
last.value = address.get("last") ?? "";
form.addEventListener("change", () => void load());
form.addEventListener("submit", (event) => event.preventDefault());
byId("exports", HTMLElement).append(...["csv", "json"].map((format) => el("button", { type: "button", click: () => void save(format) }, icon("download"), speech.say(`export_${format}`))));
const { number, percent, points, money, told, shortDay, period, inZone } = numbersOf(speech, () => shownDays.zone);
let grouped = "topic";
/** The days that are shown, the time zone they are days of, and the newest one there is. */
let shownDays = { first: "", last: "", zone: "UTC", today: "" };
await load();

/** Return what is asked for, as a query; empty fields are left out, and so is today as the last day. */
function query(more = {}) {
  const chosen = [...new FormData(form)].filter(([name, value]) => value && !(name === "last" && value === shownDays.today)).map(([name, value]) => /** @type {[string, string]} */ ([name, String(value)]));
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
  const first = found.days[0]?.day ?? "";
  const newest = found.days.at(-1)?.day ?? "";
  shownDays = { first, last: newest, zone: found.timezone, today: last.value && last.value !== shownDays.today ? shownDays.today : newest };
  last.value = newest;
  const before = (/** @type {string} */ day) => new Date(Date.parse(day) - found.days.length * DAY).toISOString();
  byId("as-of", HTMLElement).replaceChildren(
    el("strong", {}, period(first, newest)),
    ` ${speech.say("compared_with", { before: period(before(first), before(newest)) })} `,
    el("span", { class: "quiet" }, speech.say("as_of", { time: inZone(found.until, { dateStyle: "medium", timeStyle: "short" }), zone: found.timezone })),
    el("span", { class: "quiet" }, ` ${speech.say("export_help", { going_on: found.going_on.count })}`),
  );
  for (const name of FILTERS) choices(name, found.filters[name] ?? []);
  const sections = [
    perDay(found),
    groups(found),
    unanswered(found),
    section("stops", el("p", { class: "quiet" }, speech.say("stops_help")), table(speech, ["stops_name", "count"], found.stops.map((one) => busy(one, one.name.replaceAll(/[-_]/g, " "))), "stops_none")),
    section("times", table(speech, ["what", "count", "median", "p90", "slowest"], timeRows(found))),
    backlog(found),
    section("operators", el("p", { class: "quiet" }, speech.say("sort_help")), table(speech, ["operator", "tickets", "first_reply", "resolution", "missed", "rating"], operatorRows(found), "operators_none")),
    section("reasons_title", table(speech, ["reason", "count"], found.reasons.map(({ reason, figure }) => [named(speech, "reason", reason), opens(named(speech, "reason", reason), figure)]), "reasons_none")),
    ratings(found),
    section("busiest", table(speech, ["busiest_name", "count"], [...found.articles.map((one) => busy(one, one.name)), ...found.actions.map((one) => busy(one, named(speech, "tool", one.name)))], "busiest_none")),
    costs(found),
    trend(found.evaluations),
  ];
  byId("contents", HTMLElement).replaceChildren(...sections.map((one) => el("a", { href: `#${one.id}` }, one.querySelector("h2")?.textContent ?? "")));
  byId("figures", HTMLElement).replaceChildren(tiles(found), ...sections);
}

/**
 * Return a row of something that occurred in conversations.
 * @param {Named} one
 * @param {string} name
 */
function busy(one, name) {
  return [name, { shown: opens(name, one), by: one.count }];
}

/** @param {Insight} found */
function backlog(found) {
  const when = (/** @type {string} */ at) => inZone(at, { weekday: "short", hour: "numeric", minute: "2-digit" });
  const hours = found.backlog.map((one) => when(one.at));
  const most = found.backlog.reduce((one, other) => (other.open > one.open ? other : one), { at: "", open: 0 });
  const newest = found.backlog.at(-1);
  const said = most.open && newest ? speech.say("backlog_most", { most: most.open, time: when(most.at), last: newest.open }) : speech.say("backlog_none");
  return section(
    "backlog",
    el("p", { class: "quiet" }, speech.say("backlog_help")),
    el("p", {}, said),
    line(speech.say("backlog"), hours, found.backlog.map((one) => one.open)),
    el("details", {}, el("summary", {}, speech.say("in_numbers")), table(speech, ["hour", "tickets"], found.backlog.map((one) => [when(one.at), { shown: number(one.open), by: one.open }]).reverse())),
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
  const { containment, satisfaction, sla } = found;
  const counts = (/** @type {string} */ title, /** @type {number} */ count, /** @type {(one: Counted) => boolean} */ fits, narrow = {}) =>
    el("button", { class: "figure", "aria-label": `${title}: ${count}`, click: () => void drill(title, narrow, { count, fits }) }, number(count));
  const rates = found.outcomes.map((rate) => {
    const title = speech.say(`outcome_${rate.name}`);
    return tile(title, speech.say(`means_${rate.name}`), percent(rate.share), counts(title, rate.count, () => true, { outcome: rate.name }), change(rate.share, rate.share_before), rate.name);
  });
  const rated = (/** @type {string} */ name, /** @type {string} */ meaning, /** @type {number} */ count, /** @type {(one: Counted) => boolean} */ fits, /** @type {string} */ value, /** @type {string} */ before) =>
    tile(speech.say(name), meaning, value, counts(speech.say(name), count, fits), before);
  return el(
    "div",
    { class: "tiles" },
    ...rates,
    rated("containment", speech.say("means_containment"), containment.count, (one) => isOver(one) && one.outcome !== "handed_over", percent(containment.share), change(containment.share, containment.share_before)),
    rated("csat", speech.say("means_csat", { count: satisfaction.rated }), satisfaction.rated, (one) => one.stars !== null, percent(satisfaction.share), change(satisfaction.share, satisfaction.share_before)),
    rated("sla_missed", speech.say("means_sla"), sla.count, (one) => one.sla_missed === true, percent(sla.share), change(sla.share, sla.share_before)),
    rated("conversations", speech.say("means_conversations", { going_on: found.going_on.count }), found.over, isOver, number(found.over), speech.say("before", { value: number(found.over_before) })),
    ...(found.cost_a_resolution === null ? [] : [tile(speech.say("cost_a_resolution"), speech.say("means_cost"), money(found.cost_a_resolution, found.currency), "", "")]),
  );
}

/** @param {Counted} one */
function isOver(one) {
  return one.outcome !== "going_on";
}

/**
 * @param {string} name
 * @param {string} meaning
 * @param {string} value
 * @param {Node | string} more
 * @param {string} before
 * @param {string} [tone]
 */
function tile(name, meaning, value, more, before, tone = "") {
  return el("div", { class: `tile ${tone}` }, el("h2", {}, name), el("p", { class: "value" }, el("strong", {}, value), more), before ? el("p", { class: "before" }, before) : null, el("p", { class: "quiet" }, meaning));
}

/**
 * Say how a share stands against the period before, in percentage points.
 * @param {number | null} now
 * @param {number | null} before
 */
function change(now, before) {
  if (now === null || before === null) return speech.say("before_none");
  return speech.say("before_points", { value: percent(before), points: points(now - before) });
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
        speech,
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
    const rows = (found.groups[grouped] ?? []).map((group) => {
      const name = shown(grouped, group.name);
      const leads = (/** @type {number} */ count, outcome = "") => {
        const title = outcome ? `${name} · ${speech.say(`outcome_${outcome}`)}` : name;
        const narrow = { outcome, ...(group.name ? { [grouped]: group.name } : {}) };
        const fits = (/** @type {Counted} */ one) => isOver(one) && one[grouped] === group.name;
        const button = el("button", { class: "figure", "aria-label": `${title}: ${count}`, click: () => void drill(title, narrow, { count, fits }) }, number(count));
        const share = el("span", { class: "quiet" }, ` ${percent(count / group.over)}`);
        return { shown: count ? el("span", { class: "pair" }, button, outcome ? share : "") : "–", by: count };
      };
      return [name, leads(group.over), ...OUTCOMES.map((outcome) => leads(group.outcomes[outcome] ?? 0, outcome))];
    });
    place.replaceChildren(
      el("div", { class: "tabs" }, ...Object.keys(found.groups).map((name) => el("button", { class: "quiet small", "aria-pressed": String(name === grouped), click: () => ((grouped = name), draw()) }, speech.say(name)))),
      table(speech, [grouped, "conversations", ...OUTCOMES.map((name) => `outcome_${name}`)], rows, "groups_none"),
    );
  };
  draw();
  const made = section("groups", el("p", { class: "quiet" }, speech.say("sort_help")), place);
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
  const made = section("unanswered_title", el("p", { class: "quiet" }, speech.say("unanswered_help")), table(speech, ["question", "count", "last", "article_of_it"], rows, "unanswered_none"));
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
    { shown: number(one.tickets), by: one.tickets },
    { shown: told(one.first_reply_median), by: one.first_reply_median ?? -1 },
    { shown: told(one.resolution_median), by: one.resolution_median ?? -1 },
    { shown: number(one.missed), by: one.missed },
    one.rated ? speech.say("happy_of", { happy: one.happy, rated: one.rated }) : "–",
  ]);
}

/** @param {Insight} found */
function ratings(found) {
  const said = found.satisfaction.comments.map((one) => el("li", {}, `${"★".repeat(one.stars)} `, el("a", { href: `/desk#thread=${encodeURIComponent(one.thread_id)}`, dir: "auto" }, one.comment)));
  return section("ratings_title", table(speech, ["stars", "count"], found.ratings.map(({ stars, figure }) => ["★".repeat(stars), opens("★".repeat(stars), figure)])), said.length ? el("ul", {}, ...said) : el("p", { class: "quiet" }, speech.say("comments_none")));
}

/** @param {Insight} found */
function costs(found) {
  return section(
    "costs",
    table(
      speech,
      ["what", "value"],
      [
        [speech.say("requests"), number(found.requests)],
        [speech.say("tokens"), number(found.tokens)],
        [speech.say("a_resolution"), found.requests_a_resolution === null ? "–" : number(found.requests_a_resolution)],
        ...(found.by_request === null ? [] : [[speech.say("by_request"), money(found.by_request, found.currency)]]),
        ...(found.by_token === null ? [] : [[speech.say("by_token"), money(found.by_token, found.currency)]]),
      ],
    ),
    found.by_request === null && found.by_token === null ? el("p", { class: "quiet" }, speech.say("costs_help")) : "",
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
  return section("trend", shares(speech.say("trend"), runs.map((run) => shortDay(run.finished_at)), points), table(speech, ["finished", "run", "model", "conversations", "passed", "failed"], rows));
}

/**
 * Return a count that opens the conversations it counts.
 * @param {string} title
 * @param {Figure} figure
 */
function opens(title, figure) {
  if (!figure.count) return "0";
  return el("button", { class: "figure", "aria-label": `${title}: ${figure.count}`, click: () => void drill(title, {}, figure) }, number(figure.count));
}

/**
 * List the conversations behind a figure.
 * @param {string} title
 * @param {Record<string, string>} narrow
 * @param {{threads?: string[], count?: number, fits?: (one: Counted) => boolean}} [only] these alone
 */
async function drill(title, narrow, { threads, count = 0, fits = () => true } = {}) {
  try {
    const asked = new URLSearchParams(query());
    for (const [name, value] of Object.entries(narrow)) if (value) asked.set(name, value);
    const { items } = await api.call("GET", `/v1/insight/conversations?${asked}`);
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

/**
 * Save all conversations that the figures count.
 * @param {string} format csv or json
 */
async function save(format) {
  try {
    const file = await api.file(`/v1/insight/export?${query({ format })}`);
    const href = URL.createObjectURL(file);
    const link = el("a", { href, download: `conversations-${shownDays.first}-${shownDays.last}.${format}` });
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
  return el("section", { class: "card", id: title }, el("h2", {}, speech.say(title)), ...inside);
}

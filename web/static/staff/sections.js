// What stands below the rates: questions without an answer, where procedures stop, times, people, ratings and cost.

import { el } from "../dom.js";
import { icon } from "./icons.js";
import { articleSheet, complain, moment, named, section, toast } from "./page.js";
import { line, shares } from "./plots.js";
import { signedOutBy } from "./sign_in.js";
import { table } from "./tables.js";

/** @typedef {import("./insight.js").Insight} Insight */
/** @typedef {import("./insight.js").Report} Report */

/**
 * Return the questions that no article answers, each a click from its article.
 * @param {Insight} found
 * @param {Report} report
 */
export function unanswered(found, report) {
  const { speech, behind } = report;
  const alike = (/** @type {string[]} */ others) =>
    others.length ? el("details", {}, el("summary", { class: "quiet" }, speech.say("alike", { count: others.length })), el("ul", {}, ...others.map((words) => el("li", { dir: "auto" }, words)))) : null;
  const rows = found.unanswered.map((one) => [
    el("div", {}, el("span", { dir: "auto" }, one.question), alike(one.alike)),
    behind.figure(one.question, one.figure),
    moment(speech, one.last_at),
    articleOf(one.question, report),
  ]);
  const made = section(speech, "unanswered_title", el("p", { class: "quiet" }, speech.say("unanswered_help")), table(speech, ["question", "count", "last", "article_of_it"], rows, "unanswered_none"));
  made.classList.add("wide");
  return made;
}

/** Questions that a draft was written for since the page was opened. @type {Set<string>} */
const drafted = new Set();

/**
 * Return what writes the draft of an article for a question, and says that there is one.
 * @param {string} asked
 * @param {Report} report
 */
function articleOf(asked, report) {
  const { speech } = report;
  const button = el("button", { class: "small", click: () => write(asked, report, () => place.replaceChildren(said, button)) }, icon("pencil"), speech.say("write_article"));
  const said = el("p", { class: "quiet" }, icon("check"), " ", speech.say("draft_written"));
  const place = el("div", {}, drafted.has(asked) ? said : "", button);
  return place;
}

/**
 * Write the draft of an article for a question.
 * @param {string} asked
 * @param {Report} report
 * @param {() => void} done
 */
function write(asked, { api, speech }, done) {
  articleSheet(speech, "write_article", { question: asked }, async (question, answer, close) => {
    try {
      await api.call("POST", "/v1/desk/articles", { question, answer });
      drafted.add(asked);
      done();
      close();
      toast(speech.say("draft_kept"));
    } catch (error) {
      if (!signedOutBy(error)) complain(speech, error);
    }
  });
}

/**
 * Return the rules that kept procedures from going on.
 * @param {Insight} found
 * @param {Report} report
 */
export function stops(found, report) {
  const rows = found.stops.map((one) => namedRow(one, one.name.replaceAll(/[-_]/g, " "), report));
  return section(report.speech, "stops", el("p", { class: "quiet" }, report.speech.say("stops_help")), table(report.speech, ["stops_name", "count"], rows, "stops_none"));
}

/**
 * Return what was used most: articles and actions.
 * @param {Insight} found
 * @param {Report} report
 */
export function busiest(found, report) {
  const { speech } = report;
  const rows = [...found.articles.map((one) => namedRow(one, one.name, report)), ...found.actions.map((one) => namedRow(one, named(speech, "tool", one.name), report))];
  return section(speech, "busiest", table(speech, ["busiest_name", "count"], rows, "busiest_none"));
}

/**
 * Return a row of something that occurred in conversations.
 * @param {import("./insight.js").Named} one
 * @param {string} name
 * @param {Report} report
 */
function namedRow(one, name, { behind }) {
  return [name, { shown: behind.figure(name, one), by: one.count }];
}

/**
 * Return how long customers waited.
 * @param {Insight} found
 * @param {Report} report
 */
export function times(found, { speech, numbers, behind }) {
  const { number, told } = numbers;
  const rows = /** @type {const} */ (["agent_reply", "first_reply", "resolution"]).map((name) => {
    const spread = found[name];
    const slow = { count: spread.slowest.length, threads: spread.slowest };
    return [speech.say(name), number(spread.count), told(spread.median), told(spread.p90), behind.figure(`${speech.say("slowest")} · ${speech.say(name)}`, slow)];
  });
  return section(speech, "times", table(speech, ["what", "count", "median", "p90", "slowest"], rows));
}

/**
 * Return how many tickets were open at each hour.
 * @param {Insight} found
 * @param {Report} report
 */
export function backlog(found, { speech, numbers }) {
  const { number, inZone } = numbers;
  const when = (/** @type {string} */ at) => inZone(at, { weekday: "short", hour: "numeric", minute: "2-digit" });
  const hours = found.backlog.map((one) => when(one.at));
  const most = found.backlog.reduce((one, other) => (other.open > one.open ? other : one), { at: "", open: 0 });
  const newest = found.backlog.at(-1);
  const said = most.open && newest ? speech.say("backlog_most", { most: most.open, time: when(most.at), last: newest.open }) : speech.say("backlog_none");
  const rows = found.backlog.map((one) => [when(one.at), { shown: number(one.open), by: one.open }]).reverse();
  return section(
    speech,
    "backlog",
    el("p", { class: "quiet" }, speech.say("backlog_help")),
    el("p", {}, said),
    line(speech.say("backlog"), hours, found.backlog.map((one) => one.open)),
    el("details", {}, el("summary", {}, speech.say("in_numbers")), table(speech, ["hour", "tickets"], rows)),
  );
}

/**
 * Return what each operator did, and how fast.
 * @param {Insight} found
 * @param {Report} report
 */
export function operators(found, { speech, numbers, behind }) {
  const { number, told } = numbers;
  const rows = found.operators.map((one) => [
    el("button", { class: "figure", click: () => void behind.open(one.operator, { operator: one.operator }) }, one.operator),
    { shown: number(one.tickets), by: one.tickets },
    { shown: told(one.first_reply_median), by: one.first_reply_median ?? -1 },
    { shown: told(one.resolution_median), by: one.resolution_median ?? -1 },
    { shown: number(one.missed), by: one.missed },
    one.rated ? speech.say("happy_of", { happy: one.happy, rated: one.rated }) : "–",
  ]);
  return section(speech, "operators", rows.length > 1 ? el("p", { class: "quiet" }, speech.say("sort_help")) : "", table(speech, ["operator", "tickets", "first_reply", "resolution", "missed", "rating"], rows, "operators_none"));
}

/**
 * Return why people took over.
 * @param {Insight} found
 * @param {Report} report
 */
export function reasons(found, { speech, behind }) {
  const rows = found.reasons.map(({ reason, figure }) => [named(speech, "reason", reason), behind.figure(named(speech, "reason", reason), figure)]);
  return section(speech, "reasons_title", table(speech, ["reason", "count"], rows, "reasons_none"));
}

/**
 * Return what customers thought of it, in stars and in words.
 * @param {Insight} found
 * @param {Report} report
 */
export function ratings(found, { speech, behind }) {
  const said = found.satisfaction.comments.map((one) => el("li", {}, `${"★".repeat(one.stars)} `, el("a", { href: `/desk#thread=${encodeURIComponent(one.thread_id)}`, dir: "auto" }, one.comment)));
  const rows = found.ratings.map(({ stars, figure }) => ["★".repeat(stars), behind.figure("★".repeat(stars), figure)]);
  return section(speech, "ratings_title", table(speech, ["stars", "count"], rows), said.length ? el("ul", {}, ...said) : el("p", { class: "quiet" }, speech.say("comments_none")));
}

/**
 * Return what models were asked, and what it cost where there is a price.
 * @param {Insight} found
 * @param {Report} report
 */
export function costs(found, { speech, numbers }) {
  const { number, money } = numbers;
  const { by_request, by_token, requests_a_resolution } = found;
  const rows = [
    [speech.say("requests"), number(found.requests)],
    [speech.say("tokens"), number(found.tokens)],
    [speech.say("a_resolution"), requests_a_resolution === null ? "–" : number(requests_a_resolution)],
    ...(by_request === null ? [] : [[speech.say("by_request"), money(by_request, found.currency)]]),
    ...(by_token === null ? [] : [[speech.say("by_token"), money(by_token, found.currency)]]),
  ];
  return section(speech, "costs", table(speech, ["what", "value"], rows), by_request === null && by_token === null ? el("p", { class: "quiet" }, speech.say("costs_help")) : "");
}

/**
 * Return how evaluations of the agent went.
 * @param {Insight} found
 * @param {Report} report
 */
export function trend({ evaluations: runs }, { speech, numbers }) {
  if (!runs.length) return section(speech, "trend", el("p", { class: "quiet" }, speech.say("no_runs")));
  const { number, percent, shortDay } = numbers;
  const points = runs.map((run) => ({ value: run.passed, low: run.low, high: run.high }));
  const rows = runs.map((run) => {
    const failures = el("ul", {}, ...run.failures.map((failure) => el("li", {}, `${failure.conversation}: ${failure.why}`)));
    const failed = el("details", {}, el("summary", {}, number(run.failures.length)), failures);
    return [moment(speech, run.finished_at), run.name, `${run.agent} · ${run.model}`, number(run.conversations), percent(run.passed), failed];
  });
  return section(speech, "trend", shares(speech.say("trend"), runs.map((run) => shortDay(run.finished_at)), points), table(speech, ["finished", "run", "model", "conversations", "passed", "failed"], rows));
}

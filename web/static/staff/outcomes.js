// How conversations ended: rates in tiles with what they mean, day by day, and sorted into groups.

import { el } from "../dom.js";
import { isOver } from "./behind.js";
import { section } from "./page.js";
import { stackedBars } from "./plots.js";
import { table } from "./tables.js";

/** @typedef {import("./behind.js").Counted} Counted */
/** @typedef {import("./insight.js").Insight} Insight */
/** @typedef {import("./insight.js").Report} Report */

const OUTCOMES = ["verified", "assumed", "returned", "unanswered", "handed_over", "abandoned"];

/** What the groups are sorted by; stays when the figures are read anew. */
let grouped = "topic";

/**
 * Return a tile for each rate.
 * @param {Insight} found
 * @param {Report} report
 */
export function tiles(found, { speech, numbers, behind }) {
  const { containment, satisfaction, sla } = found;
  const { number, percent } = numbers;
  const change = (/** @type {{share: number | null, share_before: number | null}} */ { share, share_before: before }) =>
    share === null || before === null ? speech.say("before_none") : speech.say("before_points", { value: percent(before), points: numbers.points(share - before) });
  const rate = (/** @type {string} */ name, /** @type {string} */ meaning, /** @type {import("./insight.js").Rate} */ { count, share, share_before }, /** @type {(one: Counted) => boolean} */ fits) =>
    tile(speech.say(name), meaning, percent(share), behind.button(speech.say(name), count, {}, { count, fits }), change({ share, share_before }));
  const outcomes = found.outcomes.map((one) => {
    const title = speech.say(`outcome_${one.name}`);
    return tile(title, speech.say(`means_${one.name}`), percent(one.share), behind.button(title, one.count, { outcome: one.name }, { count: one.count }), change(one), one.name);
  });
  const over = behind.button(speech.say("conversations"), found.over, {}, { count: found.over, fits: isOver });
  return el(
    "div",
    { class: "tiles" },
    ...outcomes,
    rate("containment", speech.say("means_containment"), containment, (one) => isOver(one) && one.outcome !== "handed_over"),
    rate("csat", speech.say("means_csat", { count: satisfaction.rated }), { name: "csat", count: satisfaction.rated, ...satisfaction }, (one) => one.stars !== null),
    rate("sla_missed", speech.say("means_sla"), sla, (one) => one.sla_missed === true),
    tile(speech.say("conversations"), speech.say("means_conversations", { going_on: found.going_on.count }), number(found.over), over, speech.say("before", { value: number(found.over_before) })),
    ...(found.cost_a_resolution === null ? [] : [tile(speech.say("cost_a_resolution"), speech.say("means_cost"), numbers.money(found.cost_a_resolution, found.currency), "", "")]),
  );
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
 * Return how conversations ended on each day, as bars and as a table.
 * @param {Insight} found
 * @param {Report} report
 */
export function perDay(found, { speech, numbers, behind }) {
  const { number, shortDay } = numbers;
  const labels = found.days.map((day) => shortDay(`${day.day}T12:00`));
  const series = OUTCOMES.map((name) => ({ name: speech.say(`outcome_${name}`), tone: name, values: found.days.map((day) => day.outcomes[name] ?? 0) }));
  const on = (/** @type {string} */ outcome, /** @type {string} */ day) => ({ outcome, days: "1", last: day });
  const titled = (/** @type {string} */ outcome, /** @type {string} */ day) => `${speech.say(`outcome_${outcome}`)} · ${day}`;
  const bars = stackedBars(speech.say("per_day"), labels, series, (which, place) => {
    const day = found.days[place]?.day ?? "";
    const outcome = OUTCOMES[which] ?? "";
    void behind.open(titled(outcome, day), on(outcome, day));
  });
  const busy = found.days.filter((day) => Object.keys(day.outcomes).length || day.requests);
  const rows = busy.map(({ day, outcomes, requests, tokens }) => [
    day,
    ...OUTCOMES.map((name) => (outcomes[name] ? behind.button(titled(name, day), outcomes[name] ?? 0, on(name, day)) : "0")),
    number(requests),
    number(tokens),
  ]);
  const made = section(
    speech,
    "per_day",
    el("p", { class: "legend", "aria-hidden": "true" }, ...series.map((one) => el("span", { class: one.tone }, one.name))),
    bars,
    el("details", {}, el("summary", {}, speech.say("as_table")), table(speech, ["day", ...OUTCOMES.map((name) => `outcome_${name}`), "requests", "tokens"], rows)),
  );
  made.classList.add("wide");
  return made;
}

/**
 * Return how conversations ended, by topic or whatever else they are sorted by.
 * @param {Insight} found
 * @param {Report} report
 */
export function groups(found, { speech, numbers, behind, called }) {
  const place = el("div", {});
  const draw = () => {
    const rows = (found.groups[grouped] ?? []).map((group) => {
      const name = called(grouped, group.name);
      const leads = (/** @type {number} */ count, outcome = "") => {
        const title = outcome ? `${name} · ${speech.say(`outcome_${outcome}`)}` : name;
        const narrow = { outcome, ...(group.name ? { [grouped]: group.name } : {}) };
        const button = behind.button(title, count, narrow, { count, fits: (one) => isOver(one) && one[grouped] === group.name });
        const share = outcome ? el("span", { class: "quiet" }, ` ${numbers.percent(count / group.over)}`) : "";
        return { shown: count ? el("span", { class: "pair" }, button, share) : "–", by: count };
      };
      return [name, leads(group.over), ...OUTCOMES.map((outcome) => leads(group.outcomes[outcome] ?? 0, outcome))];
    });
    const tab = (/** @type {string} */ name) => el("button", { class: "quiet small", "aria-pressed": String(name === grouped), click: () => ((grouped = name), draw()) }, speech.say(name));
    place.replaceChildren(
      el("div", { class: "tabs" }, ...Object.keys(found.groups).map(tab)),
      table(speech, [grouped, "conversations", ...OUTCOMES.map((name) => `outcome_${name}`)], rows, "groups_none"),
    );
  };
  draw();
  const made = section(speech, "groups", el("p", { class: "quiet" }, speech.say("sort_help")), place);
  made.classList.add("wide");
  return made;
}

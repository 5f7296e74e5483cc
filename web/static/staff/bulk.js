// What is done to several tickets at once; all of it can be taken back for ten seconds.

import { ApiError } from "../api.js";
import { el } from "../dom.js";
import { complain, later, named, sheet, toast } from "./page.js";
import { PRIORITIES, titleOf } from "./queue.js";
import { signedOutBy } from "./sign_in.js";

/** @typedef {import("./queue.js").Item} Item */

/**
 * Return the buttons for several tickets at once.
 * @param {import("../api.js").Api} api
 * @param {import("../words.js").Speech} speech
 * @param {import("./sign_in.js").Desk} desk
 * @param {import("./list.js").List} list
 * @param {() => Promise<unknown>} reload reads the open conversation again
 * @param {Item[]} items
 */
export function bulkButtons(api, speech, desk, list, reload, items) {
  const each = async (/** @type {(item: Item) => Promise<any>} */ act, these = items) => {
    const refused = [];
    const done = [];
    for (const item of these) {
      try {
        await act(item);
        done.push(item);
      } catch (error) {
        if (signedOutBy(error)) return [];
        refused.push(`${item.id}: ${error instanceof Error ? error.message : error}`);
      }
    }
    list.show();
    await reload();
    complain(speech, refused.length ? new ApiError(409, refused.join(" ")) : undefined);
    return done;
  };
  const patch = (/** @type {Item} */ item, /** @type {Record<string, unknown>} */ body) => api.call("PATCH", `/v1/tickets/${item.id}`, body);
  const change = async (/** @type {(item: Item) => Record<string, unknown>} */ body, /** @type {(item: Item) => Record<string, unknown>} */ before) => {
    const done = await each(async (item) => {
      await patch(item, body(item));
      list.chosen.delete(item.id);
    });
    if (!done.length) return;
    const undo = () => (hide(), void each(async (item) => done.includes(item) && patch(item, before(item))));
    const hide = toast(speech.say("bulk_said", { count: done.length }), el("button", { "data-act": "undo", click: undo }, speech.say("undo")));
  };
  const resolve = (/** @type {Item[]} */ these) => {
    for (const { id } of these) {
      list.leaving.add(id);
      list.chosen.delete(id);
    }
    list.show();
    const back = () => {
      for (const { id } of these) list.leaving.delete(id);
      list.show();
    };
    const act = async () => {
      await each((item) => api.call("POST", `/v1/tickets/${item.id}/resolve`), these);
      back();
    };
    later(speech, speech.say("bulk_resolved", { count: these.length }), back, act);
  };
  const resolveAnswered = () => {
    const waiting = items.filter((item) => item.since !== null);
    const others = items.filter((item) => item.since === null);
    if (!waiting.length) return resolve(items);
    const choose = (/** @type {() => void} */ close, /** @type {string} */ name, /** @type {Item[]} */ these, level = "") =>
      el("button", { class: level, "data-act": name, click: () => (close(), resolve(these)) }, speech.say(name, { count: these.length }));
    sheet(speech, "bulk_unanswered_title", (close) => [
      el("p", {}, speech.say("bulk_unanswered")),
      el("ul", {}, ...waiting.map((item) => el("li", { dir: "auto" }, `${item.id}: ${titleOf(speech, item)}`))),
      el("div", { class: "buttons" }, others.length ? choose(close, "resolve_others", others, "primary") : null, choose(close, "resolve_all", items)),
    ]);
  };
  const choice = (/** @type {string} */ name, /** @type {[string, string][]} */ options, /** @type {(value: string) => unknown} */ chosen) =>
    el(
      "select",
      { "aria-label": speech.say(name), "data-act": name, change: (/** @type {Event} */ event) => void chosen(/** @type {HTMLSelectElement} */ (event.target).value) },
      el("option", { value: "" }, speech.say(name)),
      ...options.map(([value, words]) => el("option", { value }, words)),
    );
  const queues = desk.queues.filter((name) => name !== "approvals");
  return [
    choice("assignee", desk.people.map((name) => [name, name]), (operator) =>
      change((item) => ({ operator, instead_of: item.operator }), (item) => ({ operator: item.operator ?? "", instead_of: operator })),
    ),
    choice("queue", queues.map((name) => [name, named(speech, "queue", name)]), (queue) => change(() => ({ queue }), (item) => ({ queue: item.queue }))),
    choice("priority", PRIORITIES.map((name) => [name, named(speech, "priority", name)]), (priority) => change(() => ({ priority }), (item) => ({ priority: item.priority }))),
    el("button", { class: "small", "data-act": "bulk-resolve", click: resolveAnswered }, speech.say("resolve")),
    el("button", { class: "quiet small", "data-act": "bulk-none", click: () => (list.chosen.clear(), list.show()) }, speech.say("choose_none")),
  ];
}

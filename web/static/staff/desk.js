// The operator's desk: who waits on the left, the open conversation on the right.

import { el } from "../dom.js";
import { loadSpeech, translate, wantedLanguages } from "../words.js";
import { Conversation } from "./conversation.js";
import { byId, named } from "./page.js";
import { Queue } from "./queue.js";
import { signIn } from "./sign_in.js";

const STATES = ["pending", "human", "awaiting_approval", "resolved", "bot"];
const PRIORITIES = ["urgent", "high", "normal", "low"];

const speech = await loadSpeech(wantedLanguages(), (language) => import(`../words/staff/${language}.js`));
translate(speech);
document.title = speech.say("desk");
const wanted = location.hash; // before the token is taken out of it
const { api, desk } = await signIn(speech);
if (threadOf(wanted)) history.replaceState(null, "", `#thread=${encodeURIComponent(threadOf(wanted))}`);
byId("work", HTMLElement).hidden = false;

const conversation = new Conversation(api, speech, desk.operator);
const queue = new Queue(api, speech, (item, id) => {
  const shown = conversation.ticket.ticket?.id === id || item?.thread_id === conversation.thread;
  if (shown || item === null) void conversation.reload();
});

const filters = byId("filters", HTMLFormElement);
fill("queue", desk.queues);
fill("state", STATES);
fill("priority", PRIORITIES);
filters.addEventListener("change", follow);
filters.addEventListener("submit", (event) => event.preventDefault());
byId("back", HTMLElement).addEventListener("click", () => (location.hash = ""));
window.addEventListener("hashchange", open);
follow();
open();

function follow() {
  const chosen = new URLSearchParams();
  for (const [name, value] of new FormData(filters)) {
    if (value) chosen.set(name, name === "mine" ? "true" : String(value));
  }
  queue.follow(chosen);
}

function open() {
  const thread = threadOf(location.hash);
  queue.mark(thread);
  void conversation.open(thread);
}

/** @param {string} hash */
function threadOf(hash) {
  return new URLSearchParams(hash.slice(1)).get("thread") ?? "";
}

/**
 * Fill a choice of the filters.
 * @param {string} name
 * @param {string[]} values
 */
function fill(name, values) {
  const select = filters.elements.namedItem(name);
  if (!(select instanceof HTMLSelectElement)) throw new Error(`there is no filter ${name}`);
  const first = speech.say(name === "state" ? "any_open" : "any");
  select.append(el("option", { value: "" }, first), ...values.map((value) => el("option", { value }, named(speech, name, value))));
}

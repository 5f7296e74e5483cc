// The operator's desk: who waits on the left, the open conversation in the middle, what is known of its customer on the right.

import { el } from "../dom.js";
import { bulkButtons } from "./bulk.js";
import { icon } from "./icons.js";
import { loadSpeech, STAFF_LANGUAGES, translate, wantedLanguages } from "../words.js";
import { Conversation } from "./conversation.js";
import { draftsButton } from "./drafts.js";
import { listen } from "./keys.js";
import { List } from "./list.js";
import { Notices } from "./notice.js";
import { byId, named } from "./page.js";
import { PRIORITIES, Queue } from "./queue.js";
import { signIn } from "./sign_in.js";

const speech = await loadSpeech(wantedLanguages(), (language) => import(`../words/staff/${language}.js`), STAFF_LANGUAGES);
translate(speech);
document.title = speech.say("desk");
const wanted = location.hash; // before the token is taken out of it
const { api, desk } = await signIn(speech);
if (threadOf(wanted)) history.replaceState(null, "", `#thread=${encodeURIComponent(threadOf(wanted))}`);
byId("work", HTMLElement).hidden = false;

fill("queue", desk.queues);
fill("priority", PRIORITIES);
const queue = new Queue(api);
const list = new List(api, speech, queue, desk.operator, (items) => bulkButtons(api, speech, desk, list, () => conversation.reload(), items));
const conversation = new Conversation(api, speech, desk, queue, list);
new Notices(speech, queue, desk.operator);
byId("settings", HTMLElement).before(draftsButton(api, speech, desk.role));
queue.addEventListener("people", () => {
  for (const { operator } of queue.people) if (!desk.people.includes(operator)) desk.people.push(operator);
});
queue.addEventListener("ready", () => void conversation.reload());
queue.addEventListener("item", (event) => {
  const { item, id } = /** @type {CustomEvent} */ (event).detail;
  if (conversation.shown?.ticket?.id === id || item?.thread_id === conversation.thread || item === null) void conversation.reload();
});
listen(speech, {
  j: () => list.move(1),
  k: () => list.move(-1),
  r: () => conversation.composer.begin("reply"),
  n: () => conversation.composer.begin("note"),
  e: () => conversation.acts.resolve(),
  "/": () => byId("search", HTMLInputElement).focus(),
});

for (const [id, sign] of [["back", "arrow-left"], ["to-context", "user"]]) byId(id ?? "", HTMLElement).append(icon(sign ?? ""));
byId("back", HTMLElement).addEventListener("click", () => (location.hash = ""));
byId("to-context", HTMLElement).addEventListener("click", () => byId("work", HTMLElement).classList.toggle("asking"));
window.addEventListener("hashchange", open);
open();
void queue.follow();

function open() {
  const thread = threadOf(location.hash);
  list.mark(thread);
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
  const select = byId("filters", HTMLFormElement).elements.namedItem(name);
  if (!(select instanceof HTMLSelectElement)) throw new Error(`there is no filter ${name}`);
  select.append(el("option", { value: "" }, speech.say("any")), ...values.map((value) => el("option", { value }, named(speech, name, value))));
}

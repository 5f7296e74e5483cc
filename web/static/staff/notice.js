// Make new work noticed: a count in the title, a dot on the icon, and, where wanted, a sound and a notification.

import { el } from "../dom.js";
import { icon } from "./icons.js";
import { byId } from "./page.js";
import { showKeys } from "./keys.js";

/** @typedef {import("../words.js").Speech} Speech */

const KEPT = "support-notices";
const PITCH = 880;
const LASTS = 0.18;

export class Notices {
  /**
   * @param {Speech} speech
   * @param {import("./queue.js").Queue} queue
   * @param {string} operator
   */
  constructor(speech, queue, operator) {
    this.speech = speech;
    this.queue = queue;
    this.operator = operator;
    this.title = document.title;
    /** @type {{sound: boolean, notify: boolean}} */
    this.wanted = { sound: true, notify: false, ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") };
    this.icon = /** @type {HTMLLinkElement} */ (document.querySelector("link[rel=icon]"));
    this.plain = this.icon.href;
    byId("settings", HTMLElement).replaceChildren(this.#menu());
    queue.addEventListener("item", (event) => this.#heard(/** @type {CustomEvent} */ (event).detail));
    queue.addEventListener("ready", () => this.#count());
  }

  /** @param {{item: import("./queue.js").Item | null, fresh: boolean}} detail */
  #heard({ item, fresh }) {
    this.#count();
    if (!item || !fresh || (item.operator && item.operator !== this.operator)) return;
    byId("news", HTMLElement).textContent = this.speech.say("new_item", { title: item.title });
    if (this.wanted.sound) beep();
    if (this.wanted.notify && document.visibilityState !== "visible") this.#notify(item);
  }

  #count() {
    const waiting = this.queue.count((item) => item.sla !== "none" && (!item.operator || item.operator === this.operator));
    document.title = waiting ? `(${waiting}) ${this.title}` : this.title;
    const href = waiting ? new URL("../icon-news.svg", import.meta.url).href : this.plain;
    if (this.icon.href !== href) this.icon.href = href;
  }

  /** @param {import("./queue.js").Item} item */
  #notify(item) {
    // The words of customers stay on the page: a notification is shown to whoever stands by.
    const shown = new Notification(this.speech.say("notification", { item: item.id }), { tag: item.id });
    shown.addEventListener("click", () => {
      window.focus();
      location.hash = `#thread=${encodeURIComponent(item.thread_id)}`;
    });
  }

  #menu() {
    const { speech } = this;
    const keep = () => localStorage.setItem(KEPT, JSON.stringify(this.wanted));
    /** @type {HTMLInputElement} */
    const sound = el("input", { type: "checkbox", checked: this.wanted.sound, change: () => ((this.wanted.sound = sound.checked), keep()) });
    /** @type {HTMLInputElement} */
    const notify = el("input", {
      type: "checkbox",
      checked: this.wanted.notify,
      change: async () => {
        this.wanted.notify = notify.checked && (await Notification.requestPermission()) === "granted";
        notify.checked = this.wanted.notify;
        keep();
      },
    });
    return el(
      "details",
      { class: "menu" },
      el("summary", { "aria-label": speech.say("settings") }, icon("settings")),
      el(
        "div",
        {},
        el("label", { class: "tick" }, sound, speech.say("sound")),
        el("label", { class: "tick" }, notify, speech.say("notify")),
        el("button", { click: () => showKeys(speech) }, icon("keyboard"), speech.say("keys")),
      ),
    );
  }
}

/** Sound a short tone; browsers keep silent until the page was clicked once. */
function beep() {
  try {
    const sound = new AudioContext();
    const tone = new OscillatorNode(sound, { frequency: PITCH });
    const volume = new GainNode(sound, { gain: 0.1 });
    tone.connect(volume).connect(sound.destination);
    tone.start();
    tone.stop(sound.currentTime + LASTS);
    tone.addEventListener("ended", () => void sound.close());
  } catch {
    // A browser without sound is no reason to stop.
  }
}

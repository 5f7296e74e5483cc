// Choose, paste and show pictures.

import { el } from "./dom.js";
import { icon } from "./icons.js";

/** @typedef {import("./words.js").Speech} Speech */

const KINDS = ["image/jpeg", "image/png", "image/webp"];
const MOST = 4;

/** The pictures that go with the next message. */
export class Pictures {
  /** @type {File[]} */ chosen = [];

  /**
   * @param {Speech} speech
   * @param {(words: string) => void} told shows why a picture was not taken
   */
  constructor(speech, told) {
    const { say } = (this.speech = speech);
    this.told = told;
    this.megabytes = 0;
    this.input = el("input", { type: "file", accept: KINDS.join(), multiple: true, hidden: true, "aria-label": say("add_picture"), change: (/** @type {Event} */ event) => this.add([...(/** @type {HTMLInputElement} */ (event.target).files ?? [])]) });
    this.button = el("button", { type: "button", class: "icon", hidden: true, "aria-label": say("add_picture"), click: () => this.input.click() }, icon("image"));
    this.row = el("ul", { class: "chosen", "aria-label": say("pictures") });
  }

  /** @param {number | null | undefined} megabytes how large a picture may be; none where none are taken */
  allow(megabytes) {
    this.megabytes = megabytes ?? 0;
    this.button.hidden = !this.megabytes;
  }

  /** @param {File[]} files */
  add(files) {
    if (!this.megabytes) return;
    this.input.value = "";
    for (const file of files) {
      const wrong = !KINDS.includes(file.type) ? "picture_kind" : file.size > this.megabytes * 1_000_000 ? "picture_size" : this.chosen.length >= MOST ? "picture_count" : "";
      if (wrong) this.told(this.speech.say(wrong, { megabytes: this.megabytes, most: MOST }));
      else this.chosen.push(file);
    }
    this.#show();
  }

  /** Return what was chosen, and begin anew. */
  take() {
    const taken = this.chosen;
    this.chosen = [];
    this.#show();
    return taken;
  }

  #show() {
    this.row.replaceChildren(...this.chosen.map((file) =>
      el("li", {}, this.#preview(file), el("bdi", {}, file.name), el("button", { type: "button", class: "icon quiet small", "aria-label": this.speech.say("remove_picture", { name: file.name }), click: () => {
        this.chosen = this.chosen.filter((other) => other !== file);
        this.#show();
      } }, icon("x"))),
    ));
  }

  /** @param {File} file */
  #preview(file) {
    const address = URL.createObjectURL(file);
    const done = () => URL.revokeObjectURL(address);
    return el("img", { src: address, alt: "", load: done, error: done });
  }
}

/** CSS pixels */
const HIGHEST = 256;

/**
 * Return the pictures of a message; each is read with the reader's token, and then shown, small at first and whole by a click.
 * @param {{url: string, width: number, height: number}[]} images
 * @param {import("./api.js").Api} api
 * @param {Speech} speech
 */
export function gallery(images, api, speech) {
  const { say } = speech;
  return el("p", { class: "gallery" }, ...images.map(({ url, width, height }, number) => {
    const share = Math.min(1, HIGHEST / height);
    const shown = el("img", { alt: say("picture", { number: number + 1 }), width: Math.round(width * share), height: Math.round(height * share) });
    const opener = el("button", { type: "button", class: "opener" }, shown);
    opener.addEventListener("click", () => showWhole(opener, shown, speech));
    api.file(url).then((file) => (shown.src = URL.createObjectURL(file)), () => opener.replaceWith(say("picture_lost")));
    return opener;
  }));
}

/**
 * Show a picture as large as the window allows, until it is closed.
 * @param {HTMLElement} place
 * @param {HTMLImageElement} picture
 * @param {Speech} speech
 */
function showWhole(place, { src, alt }, { say }) {
  const close = el("button", { type: "button", class: "icon", "aria-label": say("close") }, icon("x"));
  const whole = el("dialog", { class: "whole", "aria-label": alt, keydown: (/** @type {KeyboardEvent} */ event) => event.stopPropagation() }, close, el("img", { src, alt }));
  whole.addEventListener("click", () => whole.close()); // whoever wants it away need not aim
  whole.addEventListener("close", () => whole.remove());
  place.after(whole);
  whole.showModal();
}

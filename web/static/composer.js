// Take in what the customer writes or says; a draft outlives a reload.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { Pictures } from "./pictures.js";
import { Recorder } from "./recorder.js";

/** @typedef {import("./conversation.js").Conversation} Conversation */
/** @typedef {import("./words.js").Speech} Speech */

/** The box a message is written in, with its buttons. */
export class Composer {
  #recorder = new Recorder();
  /** Where the draft is kept: each conversation has its own. */
  #place = "";

  /**
   * @param {Speech} speech
   * @param {Conversation} talk
   * @param {{sent: () => void, told: (words: string) => void}} owner `told` shows what is under way with a recording
   */
  constructor(speech, talk, { sent, told }) {
    const { say } = (this.speech = speech);
    this.talk = talk;
    this.sent = sent;
    this.told = told;
    this.text = el("textarea", { rows: 1, "aria-label": say("message"), placeholder: say("message"), dir: "auto", keydown: this.#onKey, input: this.#typed });
    this.mic = el("button", { type: "button", class: "icon", hidden: true, "aria-pressed": "false", "aria-label": say("record"), click: () => this.#record() }, icon("mic"));
    this.send = el("button", { class: "primary icon", "aria-label": say("send") }, icon("send"));
    this.pictures = new Pictures(speech, told);
    const { row, input, button } = this.pictures;
    this.root = el("form", { class: "composer", submit: this.#onSubmit, paste: this.#onPaste }, row, this.text, button, input, this.mic, this.send);
    this.restore();
  }

  /** Show what was half written in the conversation that is shown now. */
  restore() {
    this.#place = this.#placeNow();
    this.text.value = this.talk.kept.get(this.#place, "sessionStorage");
    this.pictures.take();
    this.#grow();
  }

  #placeNow() {
    return `draft ${this.talk.kept.get("thread")}`;
  }

  /**
   * Offer what the server takes besides words.
   * @param {import("./conversation.js").Chat} chat
   */
  offer(chat) {
    this.mic.hidden = !chat.voice_seconds || !Recorder.possible;
    this.pictures.allow(chat.image_mb);
  }

  focus() {
    this.text.focus();
  }

  async #record() {
    const { say } = this.speech;
    try {
      if (!this.#recorder.recording) {
        await this.#recorder.start(this.talk.chat?.voice_seconds ?? 60, () => this.#record());
        this.#listening(true);
        return;
      }
      this.#listening(false);
      this.told(say("hearing"));
      const heard = await this.talk.hear(await this.#recorder.stop());
      this.text.value = [this.text.value.trim(), heard].filter(Boolean).join(" ");
      this.#changed();
      this.text.focus();
      this.told(say("heard"));
    } catch (error) {
      const refused = error instanceof Error && "status" in error && error.status;
      this.told(refused ? error.message : say("no_microphone"));
    }
  }

  /** @param {boolean} on */
  #listening(on) {
    this.mic.setAttribute("aria-pressed", String(on));
    this.mic.setAttribute("aria-label", this.speech.say(on ? "stop" : "record"));
    this.mic.replaceChildren(icon(on ? "square" : "mic"));
    this.told(on ? this.speech.say("listening") : "");
  }

  #onSubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const text = this.text.value.trim();
    // A picture alone is a message, too; the server wants words with it.
    if (!text && !this.pictures.chosen.length) return;
    this.text.value = "";
    this.#changed();
    this.talk.send(text || this.speech.say("only_picture"), [], this.pictures.take());
    this.sent();
  };

  #onPaste = (/** @type {ClipboardEvent} */ event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || !this.pictures.megabytes) return;
    event.preventDefault();
    this.pictures.add(files);
  };

  #onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.root.requestSubmit();
  };

  #typed = () => {
    this.talk.typing();
    this.#changed();
  };

  #changed() {
    const place = this.#placeNow();
    // A conversation that began meanwhile takes the draft along.
    if (place !== this.#place) this.talk.kept.set(this.#place, "", "sessionStorage");
    this.#place = place;
    this.talk.kept.set(place, this.text.value, "sessionStorage");
    this.#grow();
  }

  /** As many lines as the text has. */
  #grow() {
    this.text.rows = Math.min(6, this.text.value.split("\n").length + Math.floor(this.text.value.length / 60));
  }
}

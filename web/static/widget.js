// The chat as a web component: `<support-agent>`, on our own page and on those of others.

import { tokenFromAddress } from "./api.js";
import { el } from "./dom.js";
import { Kept } from "./kept.js";
import { Launcher } from "./launcher.js";
import { loadSpeech, wantedLanguages } from "./words.js";

/** @typedef {import("./words.js").Speech} Speech */
/** @typedef {import("./conversation.js").Conversation} Conversation */
/** @typedef {import("./view.js").ChatView} ChatView */

const SERVER = new URL(import.meta.url).origin;

/**
 * Show the chat. Attributes: `page` fills the page it stands on, else a button opens a panel; `open` opens it at once; `position` is the
 * corner (`start` or `end`); `theme` is `light`, `dark` or `auto`; `token` is the customer's, signed by the business; `lang` the language.
 * The look follows the CSS variables of `theme.css`. The chat itself is loaded once it is opened, or has something to say.
 */
class SupportAgent extends HTMLElement {
  static observedAttributes = ["token"];
  /** @type {string | null} */ #token = null;
  /** @type {Launcher | null} */ #launcher = null;
  /** @type {{view: ChatView, conversation: Conversation} | null} */ #chat = null;
  /** @type {Promise<unknown> | null} */ #loading = null;
  /** @type {Kept} */ #kept = new Kept(SERVER, "");
  /** @type {Speech} */ #speech = /** @type {any} */ (null);
  #frame = el("div", { class: "chat" });
  #begun = 0;
  #root = this.attachShadow({ mode: "open" });

  /** The customer's token; the same conversation as before goes on in their name. */
  get token() {
    return this.#token ?? this.getAttribute("token");
  }

  set token(token) {
    this.#token = token;
    if (this.#begun) this.#begin();
  }

  connectedCallback() {
    if (this.hasAttribute("page")) this.#token = tokenOfPage();
    this.#begin();
  }

  disconnectedCallback() {
    this.#stop();
    this.#begun = 0;
  }

  /**
   * @param {string} _name
   * @param {string | null} before
   * @param {string | null} after
   */
  attributeChangedCallback(_name, before, after) {
    if (this.#begun && before !== after) this.#begin();
  }

  #stop() {
    this.#chat?.conversation.close();
    this.#chat = this.#loading = null;
  }

  async #begin() {
    this.#stop();
    const turn = ++this.#begun;
    this.#kept = new Kept(SERVER, this.token ?? "");
    this.#speech = await loadSpeech([this.lang, ...wantedLanguages()], (language) => import(`./words/${language}.js`));
    const page = this.hasAttribute("page");
    const { language, direction } = this.#speech;
    this.#frame = el("div", { class: "chat", lang: language, dir: direction, keydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.#show(false) });
    this.#launcher = page ? null : new Launcher(this.#speech, (open) => this.#show(open));
    if (page) document.documentElement.lang = language;
    await this.#styled(page ? ["theme.css", "chat.css"] : ["theme.css", "launcher.css"]);
    if (turn !== this.#begun) return;
    this.#frame.replaceChildren(...(this.#launcher?.parts ?? []));
    this.#root.append(this.#frame);
    const wasOpen = this.#kept.get("open", "sessionStorage");
    if (page || (this.hasAttribute("open") ? wasOpen !== "no" : wasOpen === "yes")) await this.#show(true, false);
    // Somebody who has written before is told what came since, once their page has all it needs itself.
    else if (this.#kept.get("thread")) (globalThis.requestIdleCallback ?? setTimeout)(() => void this.#load());
  }

  /** @param {string[]} names */
  async #styled(names) {
    const styles = names.map((name) => el("link", { rel: "stylesheet", href: new URL(`./${name}`, import.meta.url).href }));
    await new Promise((styled) => {
      let left = styles.length;
      // Unstyled, the chat would jump; without its styles it is still better than nothing.
      const one = () => --left || styled(null);
      styles.forEach((style) => ["load", "error"].forEach((name) => style.addEventListener(name, one, { once: true })));
      this.#root.replaceChildren(...styles);
    });
  }

  /** Load the chat, and follow the conversation of before. */
  #load() {
    return (this.#loading ??= this.#loaded(this.#begun));
  }

  /** @param {number} turn */
  async #loaded(turn) {
    const { startChat } = await import("./chat.js");
    if (!this.hasAttribute("page")) {
      const style = el("link", { rel: "stylesheet", href: new URL("./chat.css", import.meta.url).href });
      await new Promise((done) => {
        ["load", "error"].forEach((name) => style.addEventListener(name, done, { once: true }));
        this.#frame.before(style);
      });
    }
    if (turn !== this.#begun) return;
    const page = this.hasAttribute("page");
    this.#chat = startChat({ server: SERVER, speech: this.#speech, token: this.token, page, close: () => void this.#show(false), changed: () => this.#noted() });
    this.#frame.prepend(this.#chat.view.panel);
  }

  /**
   * @param {boolean} open
   * @param {boolean} [asked] whether somebody asked for it just now
   */
  async #show(open, asked = true) {
    const launcher = this.#launcher;
    if (!open && !launcher) return;
    launcher?.show(open);
    if (asked) this.#kept.set("open", open ? "yes" : "no", "sessionStorage");
    if (open) await this.#load();
    this.#chat?.view.toggle(open, asked);
    if (!open && asked) launcher?.button.focus();
    this.#noted();
  }

  /** Count what came while the chat was closed. */
  #noted() {
    const launcher = this.#launcher;
    const messages = [...(this.#chat?.conversation.messages.values() ?? [])];
    if (!launcher || !this.#chat?.conversation.caughtUp) return;
    if (launcher.open) return this.#kept.set("seen", messages.at(-1)?.id ?? "");
    const seen = this.#kept.get("seen");
    const fresh = messages.slice(messages.findIndex((said) => said.id === seen) + 1).filter((said) => said.role !== "customer");
    launcher.unread(fresh.length, fresh.at(-1)?.text ?? "");
  }
}

/** Return the token that the page was opened with, kept as long as its window, or null. */
function tokenOfPage() {
  const given = tokenFromAddress();
  try {
    if (given) sessionStorage.setItem("support-agent token", given);
    return given ?? sessionStorage.getItem("support-agent token");
  } catch {
    return given;
  }
}

customElements.define("support-agent", SupportAgent);

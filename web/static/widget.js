// The chat as a web component: `<support-agent>`, on our own page and on those of shops.

import { tokenFromAddress } from "./api.js";
import { Conversation } from "./conversation.js";
import { el } from "./dom.js";
import { ChatView } from "./view.js";
import { loadSpeech, wantedLanguages } from "./words.js";

const SERVER = new URL(import.meta.url).origin;

/**
 * Show the chat. Attributes: `page` fills the page it stands on, else a button opens a panel; `open` opens it at once; `token` is the
 * customer's, signed by the shop; `lang` the language. The look follows the CSS variables of `theme.css`.
 */
class SupportAgent extends HTMLElement {
  static observedAttributes = ["token"];
  /** @type {Conversation | null} */ #conversation = null;
  /** @type {string | null} */ #token = null;
  #root = this.attachShadow({ mode: "open" });

  /** The customer's token; the same conversation as before goes on in their name. */
  get token() {
    return this.#token ?? this.getAttribute("token");
  }

  set token(token) {
    this.#token = token;
    if (this.#conversation) this.#begin();
  }

  connectedCallback() {
    if (this.hasAttribute("page")) this.#token = tokenOfPage();
    this.#begin();
  }

  disconnectedCallback() {
    this.#conversation?.close();
    this.#conversation = null;
  }

  /**
   * @param {string} _name
   * @param {string | null} before
   * @param {string | null} after
   */
  attributeChangedCallback(_name, before, after) {
    if (this.#conversation && before !== after) this.#begin();
  }

  async #begin() {
    this.#conversation?.close();
    const speech = await loadSpeech([this.lang, ...wantedLanguages()], (language) => import(`./words/${language}.js`));
    const page = this.hasAttribute("page");
    if (page) document.documentElement.lang = speech.language;
    if (page) document.title = speech.say("title");
    const view = new ChatView(speech, SERVER, { page, open: page || this.hasAttribute("open") });
    const conversation = new Conversation(SERVER, speech.language, this.token, (change, detail) => view.show(change, detail));
    this.#conversation?.close();
    this.#conversation = conversation;
    const styles = ["theme.css", "chat.css"].map((name) => el("link", { rel: "stylesheet", href: new URL(`./${name}`, import.meta.url).href }));
    await new Promise((styled) => {
      let left = styles.length;
      // Unstyled, the chat would jump; without its styles it is still better than nothing.
      const one = () => --left || styled(null);
      styles.forEach((style) => ["load", "error"].forEach((name) => style.addEventListener(name, one, { once: true })));
      this.#root.replaceChildren(...styles);
    });
    this.#root.replaceChildren(...styles, view.root);
    view.attach(conversation);
    await conversation.start();
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

// The chat as a web component: `<support-agent>`, on our own page and on those of shops.

import { el } from "./dom.js";
import { loadSpeech, wantedLanguages } from "./words.js";

class SupportAgent extends HTMLElement {
  async connectedCallback() {
    const root = this.attachShadow({ mode: "open" });
    const speech = await loadSpeech(wantedLanguages(), (language) => import(`./words/${language}.js`));
    root.append(
      el("link", { rel: "stylesheet", href: new URL("./theme.css", import.meta.url).href }),
      el("main", { lang: speech.language, dir: speech.direction }, el("h1", {}, speech.say("title"))),
    );
  }
}

customElements.define("support-agent", SupportAgent);

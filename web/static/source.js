// Lead from a passage of an article back to the conversation that cites it.

import { loadSpeech, wantedLanguages } from "./words.js";

const { say, language, direction } = await loadSpeech(wantedLanguages(), (tongue) => import(`./words/${tongue}.js`));
const back = /** @type {HTMLButtonElement} */ (document.getElementById("back"));
back.textContent = say("back");
back.lang = language;
back.dir = direction;
back.addEventListener("click", () => {
  if (history.length > 1) return history.back();
  window.close(); // it was opened in a tab of its own, beside the conversation
  setTimeout(() => location.assign("/chat"), 300); // where the browser does not let it
});
back.hidden = false;
const gone = /** @type {HTMLElement | null} */ (document.querySelector(".gone h1"));
if (gone) {
  gone.textContent = document.title = say("source_gone");
  gone.lang = language;
}

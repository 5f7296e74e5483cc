// Say in the visitor's language what is to be found at this server, and greet as the business does.

import { loadSpeech, translate, wantedLanguages } from "./words.js";

const speech = await loadSpeech(wantedLanguages(), (language) => import(`./words/${language}.js`));
translate(speech);
const answer = await fetch(`/v1/chat?locale=${speech.tag}`);
if (answer.ok) {
  const chat = await answer.json();
  for (const [id, words] of [["greeting", chat.greeting], ["about", chat.reply_time]]) {
    const place = document.getElementById(id);
    if (place && words) place.textContent = words;
  }
}

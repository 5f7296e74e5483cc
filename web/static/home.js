// Say in the visitor's language what is to be found at this server.

import { loadSpeech, translate, wantedLanguages } from "./words.js";

translate(await loadSpeech(wantedLanguages(), (language) => import(`./words/${language}.js`)));

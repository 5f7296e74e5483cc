// Choose the language of a page and keep its words.

/** @typedef {Record<string, string>} Words */
/** @typedef {{language: string, tag: string, direction: "ltr" | "rtl", say: (key: string, values?: Record<string, string | number>) => string}} Speech */

export const LANGUAGES = ["en", "de", "ar", "fr"];
export const STAFF_LANGUAGES = ["en", "de", "ar"];
// The languages that the business serves, its own first; the server writes them in.
const SERVED = "$languages".split(",");
const RIGHT_TO_LEFT = ["ar"];

/**
 * Return the best of our languages: the wanted ones come first, English last.
 * @param {readonly (string | null | undefined)[]} wanted language tags
 * @param {readonly string[]} ours
 */
export function chooseLanguage(wanted, ours = LANGUAGES) {
  const known = wanted.map((tag) => tag?.toLowerCase().split("-")[0] ?? "").find((tag) => ours.includes(tag));
  return known ?? "en";
}

/**
 * Return how a page speaks.
 * @param {readonly (string | null | undefined)[]} wanted language tags, best first
 * @param {(language: string) => Promise<{default: Words}>} load imports the file of a language
 * @param {readonly string[]} ours the languages there is a file of
 * @returns {Promise<Speech>}
 */
export async function loadSpeech(wanted, load, ours = LANGUAGES) {
  const language = chooseLanguage(wanted, ours);
  const words = (await load(language)).default;
  const direction = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
  // Names and numbers keep their own direction inside a sentence that runs from right to left.
  const isolated = (/** @type {string} */ value) => (direction === "rtl" && value ? `\u2068${value}\u2069` : value);
  return {
    language,
    tag: wanted.find((tag) => tag?.toLowerCase().split("-")[0] === language) ?? language,
    direction,
    say: (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => isolated(String(values[name] ?? ""))),
  };
}

/**
 * Return the languages a visitor wants: the one in the address (`?lang=de`), those of the browser, then the business's own.
 *
 * Every browser knows English; where the business does not serve it, that it does says nothing.
 */
export function wantedLanguages() {
  const english = SERVED.includes("en") || SERVED[0]?.startsWith("$");
  const wanted = navigator.languages.filter((tag) => english || !tag.toLowerCase().startsWith("en"));
  return [new URLSearchParams(location.search).get("lang"), ...wanted, SERVED[0]];
}

/**
 * Set a page's language, and fill in the elements that name their words: `data-word` is the text, `data-label` the label.
 * @param {Speech} speech
 * @param {ParentNode} [root]
 */
export function translate(speech, root = document) {
  if (root === document) {
    document.documentElement.lang = speech.language;
    document.documentElement.dir = speech.direction;
  }
  for (const element of root.querySelectorAll("[data-word]")) {
    element.textContent = speech.say(element.getAttribute("data-word") ?? "");
  }
  for (const element of root.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", speech.say(element.getAttribute("data-label") ?? ""));
  }
  for (const element of root.querySelectorAll("[data-hint]")) {
    element.setAttribute("placeholder", speech.say(element.getAttribute("data-hint") ?? ""));
  }
}

// What the pages of operators share: finding elements, saying names and times, and showing what went wrong.

import { ApiError } from "../api.js";
import { el } from "../dom.js";
import { formatter } from "../times.js";

/** @typedef {import("../words.js").Speech} Speech */

/**
 * Return an element of the page that must be there.
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * Return the words for a value of a fixed set, such as a state; one that has none is shown as it is.
 * @param {Speech} speech
 * @param {string} kind
 * @param {string} value
 */
export function named(speech, kind, value) {
  const key = `${kind}_${value}`;
  const said = speech.say(key);
  return said === key ? value.replaceAll("_", " ") : said;
}

/**
 * Return the language of numbers and times: the visitor's own region, where the page speaks its language.
 * @param {Speech} speech
 */
export function region(speech) {
  return navigator.languages.find((tag) => tag.split("-")[0] === speech.language) ?? speech.language;
}

/**
 * Return a length of time in words, for example `3 h`.
 * @param {Speech} speech
 * @param {number} seconds
 */
export function lasting(speech, seconds) {
  const [value, unit] =
    seconds < 60 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : seconds < 172_800 ? [seconds / 3600, "hour"] : [seconds / 86_400, "day"];
  const digits = seconds < 10 ? 1 : 0;
  return formatter(Intl.NumberFormat, region(speech), { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits }).format(value);
}

/**
 * Return an instant in words.
 * @param {Speech} speech
 * @param {string} instant ISO 8601
 */
export function moment(speech, instant) {
  return formatter(Intl.DateTimeFormat, region(speech), { dateStyle: "medium", timeStyle: "short" }).format(new Date(instant));
}

/**
 * Return what is not empty, with dots between; each part keeps its own direction, so that none runs into its neighbour.
 * @param {string[]} parts
 */
export function dotted(parts) {
  return parts.filter(Boolean).flatMap((part, place) => [place ? " · " : "", el("bdi", {}, part)]);
}

/**
 * Show what went wrong, or nothing.
 * @param {Speech} speech
 * @param {unknown} [error]
 */
export function complain(speech, error) {
  const place = byId("alert", HTMLElement);
  if (error === undefined) place.textContent = "";
  else if (error instanceof ApiError) place.textContent = error.status === 0 ? speech.say("line_lost") : error.message;
  else {
    place.textContent = speech.say("page_failed");
    throw error;
  }
}

const SHOWN = 8_000;
const UNDO = 10_000;

/**
 * Say something in passing, aloud as well; returns what takes it away.
 * @param {string} words
 * @param {...Node} more
 */
export function toast(words, ...more) {
  byId("news", HTMLElement).textContent = words;
  const place = byId("toasts", HTMLElement);
  // What can still be undone stays until its time is over; other words give way to newer ones.
  if (!more.length) for (const before of place.querySelectorAll(".toast:not(:has(button))")) before.remove();
  const shown = el("div", { class: "toast" }, el("span", {}, words), ...more);
  place.append(shown);
  setTimeout(() => shown.remove(), more.length ? UNDO : SHOWN);
  return () => shown.remove();
}

/**
 * Do something in ten seconds, or when the page is left before; until then it can be undone.
 * @param {Speech} speech
 * @param {string} words
 * @param {() => unknown} undo
 * @param {() => unknown} act
 */
export function later(speech, words, undo, act) {
  const done = () => {
    clearTimeout(timer);
    window.removeEventListener("pagehide", done);
    hide();
    void act();
  };
  const back = () => {
    clearTimeout(timer);
    window.removeEventListener("pagehide", done);
    hide();
    void undo();
  };
  const hide = toast(words, el("button", { "data-act": "undo", click: back }, speech.say("undo")));
  const timer = setTimeout(done, UNDO);
  window.addEventListener("pagehide", done);
}

/**
 * Show a sheet over the page, drawn by `draw`, which is given what closes it.
 * @param {Speech} speech
 * @param {string} title
 * @param {(close: () => void) => (Node | string)[]} draw
 * @param {Record<string, string>} [values]
 */
export function sheet(speech, title, draw, values = {}) {
  const place = byId("sheet", HTMLDialogElement);
  const close = () => place.close();
  place.replaceChildren(
    el("div", { class: "sheet-top" }, el("h2", { id: "sheet-title" }, speech.say(title, values)), el("button", { class: "quiet", click: close }, speech.say("close"))),
    ...draw(close),
  );
  if (!place.open) place.showModal();
}

// A menu closes when something else is clicked, and by Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (event.target instanceof Node && !menu.contains(event.target)) menu.removeAttribute("open");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
  }
});

/** Answers that were begun and not sent, by what was asked: a sheet closes too easily to throw words away. @type {Map<string, string>} */
const unsent = new Map();

/**
 * Open a sheet that asks for the question and the answer of an article's draft; what was begun there before is still there.
 * @param {Speech} speech
 * @param {string} title
 * @param {{ question: string, answer?: string }} begun
 * @param {(question: string, answer: string, close: () => void) => Promise<void>} send
 */
export function articleSheet(speech, title, begun, send) {
  const question = el("input", { id: "article-question", value: begun.question, maxlength: 500, required: true });
  const answer = el("textarea", { id: "article-answer", rows: 8, maxlength: 20_000, required: true }, unsent.get(begun.question) ?? begun.answer ?? "");
  answer.addEventListener("input", () => unsent.set(begun.question, answer.value));
  sheet(speech, title, (close) => {
    const submit = async (/** @type {Event} */ event) => {
      event.preventDefault();
      await send(question.value, answer.value, () => {
        unsent.delete(begun.question);
        close();
      });
    };
    return [
      el(
        "form",
        { class: "stack", submit },
        el("p", { class: "quiet" }, speech.say("propose_help")),
        el("label", { for: question.id }, speech.say("article_question")),
        question,
        el("label", { for: answer.id }, speech.say("article_answer")),
        answer,
        el("div", { class: "buttons" }, el("button", { class: "primary" }, speech.say("propose_send"))),
      ),
    ];
  });
  (begun.answer === undefined ? answer : question).focus();
}

/**
 * Return a section of a page, its title and its place in the address from one word.
 * @param {Speech} speech
 * @param {string} title
 * @param {...(Node | string)} inside
 */
export function section(speech, title, ...inside) {
  return el("section", { class: "card", id: title }, el("h2", {}, speech.say(title)), ...inside);
}

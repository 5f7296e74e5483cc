// Drafts of articles: read, edited, released or discarded in a sheet over the desk.

import { el } from "../dom.js";
import { icon } from "./icons.js";
import { complain, sheet, toast } from "./page.js";
import { signedOutBy } from "./sign_in.js";

/** @typedef {{name: string, title: string, text: string, proposed: string, ticket: string}} Draft */

const PATH = "/v1/desk/articles";

/**
 * Return the button that opens the drafts.
 * @param {import("../api.js").Api} api
 * @param {import("../words.js").Speech} speech
 * @param {string} role of who is signed in; only leads and administrators release
 */
export function draftsButton(api, speech, role) {
  return el("button", { id: "drafts", class: "quiet", click: () => void show(api, speech, role !== "operator") }, icon("file-text"), el("span", {}, speech.say("drafts")));
}

/**
 * @param {import("../api.js").Api} api
 * @param {import("../words.js").Speech} speech
 * @param {boolean} mayRelease
 */
async function show(api, speech, mayRelease) {
  const ask = async (/** @type {string} */ method, /** @type {string} */ path, /** @type {unknown} */ body) => {
    try {
      return (await api.call(method, path, body)) ?? true;
    } catch (error) {
      if (!signedOutBy(error)) complain(speech, error);
      return null;
    }
  };
  const found = await ask("GET", PATH, undefined);
  if (!found) return;
  const again = () => void show(api, speech, mayRelease);
  const form = (/** @type {Draft} */ draft) => {
    const title = el("input", { id: `title-${draft.name}`, value: draft.title, maxlength: 120, required: true });
    const text = el("textarea", { id: `text-${draft.name}`, rows: 10, maxlength: 50_000, required: true }, draft.text);
    const keep = () => ask("PUT", `${PATH}/${draft.name}`, { title: title.value, text: text.value });
    const saved = async (/** @type {Event} */ event) => {
      event.preventDefault();
      if (await keep()) toast(speech.say("draft_saved"));
    };
    const release = async () => {
      if (!(await keep())) return;
      const made = await ask("POST", `${PATH}/${draft.name}/release`, undefined);
      if (!made) return;
      toast(speech.say(made.published ? "released_said" : "released_to_ingest", { file: made.article }));
      again();
    };
    const discard = async () => {
      if (await ask("DELETE", `${PATH}/${draft.name}`, undefined)) again();
    };
    return el(
      "details",
      { class: "card" },
      el("summary", {}, draft.title, draft.ticket ? el("span", { class: "tag" }, draft.ticket) : null),
      el(
        "form",
        { class: "stack", submit: saved },
        el("label", { for: title.id }, speech.say("article_title")),
        title,
        el("label", { for: text.id }, speech.say("article_text")),
        text,
        el("p", { class: "quiet" }, speech.say("review_help")),
        el(
          "div",
          { class: "buttons" },
          el("button", {}, speech.say("save_draft")),
          mayRelease ? el("button", { type: "button", class: "primary", click: release }, icon("check"), speech.say("release")) : null,
          mayRelease ? el("button", { type: "button", class: "quiet", click: discard }, icon("trash"), speech.say("discard")) : null,
        ),
      ),
    );
  };
  sheet(speech, "drafts", () => (found.drafts.length ? found.drafts.map(form) : [el("p", { class: "empty" }, speech.say("drafts_none"))]));
}

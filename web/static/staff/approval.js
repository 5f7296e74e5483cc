// A card for an action that waits for staff, built from the row of the ledger and from nothing a model wrote.

import { el } from "../dom.js";
import { moment, named } from "./page.js";

/** @typedef {import("../words.js").Speech} Speech */
/**
 * @typedef {{id: string, tool: string, args: Record<string, unknown>, asked_args: Record<string, unknown>, preview: string,
 *   why: string | null, yes: string | null, state: string, words: string, decided_by: string | null, proposed_at: string,
 *   steps: {at: string, state: string, actor: string, detail: string | null}[]}} Row
 */
/** @typedef {{decision: "approve" | "reject" | "edit", note: string, args?: Record<string, unknown>}} Decision */

/**
 * Return the card of an action; `decide` is called with what the operator chose.
 * @param {Row} row
 * @param {Speech} speech
 * @param {(decision: Decision) => unknown} decide
 */
export function approvalCard(row, speech, decide) {
  const waits = row.state === "awaiting_approval";
  return el(
    "article",
    { class: waits ? "card waits" : "card", "aria-label": speech.say("action_of", { tool: named(speech, "tool", row.tool) }) },
    el("p", {}, el("strong", {}, named(speech, "tool", row.tool)), " · ", named(speech, "action", row.state), row.decided_by ? ` · ${row.decided_by}` : ""),
    el("p", { class: "said", dir: "auto" }, row.preview),
    row.why ? el("p", { class: "quiet" }, speech.say("needs_approval", { why: row.why })) : null,
    row.yes ? el("p", { class: "quiet" }, speech.say("customer_agreed", { yes: row.yes })) : null,
    waits ? decisions(row, speech, decide) : null,
    el(
      "details",
      {},
      el("summary", {}, speech.say("trail")),
      el("ol", {}, ...row.steps.map((step) => el("li", {}, [moment(speech, step.at), named(speech, "action", step.state), step.actor, step.detail ?? ""].filter(Boolean).join(" · ")))),
    ),
  );
}

/**
 * @param {Row} row
 * @param {Speech} speech
 * @param {(decision: Decision) => unknown} decide
 */
function decisions(row, speech, decide) {
  const note = el("input", { id: `note-${row.id}`, maxlength: 2000, autocomplete: "off" });
  const fields = Object.entries(row.asked_args).map(([name, value]) => argument(row.id, name, value));
  const edit = () => decide({ decision: "edit", note: note.value, args: Object.fromEntries(fields.flatMap((field) => field.changed())) });
  return el(
    "div",
    { class: "decide" },
    el("label", { for: note.id }, speech.say("note")),
    note,
    el(
      "div",
      { class: "buttons" },
      el("button", { class: "primary", click: () => decide({ decision: "approve", note: note.value }) }, speech.say("approve")),
      el("button", { click: () => decide({ decision: "reject", note: note.value }) }, speech.say("reject")),
    ),
    el(
      "details",
      {},
      el("summary", {}, speech.say("change")),
      ...fields.map((field) => field.shown),
      el("p", { class: "quiet" }, speech.say("change_help")),
      el("button", { click: edit }, speech.say("approve_changed")),
    ),
  );
}

/**
 * Return a field for one argument: text as it is, anything else as JSON.
 * @param {string} id
 * @param {string} name
 * @param {unknown} value
 */
function argument(id, name, value) {
  const plain = typeof value === "string";
  const before = plain ? value : JSON.stringify(value);
  const input = el("input", { id: `${id}-${name}`, value: before, autocomplete: "off" });
  return {
    shown: el("div", {}, el("label", { for: input.id }, name), input),
    /** @returns {[string, unknown][]} */
    changed: () => (input.value === before ? [] : [[name, plain ? input.value : read(input.value)]]),
  };
}

/**
 * Return what a text says as JSON, or the text: the server says what is wrong with it.
 * @param {string} text
 * @returns {unknown}
 */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

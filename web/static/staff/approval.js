// A card for an action that waits for staff, built from the row of the ledger and from nothing a model wrote.

import { el } from "../dom.js";
import { dotted, moment, named } from "./page.js";

/** @typedef {import("../words.js").Speech} Speech */
/**
 * @typedef {{id: string, tool: string, args: Record<string, unknown>, asked_args: Record<string, unknown>, arguments: Record<string, Schema>, preview: string,
 *   why: string | null, yes: string | null, state: string, words: string, decided_by: string | null, proposed_at: string,
 *   steps: {at: string, state: string, actor: string, detail: string | null}[]}} Row
 */
/** @typedef {{type?: string, enum?: unknown[], description?: string, title?: string, items?: Schema, anyOf?: Schema[]}} Schema */
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
      el("ol", {}, ...row.steps.map((step) => el("li", {}, ...dotted([moment(speech, step.at), named(speech, "action", step.state), step.actor, step.detail ?? ""])))),
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
  const fields = Object.entries(row.asked_args).map(([name, value]) => argument(row.id, name, value, row.arguments[name] ?? {}));
  const label = el("label", { for: note.id }, speech.say("note"));
  const refuse = el("button", { click: () => {
    const asked = label.textContent === speech.say("reject_reason");
    if (asked || note.value.trim()) return decide({ decision: "reject", note: note.value });
    // Who hears a no wants to hear why.
    label.textContent = speech.say("reject_reason");
    refuse.textContent = speech.say("reject_anyway");
    note.focus();
  } }, speech.say("reject"));
  const edit = () => decide({ decision: "edit", note: note.value, args: Object.fromEntries(fields.flatMap((field) => field.changed())) });
  return el(
    "div",
    { class: "decide" },
    label,
    note,
    el(
      "div",
      { class: "buttons" },
      el("button", { class: "primary", click: () => decide({ decision: "approve", note: note.value }) }, speech.say("approve")),
      refuse,
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
 * Return a field for one argument, by the tool's schema: a choice, a number, a tick, a line, or several lines; only what nests is JSON.
 * @param {string} id
 * @param {string} name
 * @param {unknown} value
 * @param {Schema} schema
 */
function argument(id, name, value, schema) {
  const kind = schema.type ?? schema.anyOf?.find((one) => one.type !== "null")?.type ?? typeof value;
  const options = schema.enum ?? schema.anyOf?.find((one) => one.enum)?.enum;
  const field = { id: `${id}-${name}`, autocomplete: "off" };
  const lines = Array.isArray(value) && value.every((each) => typeof each === "string");
  const before = kind === "boolean" ? String(value) : lines ? value.join("\n") : typeof value === "object" ? JSON.stringify(value) : String(value ?? "");
  const choices = kind === "boolean" ? ["true", "false"] : options?.map(String);
  const input = choices
    ? el("select", field, ...choices.map((each) => el("option", { value: each, selected: each === before }, each)))
    : lines
      ? el("textarea", { ...field, rows: Math.max(2, value.length) }, before)
      : el("input", { ...field, value: before, inputmode: kind === "number" || kind === "integer" ? "decimal" : null });
  const help = schema.description ?? "";
  const said = (/** @type {string} */ text) => {
    if (lines) return text.split("\n").map((line) => line.trim()).filter(Boolean);
    if (kind === "string") return text;
    return read(text);
  };
  return {
    shown: el("div", {}, el("label", { for: input.id }, name.replaceAll("_", " ")), input, help ? el("span", { class: "quiet" }, help) : null),
    /** @returns {[string, unknown][]} */
    changed: () => (input.value === before ? [] : [[name, said(input.value)]]),
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

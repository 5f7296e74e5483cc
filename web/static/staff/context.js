// The pane on the right: who the customer is, the ticket's place in the queue, records, and what there was before.

import { el } from "../dom.js";
import { caseCard } from "./cases.js";
import { icon } from "./icons.js";
import { dotted, lasting, moment, named, region } from "./page.js";
import { PRIORITIES, slaWords, snoozed } from "./queue.js";

/** @typedef {import("../words.js").Speech} Speech */
/** @typedef {import("./conversation.js").Shown} Shown */
/** @typedef {{name: string, value: string}} Fact */
/**
 * @typedef {{id: string, name: string, contact: Fact[], about: Fact[], earlier: import("./rows.js").Listed[],
 *   records: {kind: string, title: string, status: string | null, facts: Fact[]}[]}} Customer
 */

/** Characters from which a list is folded, so that it does not push away what stands below. */
const FOLDED = 300;

export class ContextPane {
  /**
   * @param {HTMLElement} place
   * @param {Speech} speech
   * @param {{queues: string[], people: string[]}} desk
   * @param {(body: Record<string, unknown>) => unknown} change changes the ticket that is shown
   */
  constructor(place, speech, desk, change) {
    this.place = place;
    this.speech = speech;
    this.desk = desk;
    this.change = change;
    this.person = el("section", {});
    this.ticket = el("section", { id: "ticket" });
    this.cases = el("section", { id: "cases" });
    this.records = el("section", {});
    this.earlier = el("section", {});
    this.shown = "";
    place.replaceChildren(this.person, this.ticket, this.cases, this.records, this.earlier);
  }

  /**
   * Show a conversation's context; the customer's part is null until it was read, and for visitors.
   * @param {Shown} shown
   * @param {Customer | null} customer
   */
  show(shown, customer) {
    const state = JSON.stringify([shown.ticket, shown.cases, shown.customer_id, shown.verified_by, customer]);
    if (state === this.shown || this.ticket.contains(document.activeElement)) return; // nobody is disturbed while choosing
    this.shown = state;
    this.#showPerson(shown, customer);
    this.#showTicket(shown);
    this.cases.hidden = !shown.cases.length;
    this.cases.replaceChildren(el("h3", {}, this.speech.say("cases")), ...shown.cases.map((one) => caseCard(one, this.speech)));
    this.#showRecords(customer);
    this.#showEarlier(shown, customer);
  }

  /**
   * @param {Shown} shown
   * @param {Customer | null} customer
   */
  #showPerson(shown, customer) {
    const { speech } = this;
    const name = customer?.name ?? shown.customer_id ?? speech.say("visitor");
    const language = new Intl.DisplayNames([region(speech)], { type: "language" }).of(shown.ticket?.language && shown.ticket.language !== "und" ? shown.ticket.language : shown.locale);
    const rows = [
      ...(customer?.contact ?? []).map((fact) => /** @type {[string, string]} */ ([named(speech, "fact", fact.name), fact.value])),
      /** @type {[string, string]} */ ([speech.say("language"), language ?? shown.locale]),
      /** @type {[string, string]} */ ([speech.say("known_by"), shown.verified_by ? speech.say(`verified_${shown.verified_by}`) : ""]),
    ];
    const initials = !shown.customer_id ? "" : name.split(/[\s_]+/).map((part) => part[0] ?? "").join("").slice(0, 2).toUpperCase();
    const hidden = () => document.getElementById("work")?.classList.remove("asking");
    this.person.replaceChildren(
      el(
        "div",
        { class: "person" },
        el("span", { class: "face", "aria-hidden": "true" }, initials || icon("user")),
        el("div", {}, el("h3", { dir: "auto" }, name), shown.customer_id && name !== shown.customer_id ? el("p", { class: "quiet" }, shown.customer_id) : null),
        el("button", { class: "quiet small closer", "aria-label": speech.say("close"), click: hidden }, icon("x")),
      ),
      facts(rows),
    );
  }

  /** @param {Shown} shown */
  #showTicket(shown) {
    const { speech } = this;
    const { ticket, item } = shown;
    this.ticket.hidden = !ticket;
    if (!ticket) return;
    const open = ticket.status === "pending" || ticket.status === "human";
    /** @type {[string, string | string[]][]} */
    const rows = [
      ["wait", item && open && !snoozed(item) ? slaWords(speech, item) : ""],
      ["snoozed", ticket.snoozed_until && snoozed(ticket) ? moment(speech, ticket.snoozed_until) : ""],
      ["opened", moment(speech, ticket.created_at)],
      ["reopened", ticket.reopened ? String(ticket.reopened) : ""],
      ["first_reply", ticket.first_reply_seconds === null ? "" : lasting(speech, ticket.first_reply_seconds)],
      ["reason", [named(speech, "reason", ticket.reason), ticket.detail.startsWith("the customer ") ? "" : ticket.detail].filter(Boolean).join(" · ")], // some details only repeat it
      ["sentiment", ticket.sentiment === "neutral" ? "" : named(speech, "sentiment", ticket.sentiment)],
      ["summary", ticket.summary],
      ["wish", ticket.summary.includes(ticket.wish) ? "" : ticket.wish], // said twice, it is no help
      ["next_step", ticket.next_step],
      ["facts", ticket.facts],
      ["steps_tried", ticket.steps_tried],
      ["merged", ticket.merged_into ?? ""],
      ["rating", ticket.rating ? `${"★".repeat(ticket.rating.stars)}${"☆".repeat(5 - ticket.rating.stars)} ${ticket.rating.comment}` : ""],
    ];
    this.ticket.replaceChildren(
      el("h3", {}, speech.say("ticket", { ticket: ticket.id })),
      open ? this.#form(ticket) : facts([[speech.say("field_state"), named(speech, "state", ticket.status)]]),
      facts(rows.map(([name, value]) => [speech.say(`field_${name}`), value])),
    );
  }

  /** @param {import("./conversation.js").Ticket} ticket */
  #form(ticket) {
    const { speech, desk } = this;
    const select = (/** @type {string} */ name, /** @type {[string, string][]} */ options, /** @type {string} */ now, /** @type {(value: string) => Record<string, unknown>} */ body) =>
      el(
        "label",
        {},
        speech.say(name),
        el("select", { "data-field": name, change: (/** @type {Event} */ event) => this.change(body(/** @type {HTMLSelectElement} */ (event.target).value)) }, ...options.map(([value, words]) => el("option", { value, selected: value === now }, words))),
      );
    const people = [...new Set([...desk.people, ...(ticket.operator ? [ticket.operator] : [])])];
    /** @type {HTMLInputElement} */
    const tags = el("input", { value: ticket.tags.join(", "), maxlength: 400, autocomplete: "off", placeholder: speech.say("tags_hint"), change: () => this.change({ tags: tags.value.split(",").map((tag) => tag.trim()).filter(Boolean) }) });
    return el(
      "form",
      { submit: (/** @type {Event} */ event) => event.preventDefault() },
      select("assignee", [["", speech.say("nobody")], ...people.map((name) => /** @type {[string, string]} */ ([name, name]))], ticket.operator ?? "", (operator) => ({ operator, instead_of: ticket.operator })),
      select("queue", desk.queues.filter((name) => name !== "approvals").map((name) => [name, named(speech, "queue", name)]), ticket.queue, (queue) => ({ queue })),
      select("priority", PRIORITIES.map((name) => [name, named(speech, "priority", name)]), ticket.priority, (priority) => ({ priority })),
      el("label", {}, speech.say("tags"), tags),
    );
  }

  /** @param {Customer | null} customer */
  #showRecords(customer) {
    const { speech } = this;
    const records = customer?.records ?? [];
    const about = customer?.about ?? [];
    this.records.hidden = !records.length && !about.length;
    const several = new Set(records.map((record) => record.kind)).size > 1;
    const rows = (/** @type {Fact[]} */ found) => facts(found.map((fact) => [named(speech, "fact", fact.name), fact.value]));
    this.records.replaceChildren(
      el("h3", {}, speech.say("records")),
      ...records.map((record) =>
        el(
          "details",
          { class: "card" },
          el("summary", {}, several ? el("span", { class: "quiet" }, named(speech, "fact", record.kind)) : null, record.title, record.status ? el("span", { class: "tag" }, record.status) : null),
          rows(record.facts),
        ),
      ),
      about.length ? el("details", { class: "card" }, el("summary", {}, speech.say("profile")), rows(about)) : "",
    );
  }

  /**
   * @param {Shown} shown
   * @param {Customer | null} customer
   */
  #showEarlier(shown, customer) {
    const { speech } = this;
    const others = (customer?.earlier ?? []).filter((one) => one.thread_id !== shown.thread_id);
    this.earlier.hidden = !others.length;
    this.earlier.replaceChildren(
      el("h3", {}, speech.say("earlier")),
      el(
        "ul",
        {},
        ...others.map((one) =>
          el(
            "li",
            {},
            el("a", { href: `#thread=${encodeURIComponent(one.thread_id)}`, dir: "auto" }, one.first_line),
            el("span", { class: "quiet" }, ...dotted([moment(speech, one.last_at), one.ticket_id ?? "", one.ticket_id ? named(speech, "state", one.state) : ""])),
          ),
        ),
      ),
    );
  }
}

/**
 * Return a list of names and values; those without a value are left out, and long lists are folded.
 * @param {[string, string | string[]][]} rows
 */
function facts(rows) {
  return el(
    "dl",
    {},
    ...rows
      .filter(([, value]) => value.length > 0)
      .flatMap(([name, value]) => [el("dt", {}, name), el("dd", { dir: "auto" }, typeof value === "string" ? value : lines(value))]),
  );
}

/** @param {string[]} values */
function lines(values) {
  const list = el("ul", {}, ...values.map((line) => el("li", {}, line)));
  return values.join("").length > FOLDED ? el("details", {}, el("summary", {}, String(values.length)), list) : list;
}

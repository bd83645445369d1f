// Tables: of paths, nodes and links; sorted by what stands over a column, filtered by a word, lit where chosen.

import { button, html } from "./elements.js";
import { howMany, percent, shown, signed } from "./words.js";

/** A table shows so many rows before more are asked for. */
const FIRST_ROWS = 25;
const MORE_ROWS = 200;
const ALIKE = new Intl.Collator("en", { numeric: true });
const FORMS = { percent, signed, number: shown };

/**
 * Return a table that is there once and shown often: `columns` are {title, form, value}, with `form` "text", a name of
 * FORMS, or what makes a text of a value and its row; `rows` have a `key`, `name`, what else columns read, and `target`, which the button in the first cell chooses.
 */
export function makeTable(id, act) {
  const table = { id, act, sort: null, most: FIRST_ROWS, columns: [], rows: [] };
  table.caption = html("caption");
  table.head = html("thead");
  table.body = html("tbody");
  table.more = button("", () => { table.most += MORE_ROWS; fillBody(table); }, { class: "more" });
  table.filter = html("input", { type: "search", id: `${id}-filter`, input: () => { table.most = FIRST_ROWS; fillBody(table); } });
  table.count = html("span", { class: "count", role: "status" });
  const above = html("p", { class: "filter" }, html("label", { for: `${id}-filter` }, "Only rows with "), table.filter, " ", table.count);
  const scrolled = html("div", { class: "scrolled", tabindex: 0, role: "region", "aria-labelledby": `${id}-title` }, html("table", {}, table.caption, table.head, table.body));
  table.title = html("h2", { id: `${id}-title` });
  table.element = html("section", { id, class: "table" }, table.title, above, scrolled, table.more);
  return table;
}

/** Show rows under columns; a heading that is pressed sorts, largest numbers first. */
export function showTable(table, title, note, { rows, columns }, lit) {
  const titles = (list) => list.map((column) => column.title).join("\n");
  const isNew = titles(columns) !== titles(table.columns);
  Object.assign(table, { columns, rows, lit });
  table.element.hidden = rows.length === 0;
  table.title.textContent = title;
  table.caption.textContent = note;
  table.caption.hidden = !note;
  if (isNew) {
    table.sort = null;
    const heading = (column, at) =>
      html("th", { scope: "col", class: numberClass(column) }, button(column.title, () => sortBy(table, at)));
    table.head.replaceChildren(html("tr", {}, ...columns.map(heading)));
  }
  fillBody(table);
}

const numberClass = ({ form }) => (form === "text" ? "" : "number");

function sortBy(table, at) {
  const isText = table.columns[at].form === "text";
  const ascending = table.sort?.at === at ? !table.sort.ascending : isText;
  table.sort = { at, ascending };
  [...table.head.querySelectorAll("th")].forEach((head, place) => {
    if (place === at) head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  });
  fillBody(table);
}

function sortedRows({ rows, columns, sort }) {
  if (!sort) return rows;
  const { value, form } = columns[sort.at];
  const compare = form === "text" ? (one, other) => ALIKE.compare(shown(value(one)), shown(value(other))) : (one, other) => orderOf(value(one)) - orderOf(value(other));
  return [...rows].sort((one, other) => (sort.ascending ? compare(one, other) : compare(other, one)));
}

function orderOf(value) {
  return typeof value === "number" && !Number.isNaN(value) ? value : -Number.MAX_VALUE;
}

function fillBody(table) {
  const word = table.filter.value.trim().toLowerCase();
  const texts = (row) => table.columns.map(({ value }) => shown(value(row))).join(" ").toLowerCase();
  const rows = sortedRows(table).filter((row) => !word || texts(row).includes(word));
  const focus = table.body.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  table.body.replaceChildren(...rows.slice(0, table.most).map((row) => lineOf(table, row)));
  if (focus) [...table.body.querySelectorAll("button")].find((each) => each.dataset.key === focus)?.focus();
  table.more.hidden = rows.length <= table.most;
  table.more.textContent = `Show more: ${howMany(rows.length - table.most, "rows")} left`;
  table.count.textContent = word ? `${shown(rows.length)} of ${howMany(table.rows.length, "rows")}` : howMany(table.rows.length, "rows");
}

function lineOf(table, row) {
  const isLit = row.key === table.lit;
  const cells = table.columns.map((column, at) => {
    const text = textIn(column, row);
    if (at > 0) return html("td", { class: numberClass(column) }, text);
    return html("th", { scope: "row" }, button(text, () => table.act.select(row.target), { "data-key": row.key, "aria-pressed": String(isLit) }));
  });
  const hover = (target) => () => table.act.hover(target);
  const click = (event) => event.target.closest("button") || table.act.select(row.target);
  const over = { click, pointerenter: hover(row.target), pointerleave: hover(null), focusin: hover(row.target), focusout: hover(null) };
  return html("tr", { class: isLit ? "lit" : "", ...row.data, ...over }, ...cells);
}

/** Return what a column says of a row. */
function textIn({ value, form }, row) {
  if (typeof form === "function") return form(value(row), row);
  return (FORMS[form] ?? shown)(value(row));
}

/** Return what columns say of a row, each with what stands over it. */
export function factsIn(columns, row) {
  return columns.map((column) => [column.title, textIn(column, row)]);
}

/** Return names and values one under the other; what is unknown is left out. */
export function factList(facts) {
  const known = facts.filter(([, text]) => text !== "" && text !== null && text !== undefined);
  return known.length ? html("dl", {}, ...known.flatMap(([name, text]) => [html("dt", {}, name), html("dd", {}, text)])) : null;
}

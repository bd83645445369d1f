// How the page says numbers, nodes and edges: as reports do, by what an edge means.

/** By what an edge means: what its tail does to its head, the other way round, and what a path says in the plural. */
const VERBS = {
  "depends on": ["depends on", "is needed by", "rests on", "rests on", "what rests on it"],
  imports: ["imports", "is imported by", "imports, directly or through others,", "pulls in", "who pulls it in"],
  calls: ["calls", "is called by", "calls, directly or through others,", "calls", "who calls it"],
  causes: ["causes", "is caused by", "moves", "moves", "what moves it"],
  feeds: ["feeds", "is fed by", "feeds", "feeds", "what feeds it"],
  drives: ["drives", "is driven by", "drives", "drives", "what drives it"],
};

/** Return the words for what an edge means: `does`, `done`, `relation`, `reaches` and `needing`. */
export function wordsFor(meaning) {
  const [does, done, relation, reaches, needing] = Object.hasOwn(VERBS, meaning) ? VERBS[meaning] : ["leads to", "is led to by", "leads to", "leads to", "what leads to it"];
  return { does, done, relation, reaches, needing };
}

/** Return a number as a table has room for: four significant digits, ints and what is before the point whole; text as it is. */
export function shown(value) {
  if (typeof value !== "number") return value === null || value === undefined ? "" : asText(value);
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "∞").replace("-", "−").replace("NaN", "unknown");
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return grouped(value);
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e15) return scientific(value);
  return grouped(size < 1e4 ? Number(value.toPrecision(4)) : Math.round(value));
}

function grouped(value) {
  const [whole, part] = String(Math.abs(value)).split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
  return value < 0 ? `−${text}` : text;
}

function scientific(value) {
  const [digits, power] = value.toExponential(3).split("e");
  return `${Number(digits)}e${Number(power)}`.replaceAll("-", "−");
}

function asText(value) {
  if (Array.isArray(value)) return value.map(asText).join(", ");
  if (typeof value === "boolean") return value ? "yes" : "no";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /^-?\d{31,}$/.test(text) ? `${shortened(text, 21).replace("-", "−")} (${grouped(text.replace("-", "").length)} digits)` : text;
}

/** How many seconds units of time are, and how many times as large those of bytes. */
const SECONDS = { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 };
const BYTES = ["B", "kB", "MB", "GB", "TB"];

/** Return what a profile measured with its unit: time and bytes in the unit that fits `size`, which is the value unless said. */
export function amount(value, unit, size = value) {
  if (typeof value !== "number" || !Number.isFinite(value)) return shown(value);
  if (unit === "bytes") {
    const power = BYTES.findIndex((_, at) => at === BYTES.length - 1 || Math.abs(size) < 999.95 * 1000 ** at);
    const number = value / 1000 ** power;
    return `${shown(size === value ? Number(number.toFixed(1)) : number)} ${BYTES[power]}`;
  }
  if (!Object.hasOwn(SECONDS, unit ?? "")) return /^(samples|calls|objects|events)$/.test(unit) ? howMany(value, unit) : `${shown(value)} ${unit ?? ""}`.trim();
  const seconds = value * SECONDS[unit];
  const fitting = Object.keys(SECONDS).find((name) => Math.abs(size * SECONDS[unit]) >= 0.99995 * SECONDS[name]) ?? (value ? "ns" : "s");
  return `${shown(seconds / SECONDS[fitting])} ${fitting}`;
}

/** Return a cost as a page of a profile says it: of a comparison in one unit, which counts have on top alone. */
export function costIn({ unit, total, total_before: before, isCompared }, value) {
  if (!isCompared || typeof value !== "number") return amount(value, unit);
  const isSaid = unit === "bytes" || Object.hasOwn(SECONDS, unit ?? "");
  return isSaid ? amount(value, unit, Math.max(Math.abs(total), Math.abs(before)) || value) : shown(value);
}

/** Return a change with its sign, of a profile as a cost. */
export function changeIn(part, value) {
  if (!part.measure) return signed(value);
  return `${value > 0 ? "+" : ""}${part.measure === "cost" ? costIn(part, value) : shown(value)}`;
}

/** Return a text that begins with a capital letter. */
export function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/** Return a number with its sign. */
export function signed(value) {
  return value > 0 ? `+${shown(value)}` : shown(value);
}

/** Return a part of the total in per cent; nothing where there is none, as where the total is 0. */
export function percent(share) {
  if (share === null || share === undefined || !Number.isFinite(share)) return "";
  const number = 100 * share;
  if (number !== 0 && Math.abs(number) < 0.05) return `${shown(Number(number.toPrecision(1)))} %`;
  return `${number.toFixed(1).replace("-", "−")} %`;
}

/** Return what an amount is of the answer; the amount itself where that has no parts. */
export function partText({ share, contribution }) {
  return percent(share) || shown(contribution);
}

/** Return texts one after the other with something between them, without those that say nothing. */
export function joinedBy(between, ...texts) {
  return texts.flat().filter(Boolean).join(between);
}

/** Return a number of things with their noun, which is given in the plural. */
export function howMany(number, plural) {
  if (number !== 1) return `${shown(number)} ${plural}`;
  const [ending, singular] = [["ies", "y"], ["sses", "ss"], ["ches", "ch"], ["s", ""], ["", ""]].find(([end]) => plural.endsWith(end));
  return `1 ${plural.slice(0, plural.length - ending.length)}${singular}`;
}

/** Return what a node is called. */
export function titleOf(node) {
  return [node.title, node.id].map((name) => String(name ?? "")).find((name) => name.trim()) ?? `"${node.id}"`;
}

/** Return the members of nodes that count as one; none where a file calls something else so. */
export function membersOf(node) {
  return Array.isArray(node?.members) ? node.members : [];
}

/** Return text of at most some length; of a longer one the start and the end. */
export function shortened(text, length) {
  const letters = [...text];
  if (letters.length <= length) return text;
  const half = (length - 1) >> 1;
  return `${letters.slice(0, length - 1 - half).join("")}…${letters.slice(letters.length - half).join("")}`;
}

/** What a column or a line of details is called, by the name that the record has for it. */
const HEADINGS = {
  tangent: "from start", adjoint: "to end", contribution: "through it", n_members: "counts as one", sd: "standard error",
  weight_before: "weight before", weight_after: "weight after", inclusive: "inclusive", clause: "range", estimated: "≈ estimated",
  what: "what happened", cost_before: "cost before", cost_after: "cost after", allowed: "the file allows", version_before: "version before", version_after: "version after", primitive_calls: "calls, no recursion",
};

/** Return what is written over a fact; a computation has tangents and adjoints. */
export function headingOf(name, meaning) {
  if (meaning === "feeds" && (name === "tangent" || name === "adjoint")) return name;
  return Object.hasOwn(HEADINGS, name) ? HEADINGS[name] : name.replaceAll("_", " ");
}

/** Return what a weight is called: a cost in a profile, a partial derivative in a computation. */
export function weightName({ measure, passing, edge_meaning: meaning }) {
  if (passing) return passing;
  return measure ? headingOf(measure) : meaning === "feeds" ? "partial" : "weight";
}

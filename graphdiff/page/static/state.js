// The state of the page, as the address has it: #why=a,b;c,d&n=40&node=x. Whoever is sent the address sees the same.

const joined = (names) => names.map((name) => encoded(name ?? "")).join(",");
const listed = (text) => (text ? text.split(",").map(decoded) : []);
const paired = (text) => [...listed(text), "", ""].slice(0, 2);
const number = (text) => (/^\d+$/.test(text ?? "") ? Number(text) : null);
const question = (text) => paired(text).map((name) => name || null);

/** How an address says what a state has: read from it (undefined: not there), and written (null: not at all). */
const LIST = { read: listed, write: (names) => joined(names) || null };
const TEXT = { read: (text = "") => decoded(text), write: (text) => encoded(text) || null };
const TEXT_OR_NULL = {
  read: (text) => (text === undefined ? null : decoded(text)),
  write: (text) => (text === null ? null : encoded(text)),
};
const WHOLE = { read: number, write: (value) => value };

/**
 * What is in a state: `why`, pairs of ends, each asked after the one before (null is the page's own end); `n`, how many
 * nodes are drawn; what is chosen, `node`, `edge` or `path`; `mode` of a comparison; `open` and `hide`, nodes drawn and
 * put away by hand; `q`, what was searched; `by` puts nodes together by a fact ("" by none, null as the record says), all but the groups `apart`,
 * of which `group` is chosen.
 */
const PARTS = {
  by: TEXT_OR_NULL, group: TEXT, apart: LIST, open: LIST, hide: LIST, q: TEXT, node: TEXT_OR_NULL, path: WHOLE,
  why: {
    read: (text) => (text ? text.split(";").map(question) : []),
    write: (why) => why.map(joined).join(";") || null,
  },
  n: { read: (text) => (text === "all" ? Infinity : number(text)), write: (n) => (n === Infinity ? "all" : n) },
  edge: { read: (text) => (text === undefined ? null : paired(text)), write: (edge) => (edge ? joined(edge) : null) },
  mode: {
    read: (text) => ["before", "after"].find((mode) => mode === text) ?? "both",
    write: (mode) => (mode === "both" ? null : mode),
  },
};

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // typed by hand, with a % of its own
  }
}

/** Return a text as part of an address; halves of letters, which no address holds, are replaced. */
function encoded(text) {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));
}

/** Return the state of an address. What an address does not say, or says wrongly, is as at first. */
export function stateOf(fragment) {
  const given = Object.fromEntries([...fragment.matchAll(/([^#&=]+)=([^&]*)/g)].map(([, name, text]) => [name, text]));
  return Object.fromEntries(Object.entries(PARTS).map(([name, { read }]) => [name, read(given[name])]));
}

/** Return the end of the address of a state. */
export function fragmentOf(state) {
  const texts = Object.entries(PARTS).map(([name, { write }]) => [name, write(state[name])]);
  return `#${texts.filter(([, text]) => text !== null).map((each) => each.join("=")).join("&")}`;
}

// The state of the page, as the address has it: #why=a,b;c,d&n=40&node=x. Whoever is sent the address sees the same.

/**
 * Return the state of an address: `why`, pairs of ends, each asked after the one before (null is the page's own end); `n`
 * how many nodes are drawn; what is chosen, `node`, `edge` or `path`; `mode` of a comparison; `open` and `hide`, nodes
 * drawn and put away by hand; `q`, what was searched; `by` puts nodes together by a fact ("" by none, null as the record does), all but the groups `apart`, of which `group` is chosen. What an address does not say, or says wrongly, is as at first.
 */
export function stateOf(fragment) {
  const given = new Map(fragment.replace(/^#/, "").split("&").map((each) => [each.split("=")[0], each.split("=").slice(1).join("=")]));
  const names = (text) => (text ? text.split(",").map(decoded) : []);
  const pair = (text) => [...names(text), "", ""].slice(0, 2);
  const number = (text) => (/^\d+$/.test(text ?? "") ? Number(text) : null);
  return {
    by: given.has("by") ? decoded(given.get("by")) : null, group: decoded(given.get("group") ?? ""), apart: names(given.get("apart")),
    why: given.get("why") ? given.get("why").split(";").map((text) => pair(text).map((name) => name || null)) : [], n: given.get("n") === "all" ? Infinity : number(given.get("n")), node: given.has("node") ? decoded(given.get("node")) : null,
    edge: given.has("edge") ? pair(given.get("edge")) : null, path: number(given.get("path")), mode: ["before", "after"].find((mode) => mode === given.get("mode")) ?? "both",
    open: names(given.get("open")), hide: names(given.get("hide")), q: decoded(given.get("q") ?? ""),
  };
}

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

/** Return the end of the address of a state. */
export function fragmentOf(state) {
  const names = (list) => list.map(encoded).join(",");
  const texts = {
    by: state.by === null ? null : encoded(state.by), group: encoded(state.group), apart: names(state.apart),
    why: state.why.map((ends) => names(ends.map((name) => name ?? ""))).join(";"), n: state.n === Infinity ? "all" : (state.n ?? ""), node: state.node === null ? null : encoded(state.node), edge: state.edge ? names(state.edge) : "",
    path: state.path ?? "", mode: state.mode === "both" ? "" : state.mode, open: names(state.open), hide: names(state.hide), q: encoded(state.q),
  };
  return `#${Object.entries(texts).filter(([name, text]) => text !== null && (text !== "" || name === "node" || name === "by")).map((each) => each.join("=")).join("&")}`;
}

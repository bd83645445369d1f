// The page: everything is drawn from the state, which the address has.

import { detailsOf } from "./details.js";
import { button, html } from "./elements.js";
import { reached, needing, strongest, suggestions } from "./paths.js";
import { largestTitle, legendOf, linkTable, nodeTable, pathTable, pictureOf } from "./picture.js";
import { between, cutOf, drawnOf, groupings, isSummed, keptNodes, lookedAt, modelsOf, nodeSums, putTogether, weighted } from "./scene.js";
import { sweeps } from "./model.js";
import { fragmentOf, stateOf } from "./state.js";
import { makeTable, showTable } from "./tables.js";
import { drawPicture, fit, focusOn, makeView, pointAt, reveal, sampleOf, zoom } from "./view.js";
import { headingOf, howMany, percent, shown, signed, titleOf, weightName, wordsFor } from "./words.js";

const FEWEST = 10;
const MOST = 200;
const USUAL = 40;
const USUAL_NARROW = 15;
const PATHS = 25;
const MOST_NAMES = 8;
const NARROW = "(max-width: 45rem)";
const byId = (id) => document.getElementById(id);

// -- what a state shows

const known = { question: null, paths: new WeakMap() };

/** Return the part and the models of a question; the last one asked is kept. */
function asked(part, ends) {
  const key = JSON.stringify(ends);
  if (known.question !== key) {
    const within = between(part, ends);
    const models = modelsOf(within);
    Object.assign(known, { question: key, within, models, sums: new Map(models.map((model) => [model, nodeSums(model)])) });
  }
  return known;
}

function sceneOf(part, state) {
  const { within, models, sums } = asked(part, (part.isAskable && state.why.at(-1)) || [null, null]);
  const looked = lookedAt(models, state.mode);
  const model = looked.at(-1);
  const n = Math.min(state.n ?? (matchMedia(NARROW).matches ? USUAL_NARROW : USUAL), within.nodes.length);
  const stays = keptNodes(looked, n, state);
  const chosenPlace = model.place.get(state.node);
  const each = drawnOf(looked, chosenPlace === undefined ? stays : new Set(stays).add(chosenPlace));
  const drawn = state.by && !each.before ? putTogether(each, keyIn(each, state)) : each;
  const scene = { state, part: within, looked, model, stays, kept: new Set(each.nodes), drawn, n, words: wordsFor(within.edge_meaning), nouns: within.words?.nodes ?? "nodes", link: null, path: null };
  Object.assign(scene, { isSummed: isSummed(model), sums: looked.map((one) => sums.get(one)), totals: looked.map((one) => ({ total: isSummed(one) ? sweeps(one).total : null })) });
  addNames(scene);
  addSizes(scene);
  addChosen(scene, state);
  return scene;
}

/** Return the group of each node, by a fact; ends, the chosen node and groups set apart stay alone. */
function keyIn({ model, starts, ends }, { by, apart, node: chosenId }) {
  return (place) => {
    const node = model.nodes[place];
    const key = node[by];
    return typeof key !== "string" || starts.has(place) || ends.has(place) || node.id === chosenId || apart.includes(key) ? null : key;
  };
}

function addNames(scene) {
  const { nodes } = scene.model;
  const { starts, ends } = scene.part.words ?? {};
  const outside = [starts ?? "starts", ends ?? "ends"].map((name) => `other ${name.replace(/^the /, "")}`);
  const group = (place) => scene.drawn.groups?.get(place)?.key;
  scene.nameOf = (place) => (place < nodes.length ? titleOf(nodes[place]) : (group(place) ?? outside[place - nodes.length]));
  scene.idOf = (place) => nodes[place]?.id ?? (group(place) === undefined ? "" : `${scene.state.by}=${group(place)}`);
  scene.isEnd = (place) => [...scene.model.starts, ...scene.model.ends].some(([end]) => end === place);
}

function addSizes(scene) {
  const { model, sums, part } = scene;
  const all = sums.filter(Boolean);
  scene.whole = typeof part.total === "number" && part.measure && !part.isCompared ? part.total : 0;
  scene.largest = Math.max(...(all.at(-1) ?? []).map(({ contribution }) => Math.abs(contribution)), 0) || 1;
  scene.size = (place) => (all.length ? Math.max(...all.map((by) => Math.abs(by[place].contribution))) : ownSize(model, place));
  const through = scene.isSummed ? (link) => sweeps(model).tangent[link.source] * link.weight * sweeps(model).adjoint[link.target] : (link) => link.weight;
  const total = scene.totals.at(-1).total;
  scene.linkSize = (link) => Math.abs(through(link));
  scene.linkWeight = (link) => (link.unweighed && !part.measure ? "" : `${weightName(part)} ${shown(typeof link.given === "string" ? link.given : link.weight)}`);
  scene.linkNote = (link) => [scene.isSummed && total ? percent(through(link) / total) : scene.whole ? percent(link.weight / scene.whole) : "", scene.linkWeight(link), shown(link.clause), shown(link.kind)].filter(Boolean).join(" · ");
}

/** Return the strongest paths of a model, which are looked for once. */
function strongestOf(model, hasSums) {
  if (!known.paths.has(model)) known.paths.set(model, (hasSums && strongest(model, PATHS)) || []);
  return known.paths.get(model);
}

/** Return how much a node is by itself: of a profile what it spends, or spends more; else how many links it has. */
function ownSize(model, place) {
  const { self, self_before: before, self_after: after } = model.nodes[place];
  if (typeof before === "number" || typeof after === "number") return Math.abs((after ?? 0) - (before ?? 0));
  return typeof self === "number" ? self : model.out[place].length + model.into[place].length;
}

function addChosen(scene, { node, edge, path }) {
  const { model, drawn } = scene;
  const place = model.place.get(node) ?? null;
  scene.node = place;
  scene.paths = strongestOf(model, scene.isSummed);
  scene.path = place === null ? (scene.paths[path] ?? null) : null;
  if (edge && place === null) scene.link = drawn.links.find((link) => scene.idOf(link.source) === edge[0] && scene.idOf(link.target) === edge[1]) ?? null;
  scene.group = [...(drawn.groups?.values() ?? [])].find(({ key }) => key === scene.state.group) ?? null;
  scene.lit = scene.path ? litPath(scene) : place === null ? null : litAround(scene, place);
}

function litPath({ path, drawn, kept, model }) {
  const n = model.nodes.length;
  const outside = (number) => (drawn.nodes.includes(number) ? [number] : []);
  const on = path.nodes.filter((place) => kept.has(place)).map(numberIn(drawn));
  if (!kept.has(path.nodes[0])) on.unshift(...outside(n));
  if (!kept.has(path.nodes.at(-1))) on.push(...outside(n + 1));
  return { nodes: new Set(on), pairs: new Set(on.slice(1).map((place, at) => `${on[at]} ${place}`)) };
}

const numberIn = ({ numberOf }) => numberOf ?? ((place) => place);

function litAround({ model, drawn }, place) {
  const withGroups = (places) => new Set([...places, ...[...places].map(numberIn(drawn))]);
  const [ahead, behind] = [withGroups(reached(model, place).add(place)), withGroups(needing(model, place).add(place))];
  const pairs = drawn.links.filter(({ source, target }) => (ahead.has(source) && ahead.has(target)) || (behind.has(source) && behind.has(target)));
  return { nodes: new Set([...ahead, ...behind]), pairs: new Set(pairs.map(({ source, target }) => `${source} ${target}`)) };
}

// -- the page

/** Return whether a graph is shown for itself: of no question, comparison or profile. */
function isWhole(part) {
  return !part.starts.length && !part.ends.length && !part.measure && !part.isCompared;
}

function sentenceOf(record, scene) {
  const [start, end] = (scene.part.isAskable && scene.state.why.at(-1)) || [null, null];
  if (start === null && end === null && isWhole(scene.part)) return `${howMany(scene.part.nodes.length, scene.nouns)}, ${howMany(scene.part.links.length, scene.part.words?.edges ?? "edges")}`;
  if (start === null && end === null) return `${scene.part.measure && scene.part.source ? `${scene.part.source} → ${scene.part.target}: ` : ""}${scene.part.words?.total || record.title}`;
  const { model, words } = scene;
  const side = (pairs, otherwise) => (pairs.length === 1 ? scene.nameOf(pairs[0][0]) : `${otherwise} (${shown(pairs.length)})`);
  const [from, to] = [side(model.starts, scene.part.words?.starts ?? "starts"), side(model.ends, scene.part.words?.ends ?? "ends")];
  if (!model.nodes.length || !model.starts.length || !model.ends.length) return `No path leads from ${start ?? "the start"} to ${end ?? "the end"}.`;
  const totals = scene.totals.map(({ total }) => (total === null ? "not known" : shown(total)));
  const paths = scene.sums.at(-1)?.[model.starts[0][0]].paths;
  const by = paths !== null && paths !== undefined && model.starts.length === 1 ? ` by ${howMany(paths, "paths")}` : "";
  return `${from} ${words.relation} ${to}${by}; total ${totals.join(" → ")}`;
}

/** Return what is said of sums where there are none. */
function sumsText({ whole, part, model }) {
  if (whole) return `Per cents are of ${shown(whole)} ${part.unit ?? ""}.`;
  if (part.measure) return "";
  if (model.starts.length && model.ends.length) return `${part.not_computed || "Such numbers are not summed by the page; the report below has them"}.`;
  return `No two ends were asked about: nothing is summed.${isWhole(part) && part.words?.total ? ` ${part.words.total}.` : ""}`;
}

function showsOf(scene) {
  const { drawn, part, model, nouns } = scene;
  const all = Math.max(part.n_nodes ?? 0, part.nodes.length);
  const count = [...scene.kept].filter((place) => place < model.nodes.length).length;
  const edges = part.words?.edges ?? "edges";
  if (!model.nodes.length) return "";
  if (!scene.isSummed) {
    const hidden = part.links.length - drawn.links.reduce((sum, link) => sum + link.links.length, 0);
    const sums = sumsText(scene);
    return `Draws ${shown(count)} of ${howMany(all, nouns)}${hidden ? `; ${howMany(hidden, edges)} to or between the others are not drawn` : " and all that joins them"}. ${sums}`;
  }
  const zero = part.zero ? `The total is 0: ${part.zero}. ` : "";
  if (!drawn.links.length) return zero || "No path leads from end to end.";
  const answer = drawn.total === 0 ? `${zero ? "" : "the total is 0, "}there are no shares` : "100 % of the answer";
  if (count === all) return `${zero}Shows all ${howMany(all, nouns)} between the ends: ${answer}.`;
  const isSigned = model.links.some((link) => link.weight < 0); // then the parts of a total may be more than all of it
  const passing = drawn.through === null ? "" : isSigned ? `${shown(drawn.through * drawn.total)} of the total ${shown(drawn.total)}` : `${percent(drawn.through)} of the answer`;
  const through = passing ? `Shows ${passing} through ${shown(count)} of ${howMany(all, nouns)}. ` : "";
  return `${zero}${through || `Draws ${shown(count)} of ${howMany(all, nouns)}. `}What passes the others is added up in dashed edges: nothing is lost.`;
}

/** Return what a comparison did to the total. */
function movedText({ drawn: { before, after } }) {
  if (!before || before.total === null || after.total === null) return "";
  return `The total was ${shown(before.total)} and is ${shown(after.total)}: ${signed(after.total - before.total)}. `;
}

function cutText(scene) {
  const side = (drawn, when) => {
    const cut = cutOf(drawn);
    if (!cut?.leaving) return [];
    const part = cut.total ? ` = ${percent(cut.sum / cut.total)} of the total` : "";
    const starts = drawn.starts.size > 1 ? "starts" : "start";
    const leave = cut.leaving === 1 ? `drawn edge that leaves the ${starts} carries` : `${shown(cut.leaving)} drawn edges that leave the ${starts} carry`;
    return [html("span", { class: "sum", "data-sum": cut.sum, "data-total": cut.total, "data-when": when || false }, `${when ? `${when}, the` : "The"} ${leave} ${shown(cut.sum)}${part}.`)];
  };
  const { drawn } = scene;
  return drawn.before ? [...side(drawn.before, "Before"), " ", ...side(drawn.after, "After")] : side(drawn, "");
}

function showCrumbs(page, scene) {
  const { why } = scene.state;
  const crumbs = [["the page's question", []], ...why.map((ends, at) => [ends.map((name, side) => name ?? ["start", "end"][side]).join(" → "), why.slice(0, at + 1)])];
  const items = crumbs.map(([text, trail], at) => html("li", {}, at === crumbs.length - 1 ? html("span", { "aria-current": "page" }, text) : button(text, () => page.go({ ...CLOSED, why: trail }))));
  byId("crumbs").hidden = why.length === 0 || !scene.part.isAskable;
  byId("crumbs").replaceChildren(html("ol", {}, ...items));
}

const CLOSED = { group: "", node: null, edge: null, path: null };

function showControls(page, scene) {
  const all = scene.part.nodes.length;
  const slider = byId("slider");
  Object.assign(slider, { min: Math.min(FEWEST, all), max: Math.min(MOST, all) });
  slider.value = scene.n;
  slider.setAttribute("aria-valuetext", `${shown(scene.n)} of ${howMany(all, scene.nouns)}`);
  byId("count").textContent = shown(scene.n);
  byId("draw").hidden = all <= FEWEST;
  byId("all").textContent = `All ${shown(all)}`;
  byId("all").hidden = scene.n === all;
  byId("modes").hidden = !scene.part.isCompared;
  for (const radio of document.querySelectorAll("[name=mode]")) radio.checked = radio.value === scene.state.mode;
  if (document.activeElement !== byId("search")) byId("search").value = scene.state.q;
  showGroupings(scene);
  showCrumbs(page, scene);
}

function showGroupings({ part, state, drawn }) {
  const names = groupings(part);
  byId("groups").hidden = !names.length || Boolean(drawn.before);
  byId("by").replaceChildren(...["", ...names].map((name) => html("option", { value: name, selected: name === state.by }, name ? headingOf(name, part.edge_meaning) : "nothing")));
  byId("together").hidden = !state.apart.length;
}

function redraw(page) {
  const scene = sceneOf(page.part, page.state);
  page.scene = scene;
  Object.assign(scene, { act: page, keys: "Arrow keys go along edges and among nodes, Enter chooses, plus and minus zoom.", hint: `Click, or press Enter on, a node or an edge, or a row of a table below: its numbers are shown here.` });
  scene.title = sentenceOf(page.record, scene);
  byId("question").textContent = scene.title;
  byId("shows").textContent = `${movedText(scene)}${showsOf(scene)}`;
  byId("cut").replaceChildren(...cutText(scene));
  showControls(page, scene);
  byId("details").replaceChildren(...detailsOf(scene).flat().filter(Boolean));
  byId("details").classList.toggle("empty", scene.node === null && !scene.link && !scene.path && !scene.group);
  byId("close").hidden = byId("details").classList.contains("empty");
  drawPicture(page.view, pictureOf(scene));
  byId("legend").replaceChildren(...legendOf(scene.drawn).map(([classes, text]) => html("li", {}, sampleOf(classes), text)));
  showTables(page, scene);
  const chosenKey = JSON.stringify([page.state.node, page.state.edge]);
  if (chosenKey !== page.chosenKey && scene.node !== null) reveal(page.view, { node: scene.node });
  if (chosenKey !== page.chosenKey && scene.link) reveal(page.view, { link: scene.drawn.links.indexOf(scene.link) });
  page.chosenKey = chosenKey;
}

function showTables({ tables }, scene) {
  const lit = scene.path ? `path ${scene.state.path}` : scene.link ? `link ${scene.link.source} ${scene.link.target}` : `node ${scene.node}`;
  const show = (table, title, note, { columns, rows }) => showTable(table, title, note, columns, rows, lit);
  show(tables.paths, "Strongest paths", scene.paths.length < PATHS ? "All paths, the strongest first. Choose one to light it up." : `The ${PATHS} strongest paths. Choose one to light it up.`, pathTable(scene));
  show(tables.nodes, `All ${scene.nouns}`, `First: ${largestTitle(scene).toLowerCase()}.`, nodeTable(scene));
  show(tables.links, `Drawn ${scene.part.words?.edges ?? "edges"}`, "Dashed ones add up what passes nodes that are not drawn.", linkTable(scene));
}

// -- what people do

function makePage(record) {
  const page = { record, part: weighted(record.part), state: stateOf(location.hash) };
  page.go = (changes) => { history.pushState(null, "", fragmentOf(Object.assign(page.state, changes))); redraw(page); };
  page.select = (target) => page.go(chosenIn(page.scene, target));
  page.ask = (ends) => page.go({ ...CLOSED, why: [...page.state.why, ends], open: [], hide: [] });
  page.setApart = (key) => page.go({ ...CLOSED, apart: [...page.state.apart, key] });
  page.open = (places) => page.go(opened(page.state, places.map(page.scene.idOf)));
  page.putAway = (id) => page.go({ ...CLOSED, hide: [...page.state.hide, id], open: page.state.open.filter((each) => each !== id) });
  page.hover = (target) => { byId("pointed").textContent = target ? labelOf(page, target) : ""; pointAt(page.view, target); };
  page.view = makeView(byId("frame"), page);
  page.tables = Object.fromEntries(["paths", "nodes", "links"].map((id) => [id, makeTable(id, page)]));
  byId("tables").append(...Object.values(page.tables).map(({ element }) => element));
  return page;
}

function chosenIn(scene, target) {
  if (!target) return CLOSED;
  const group = scene.drawn.groups?.get(target.node);
  if (group) return { ...CLOSED, group: group.key };
  if (target.node !== undefined) return { ...CLOSED, node: scene.idOf(target.node) };
  if (target.path !== undefined) return { ...CLOSED, path: target.path };
  const { source, target: end } = scene.drawn.links[target.link];
  return { ...CLOSED, edge: [scene.idOf(source), scene.idOf(end)] };
}

function opened({ open, hide }, ids) {
  return { open: [...new Set([...open, ...ids])], hide: hide.filter((id) => !ids.includes(id)) };
}

function labelOf({ view }, target) {
  const { nodes, links } = view.picture;
  return (target.link !== undefined ? links[target.link] : nodes.find(({ index }) => index === target.node))?.label ?? "";
}

function listen(page) {
  const parse = () => { page.state = stateOf(location.hash); redraw(page); };
  addEventListener("popstate", parse);
  addEventListener("hashchange", parse);
  matchMedia(NARROW).addEventListener("change", () => redraw(page));
  let waiting = null;
  byId("slider").addEventListener("input", (event) => {
    page.state.n = Number(event.target.value);
    waiting ??= requestAnimationFrame(() => { waiting = null; history.replaceState(null, "", fragmentOf(page.state)); redraw(page); });
  });
  byId("all").addEventListener("click", () => page.go({ n: Infinity }));
  byId("by").addEventListener("change", (event) => page.go({ by: event.target.value, apart: [], group: "" }));
  byId("together").addEventListener("click", () => page.go({ apart: [] }));
  byId("close").addEventListener("click", () => page.select(null));
  byId("larger").addEventListener("click", () => zoom(page.view, 1.25));
  byId("smaller").addEventListener("click", () => zoom(page.view, 0.8));
  byId("fit").addEventListener("click", () => fit(page.view, true));
  for (const radio of document.querySelectorAll("[name=mode]")) radio.addEventListener("change", () => page.go({ mode: radio.value }));
  listenToSearch(page);
}

/** Look for what is typed: return the ids of near names, and whether one of them has it in it. */
function lookedFor(page, word) {
  const { model } = page.scene;
  const ids = suggestions(model, word, MOST_NAMES);
  const names = (id) => [id, titleOf(model.nodes[model.place.get(id)])];
  return { ids, isThere: ids.some((id) => names(id).some((name) => name.toLowerCase().includes(word.toLowerCase()))) };
}

function choose(page, id) {
  byId("near").replaceChildren();
  byId("matches").textContent = "";
  page.go({ ...CLOSED, node: id, q: byId("search").value });
  focusOn(page.view, { node: page.scene.model.place.get(id) });
}

function showNear(page) {
  const word = byId("search").value.trim();
  const { ids, isThere } = lookedFor(page, word);
  const matches = `${howMany(ids.length, "matches")}${ids.length === MOST_NAMES ? " or more" : ""}`;
  const none = `no ${word} here${ids.length ? "; did you mean:" : ""}`;
  byId("matches").textContent = !word ? "" : isThere ? matches : none;
  const nameOf = (id) => page.scene.nameOf(page.scene.model.place.get(id));
  byId("near").replaceChildren(...ids.map((id) => html("li", {}, button(nameOf(id), () => choose(page, id)))));
  return isThere ? ids[0] : null;
}

function listenToSearch(page) {
  byId("search").addEventListener("input", () => showNear(page));
  byId("find").addEventListener("submit", (event) => {
    event.preventDefault();
    const id = showNear(page);
    if (id === null) byId("near").querySelector("button")?.focus();
    else choose(page, id);
  });
}

function start() {
  const record = JSON.parse(byId("record").textContent);
  byId("report").textContent = record.answer.join("\n");
  byId("question").textContent = record.title;
  byId("answer").open = !record.part;
  if (!record.part || !record.part.nodes.length) return;
  byId("graph").hidden = false;
  const page = makePage(record);
  redraw(page);
  listen(page);
}

start();

// The page: everything is drawn from the state, which the address has.

import { detailsOf } from "./details.js";
import { button, html } from "./elements.js";
import { reached, needing, strongest, suggestions } from "./paths.js";
import { accountTable, largestTitle, legendOf, linkTable, nodeTable, pathTable, pictureOf, sweptIn } from "./picture.js";
import { between, canOpen, cutOf, drawnOf, groupings, groupsOf, isSummed, isThere, keptNodes, lookedAt, modelsOf, nodesIn, nodeSums, putTogether, sizeOf, weighted } from "./scene.js";
import { bothSides, cancels, numberOf, remembered, shareOf, sweeps } from "./model.js";
import { fragmentOf, stateOf } from "./state.js";
import { makeTable, showTable } from "./tables.js";
import { drawPicture, fit, focusOn, makeView, pointAt, reveal, sampleOf, zoom } from "./view.js";
import { amount, capital, headingOf, howMany, membersOf, percent, shown, signed, titleOf, weightName, wordsFor } from "./words.js";

const FEWEST = 10;
/** So many nodes are drawn beside those that stay. */
const BESIDE = 5;
const MOST = 200;
const USUAL = 40;
const USUAL_NARROW = 15;
const PATHS = 25;
const RANKED = 10;
const MOST_NAMES = 8;
const NARROW = "(max-width: 45rem)";
const byId = (id) => document.getElementById(id);

// -- what a state shows

const known = { question: null };

/** Return the part and the models of a question; the last one asked is kept. */
function asked(part, ends) {
  const question = JSON.stringify(ends);
  const within = known.question === question ? known.within : between(part, ends);
  return Object.assign(known, within === known.within ? {} : { question, within, models: modelsOf(within) });
}

function fewestOf({ nodes }) {
  const staying = nodes.filter(({ placed }) => placed?.stays).length;
  return staying ? Math.max(FEWEST, staying + BESIDE) : 1;
}

function sceneOf(part, state) {
  const { within, models } = asked(part, (part.isAskable && state.why.at(-1)) || [null, null]);
  const looked = lookedAt(models, state.mode);
  const model = looked.at(-1);
  const by = groupings(within).find((name) => name === (state.by ?? "in_group")) ?? "";
  const n = Math.min(Math.max(fewestOf(within), state.n ?? (matchMedia(NARROW).matches && !by ? USUAL_NARROW : USUAL)), within.nodes.length);
  const together = by && groupsOf(looked, n, { ...state, by });
  const stays = !by ? keptNodes(looked, n, state) : (state.node === null ? together : groupsOf(looked, n, { ...state, by, node: null })).alone;
  const chosenPlace = model.place.get(state.node);
  const each = drawnOf(looked, by ? new Set(nodesIn(looked, state.mode)) : chosenPlace === undefined ? stays : new Set(stays).add(chosenPlace));
  const drawn = by ? putTogether(each, together) : each;
  const scene = { state, part: within, looked, model, stays, kept: new Set(each.nodes), drawn, n, by, words: wordsFor(within.edge_meaning), nouns: within.words?.nodes ?? "nodes", link: null, path: null };
  Object.assign(scene, { isSummed: isSummed(model), sums: looked.map(nodeSums), totals: looked.map((one) => ({ total: isSummed(one) ? sweeps(one).total : null })) });
  addNames(scene);
  addSizes(scene);
  addChosen(scene, state);
  return scene;
}

function addNames(scene) {
  const { nodes } = scene.model;
  const { starts, ends } = scene.part.words ?? {};
  const outside = [starts ?? "starts", ends ?? "ends"].map((name) => `other ${name.replace(/^the /, "")}`);
  const group = (place) => {
    const { key, isRest } = scene.drawn.groups?.get(place) ?? {};
    return isRest ? `others of ${key}` : key;
  };
  scene.nameOf = (place) => (place < nodes.length ? titleOf(nodes[place]) : (group(place) ?? outside[place - nodes.length]));
  scene.idOf = (place) => nodes[place]?.id ?? (group(place) === undefined ? "" : `${scene.by}=${group(place)}`);
  scene.isEnd = (place) => [...scene.model.starts, ...scene.model.ends].some(([end]) => end === place);
}

function addSizes(scene) {
  const { model, sums, part, looked } = scene;
  const all = sums.filter(Boolean);
  const whole = part.whole ?? part.total;
  scene.whole = typeof whole === "number" && part.measure && !part.isCompared ? whole : 0;
  scene.largest = Math.max(...(all.at(-1) ?? []).map(({ contribution }) => Math.abs(contribution)), 0) || 1;
  scene.size = (place) => (all.length ? Math.max(...all.map((by) => Math.abs(by[place].contribution))) : ownSize(model, place));
  const placeOf = (place) => model.nodes[place].place ?? Infinity;
  scene.order = (one, other) => (part.ranked && placeOf(one) !== placeOf(other) ? placeOf(one) - placeOf(other) : scene.size(other) - scene.size(one) || one - other);
  const through = scene.isSummed ? (link) => sweeps(model).tangent[link.source] * link.weight * sweeps(model).adjoint[link.target] : (link) => link.weight;
  scene.least = model.links.some(({ eliminated }) => eliminated) ? "at least " : ""; // what cancels within one is on neither side
  scene.hasShares = scene.isSummed && looked.every((one) => shareOf(one, 1) !== null);
  scene.linkSize = (link) => Math.abs(through(link));
  scene.costText = (link) => `${link.estimated || link.links?.some(({ estimated }) => estimated) ? "≈ " : ""}${part.measure === "cost" ? amount(link.weight, part.unit) : shown(link.weight)}`;
  scene.linkWeight = (link) => (part.measure ? `${weightName(part)} ${scene.costText(link)}` : link.unweighed ? "" : `${weightName(part)} ${shown(typeof link.given === "string" ? link.given : link.weight)}`);
  const changed = ({ status, weight_before: old, weight_after: now, unweighed }) => [status === "kept" ? "" : status, [...new Set(unweighed && !part.measure ? [] : [old, now])].filter((each) => each !== undefined).map(shown).join(" → ")].filter(Boolean).join(", ");
  scene.linkNote = (link) => scene.looked.length > 1 ? changed(link) : [scene.isSummed ? percent(shareOf(model, through(link))) || shown(through(link)) : scene.whole ? percent(link.weight / scene.whole) : "", scene.linkWeight(link), shown(link.clause), shown(link.kind)].filter(Boolean).join(" · ");
}

/** Return how much a node is by itself: of a profile what it spends, or spends more; else how many links it has. */
function ownSize(model, place) {
  const { spent, self, self_before: before, self_after: after } = model.nodes[place];
  if (sweptIn(model.part)) return Math.abs(numberOf(model.nodes[place], model.part.annotation)) || 0;
  if (typeof before === "number" || typeof after === "number") return Math.abs((after ?? 0) - (before ?? 0));
  const known = [spent, self].find((number) => typeof number === "number");
  return known === undefined ? (model.part.measure ? 0 : model.out[place].length + model.into[place].length) : Math.abs(known);
}

function addChosen(scene, { node, edge, path }) {
  const { model, drawn } = scene;
  const place = model.place.get(node) ?? null;
  scene.node = place;
  scene.paths = remembered(model, "strongest", () => (scene.isSummed && strongest(model, PATHS)) || []);
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
  if (start === null && end === null) return record.title;
  const { model, words } = scene;
  const side = (pairs, otherwise) => (pairs.length === 1 ? scene.nameOf(pairs[0][0]) : `${otherwise} (${shown(pairs.length)})`);
  const [from, to] = [side(model.starts, scene.part.words?.starts ?? "starts"), side(model.ends, scene.part.words?.ends ?? "ends")];
  const absent = [start, end].find((name) => name !== null && !record.part.nodes.some((node) => node.id === name || membersOf(node).includes(name)));
  if (absent !== undefined) return `No ${absent} is in this page.`;
  if (start === null && !model.starts.length) return capital(words.needing.replace(/\bit\b/, () => to));
  if (end === null && !model.ends.length) return `What ${from} ${words.reaches}`;
  if (!model.nodes.length || !model.starts.length || !model.ends.length) return `No path leads from ${start ?? "the start"} to ${end ?? "the end"}.`;
  const totals = scene.totals.map(({ total }) => (total === null ? "not known" : shown(total)));
  const paths = scene.sums.at(-1)?.[model.starts[0][0]].paths;
  const by = paths !== null && paths !== undefined && model.starts.length === 1 ? ` by ${howMany(paths, "paths")}` : "";
  return `${from} ${words.relation} ${to}${by}; total ${totals.join(" → ")}`;
}

/** Return what is said of sums where there are none. */
function sumsText({ whole, part, model }) {
  if (part.unasked) return part.unasked;
  if (whole) return part.parts ?? `Per cents are of ${amount(whole, part.unit)}.`;
  if (part.measure) return "";
  if (sweptIn(part)) return `The ${headingOf(part.annotation, part.edge_meaning)} of a node is the sum over the paths ${part.annotation === "tangent" ? `from ${part.source ?? "the starts"} to it` : `from it to ${part.target ?? "the ends"}`}.`;
  if (model.starts.length && model.ends.length) return `${part.not_computed || "Such numbers are not summed by the page; the report below has them"}.`;
  return `No two ends were asked about: nothing is summed.${isWhole(part) && part.words?.total ? ` ${part.words.total}.` : ""}`;
}

function showsOf(scene) {
  const { drawn, part, model, nouns } = scene;
  const isOneSide = part.isCompared && scene.looked.length === 1;
  const all = isOneSide ? part.nodes.filter((node) => isThere(node, scene.state.mode)).length : Math.max(part.n_nodes ?? 0, part.nodes.length);
  const count = [...scene.kept].filter((place) => place < model.nodes.length).length;
  const edges = part.words?.edges ?? "edges";
  if (!model.nodes.length) return "";
  if (scene.by) return groupedText(scene);
  if (!scene.isSummed) {
    const hidden = (isOneSide ? model : part).links.length - drawn.links.reduce((sum, link) => sum + link.links.length, 0);
    const sums = sumsText(scene);
    return `Draws ${shown(count)} of ${howMany(all, nouns)}${hidden ? `; ${howMany(hidden, edges)} to or between the others are not drawn` : " and all that joins them"}. ${sums}`;
  }
  if (!drawn.links.length) return "No path leads from end to end.";
  const answer = drawn.total === 0 ? "the total is 0, there are no shares" : "100 % of the answer";
  if (count === all) return `Shows all ${howMany(all, nouns)} between the ends: ${answer}.`;
  const passing = drawn.through === null ? "" : cancels(model) ? `${shown(drawn.through * drawn.total)} of the total ${shown(drawn.total)}` : `${percent(drawn.through)} of the answer`;
  const through = passing ? `Shows ${passing} through ${shown(count)} of ${howMany(all, nouns)}. ` : "";
  return `${through || `Draws ${shown(count)} of ${howMany(all, nouns)}. `}What passes the others is added up in dashed edges: nothing is lost.`;
}

/** Return what is drawn where groups are: all nodes are in what is drawn. */
function groupedText({ drawn, kept, part, model, nouns, totals }) {
  const whole = [...kept].reduce((sum, place) => sum + sizeOf(model.nodes[place]), 0);
  const isClosed = (place) => model.nodes[place]?.inner_edges !== undefined;
  const groups = drawn.groups.size + drawn.nodes.filter(isClosed).length;
  const alone = drawn.nodes.length - groups;
  const boxes = [groups ? howMany(groups, "groups") : "", alone ? `${shown(alone)} by themselves` : ""].filter(Boolean).join(" and ");
  const sums = totals.every(({ total }) => total === null) ? `A number at an edge is of all that it stands for, added up${part.measure ? "; calls nest, and may count the same twice" : ""}.` : "What runs between groups is added up: the total stays, whatever is open.";
  const more = [...model.nodes.keys()].some(isClosed) && part.drawn ? ` ${part.drawn}.` : "";
  return `Draws all ${howMany(whole, nouns)} as ${boxes}. ${sums}${more}`;
}

/** Return what of the total is for the answer and what against it, where that cancels. */
function signedText({ model, looked, isSummed: hasSums, least }) {
  const known = hasSums && cancels(model) && bothSides(model);
  return known ? ` Of the total ${looked.length > 1 ? "after " : ""}${least}${known.total.map(shown).join(" is for it and ")} against it; numbers are amounts of it.` : "";
}

/** Return what a comparison did to the total. */
function movedText({ drawn: { before, after }, part, state }) {
  if (!state.why.length && part.words?.totals) return `${part.words.totals} `;
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
    const back = cut.returning ? `, less what comes back by ${shown(cut.returning)}` : "";
    const sides = cut.isOver ? `${when ? `${when}, between` : "Between"} the ${starts} and the rest: what leaves by ${howMany(cut.leaving, "drawn edges")}${back}, with what begins or ends on the other side, is` : "";
    const text = sides || `${when ? `${when}, the` : "The"} ${leave}${back}`;
    return [html("span", { class: "sum", "data-sum": cut.sum, "data-total": cut.total, "data-when": when || false }, `${text} ${shown(cut.sum)}${part}.`)];
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
  Object.assign(slider, { min: Math.min(Math.max(FEWEST, fewestOf(scene.part)), all), max: Math.min(MOST, all) });
  slider.value = scene.n;
  slider.setAttribute("aria-valuetext", `${shown(scene.n)} of ${howMany(all, scene.nouns)}`);
  byId("count").textContent = shown(scene.n);
  const isFew = scene.by && !scene.state.apart.length && ![...scene.drawn.groups.values()].some(({ isOthers }) => isOthers);
  byId("draw").hidden = all <= Math.max(FEWEST, fewestOf(scene.part)) || isFew;
  byId("all").textContent = `All ${shown(all)}`;
  byId("all").hidden = scene.n === all;
  byId("modes").hidden = !scene.part.isCompared;
  for (const radio of document.querySelectorAll("[name=mode]")) radio.checked = radio.value === scene.state.mode;
  if (document.activeElement !== byId("search")) byId("search").value = scene.state.q;
  showGroupings(scene);
  showCrumbs(page, scene);
}

function showGroupings({ part, state, by }) {
  const names = groupings(part);
  const nameOf = (name) => (name === "in_group" ? part.grouped_by : name ? headingOf(name, part.edge_meaning) : "nothing");
  byId("groups").hidden = !names.length;
  byId("by").replaceChildren(...["", ...names].map((name) => html("option", { value: name, selected: name === by }, nameOf(name))));
  byId("together").hidden = !by || !state.apart.length;
}

function redraw(page) {
  const scene = sceneOf(page.part, page.state);
  page.scene = scene;
  Object.assign(scene, { act: page, keys: "Arrow keys go along edges and among nodes, Enter chooses, plus and minus zoom.", hint: `Click, or press Enter on, a node or an edge, or a row of a table below: its numbers are shown here.` });
  scene.title = sentenceOf(page.record, scene);
  byId("question").textContent = scene.title;
  byId("beside").replaceChildren(...(scene.state.why.length ? [] : page.record.beside ?? []).map((line) => html("li", { class: line.startsWith("! ") ? "warning" : "" }, line.replace(/^! /, ""))));
  byId("shows").textContent = `${movedText(scene)}${showsOf(scene)}${signedText(scene)}`;
  byId("notes").replaceChildren(...[...(page.part.notes ?? []), scene.part.isAsked ? null : page.part.besides].filter(Boolean).map((note) => html("li", {}, note)));
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
  if (chosenKey !== page.chosenKey) uncover(page);
  page.chosenKey = chosenKey;
}

/** Scroll the page where a phone's details lie over what was chosen in the graph. */
function uncover({ view, scene }) {
  const [node, frame] = [view.elements.get(scene.node), view.frame.getBoundingClientRect()];
  if (!node || !matchMedia(NARROW).matches || frame.bottom < 0 || frame.top > innerHeight) return;
  scrollBy(0, Math.max(0, node.getBoundingClientRect().bottom + 12 - byId("chosen").getBoundingClientRect().top));
}

function showTables({ tables }, scene) {
  const lit = scene.path ? `path ${scene.state.path}` : scene.link ? `link ${scene.link.source} ${scene.link.target}` : `node ${scene.node}`;
  const show = (table, title, note, { columns, rows }) => showTable(table, title, note, columns, rows, lit);
  show(tables.account, scene.part.account?.title ?? "", `${scene.part.account?.note ?? ""} Choose a row to see it.`.trim(), accountTable(scene));
  show(tables.paths, `Strongest paths${scene.looked.length > 1 ? " after" : ""}`, scene.paths.length < PATHS ? "All paths, the strongest first. Choose one to light it up." : `The ${PATHS} strongest paths. Choose one to light it up.`, pathTable(scene));
  const isAll = !scene.part.unasked && scene.part.nodes.length >= (scene.part.n_nodes ?? 0);
  const titleAll = isAll ? `All ${scene.nouns}${scene.looked.length === 1 && scene.part.isCompared ? ` ${scene.state.mode}` : ""}` : `${capital(scene.nouns)} in this page`;
  show(tables.nodes, scene.part.ranked ? "The ranking" : titleAll, scene.part.ranked ? "Choose one to light it up." : `First: ${largestTitle(scene).toLowerCase()}.`, nodeTable(scene));
  show(tables.links, `Drawn ${scene.part.words?.edges ?? "edges"}`, scene.drawn.links.some(({ direct }) => !direct) ? "Dashed ones add up what passes nodes that are not drawn." : "", linkTable(scene));
}

// -- what people do

function makePage(record) {
  const page = { record, part: weighted(record.part), state: stateOf(location.hash) };
  page.go = (changes) => { history.pushState(null, "", fragmentOf(Object.assign(page.state, changes))); redraw(page); };
  const isOf = (target) => page.scene.drawn.groups?.get(target?.node);
  page.select = (target) => {
    if (isOf(target) && isOf(target) === page.scene.group) page.enter(target);
    else page.go(chosenIn(page.scene, target));
    if (target && page.part.ranked) byId("stage").scrollIntoView({ block: "nearest" }); // the table that it was chosen in is above
  };
  page.enter = (target) => (canOpen(isOf(target)) ? page.setApart(isOf(target).key) : page.go(chosenIn(page.scene, target)));
  page.ask = (ends) => page.go({ ...CLOSED, why: [...page.state.why, ends], open: [], hide: [] });
  page.setApart = (key) => setApart(page, key);
  page.open = (places) => page.go(opened(page.state, places.map(page.scene.idOf)));
  page.putAway = (id) => page.go({ ...CLOSED, hide: [...page.state.hide, id], open: page.state.open.filter((each) => each !== id) });
  page.hover = (target) => { byId("pointed").textContent = target ? labelOf(page, target) : ""; pointAt(page.view, target); };
  page.view = makeView(byId("frame"), page);
  page.tables = Object.fromEntries(["account", "paths", "nodes", "links"].map((id) => [id, makeTable(id, page)]));
  byId("tables").append(...Object.values(page.tables).map(({ element }) => element));
  if (page.part.ranked) byId("graph").prepend(page.tables.nodes.element);
  if (page.part.ranked) page.tables.nodes.most = RANKED;
  return page;
}

/** Open a group, or close it; then the first of it has the focus, or what it is again. */
function setApart(page, key) {
  const isOpen = page.state.apart.includes(key);
  const within = ({ model }, place) => model.nodes[place]?.[page.scene.by] === key;
  const apart = isOpen ? page.state.apart.filter((each) => each !== key) : [...page.state.apart, key];
  page.go({ ...CLOSED, apart, group: isOpen ? key : "" });
  const { scene } = page;
  const place = scene.drawn.nodes.find((each) => (isOpen ? scene.drawn.groups.get(each)?.key === key : within(scene, each)));
  if (place !== undefined) focusOn(page.view, { node: place });
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
  byId("answer").open = !record.part?.nodes.length;
  if (!record.part?.nodes.length) return;
  byId("graph").hidden = false;
  const page = makePage(record);
  redraw(page);
  listen(page);
}

start();

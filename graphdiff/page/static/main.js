// The page: everything is drawn from the state, which the address has.

import { detailsOf } from "./details.js";
import { button, html } from "./elements.js";
import { reached, needing, strongest, suggestions } from "./paths.js";
import { accountTable, largestTitle, legendOf, linkTable, nodeNote, nodeTable, pathTable, pictureOf, sweptIn } from "./picture.js";
import { between, canOpen, cutOf, drawnOf, groupings, groupsOf, isSummed, keptNodes, lookedAt } from "./scene.js";
import { modelsOf, nodesIn, nodeSums, putTogether, sizeOf, totalOf, unheld, weighted } from "./scene.js";
import { bothSides, cancels, isEndOf, isFlow, numberOf, pairOf, passing, remembered, shareOf, sumWithin, sweeps } from "./model.js";
import { fragmentOf, stateOf } from "./state.js";
import { makeTable, showTable } from "./tables.js";
import { drawPicture, fit, focusOn, makeView, pointAt, reveal, sampleOf, zoom } from "./view.js";
import { amount, capital, costIn, headingOf, howMany, joinedBy, membersOf, partText } from "./words.js";
import { percent, shown, signed, titleOf, weightName, wordsFor } from "./words.js";

const FEWEST = 10;
/** So many nodes are drawn beside those that stay. */
const BESIDE = 5;
const MOST = 200;
const USUAL = 40;
const USUAL_NARROW = 15;
const PATHS = 25;
const RANKED = 10;
const MOST_NAMES = 8;
/** What differs by less than this part is the same but for rounding. */
const SAME = 1e-12;
/** From so many nodes on a sign says that work is going on. */
const SLOW = 300;
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
  const usual = matchMedia(NARROW).matches && !by ? USUAL_NARROW : USUAL;
  const [all, wanted] = [within.nodes.length, Math.max(fewestOf(within), state.n ?? usual)];
  const n = Math.min(all, state.n === null && wanted === all - 1 ? all : wanted); // one that is not drawn would cost as much room
  const groupedFor = (node) => groupsOf(looked, n, { ...state, by, node });
  const stays = by ? groupedFor(null).alone : keptNodes(looked, n, state);
  const chosenPlaces = nodesIn(looked, state.mode).filter((place) => place === model.place.get(state.node));
  const each = drawnOf(looked, new Set(by ? nodesIn(looked, state.mode) : [...stays, ...chosenPlaces]));
  const scene = {
    state, part: within, looked, model, stays, n, by, kept: new Set(each.nodes),
    drawn: by ? putTogether(each, groupedFor(state.node)) : each,
    words: wordsFor(within.edge_meaning), nouns: within.words?.nodes ?? "nodes", edges: within.words?.edges ?? "edges",
    isSummed: isSummed(model), sums: looked.map(nodeSums), totals: looked.map(totalOf), link: null, path: null,
  };
  addNames(scene);
  addSizes(scene);
  addChosen(scene, state);
  return scene;
}

function addNames(scene) {
  const { nodes } = scene.model;
  const { starts, ends } = scene.part.words ?? {};
  const named = [starts ?? "starts", ends ?? "ends"].map((name) => `other ${name.replace(/^the /, "")}`);
  const group = (place) => {
    const { key, isRest } = scene.drawn.groups?.get(place) ?? {};
    return isRest ? `others of ${key}` : key;
  };
  scene.nameOf = (place) => (nodes[place] ? titleOf(nodes[place]) : (group(place) ?? named[place - nodes.length]));
  scene.idOf = (place) => nodes[place]?.id ?? (group(place) === undefined ? "" : `${scene.by}=${group(place)}`);
  scene.isEnd = (place) => isEndOf(scene.model, place);
  scene.endsText = (name) => endsText(scene.part, name);
}

/** Return what the ends of a question on one side are called: a node by its name, several as the record says. */
function endsText({ nodes, source, target, ...ends }, side) {
  if (ends[side].length === 1) return titleOf(nodes[ends[side][0][0]]);
  return (side === "starts" ? source : target) ?? `the ${side}`;
}

function addSizes(scene) {
  const { model, sums, part, looked } = scene;
  const all = sums.filter(Boolean);
  const whole = part.whole ?? part.total;
  const largestOf = (amounts) => Math.max(...amounts.map(({ contribution }) => Math.abs(contribution)), 0);
  scene.whole = typeof whole === "number" && part.measure && !part.isCompared ? whole : 0;
  scene.largest = largestOf(all.at(-1) ?? []) || 1;
  scene.size = (place) => (all.length ? largestOf(all.map((by) => by[place])) : ownSize(model, place));
  const rankOf = (place) => (part.ranked ? (model.nodes[place].place ?? Number.MAX_VALUE) : 0);
  scene.order = (one, other) => rankOf(one) - rankOf(other) || scene.size(other) - scene.size(one) || one - other;
  // what cancels within a link that stands for several is on neither side
  scene.least = model.links.some(({ eliminated }) => eliminated) ? "at least " : "";
  scene.hasShares = scene.isSummed && looked.every((one) => shareOf(one, 1) !== null);
  addLinkTexts(scene);
}

/** Add what is said of links of the record. */
function addLinkTexts(scene) {
  const { model, part, isSummed: hasSums } = scene;
  const { tangent, adjoint } = (hasSums && sweeps(model)) || {};
  const amountIn = ({ source, target, weight }) => (hasSums ? tangent[source] * weight * adjoint[target] : weight);
  const isEstimated = (link) => link.estimated || link.links?.some(({ estimated }) => estimated);
  const cost = ({ weight }) => (part.measure === "cost" ? costIn(part, weight) : shown(weight));
  const weightOf = ({ given, weight }) => shown(typeof given === "string" ? given : weight);
  scene.linkSize = (link) => Math.abs(amountIn(link));
  scene.costText = (link) => (isEstimated(link) ? "≈ " : "") + cost(link);
  scene.linkWeight = (link) => {
    if (link.unweighed && !part.measure) return "";
    return `${weightName(part)} ${part.measure ? scene.costText(link) : weightOf(link)}`;
  };
  const changed = ({ status, weight_before: old, weight_after: now, unweighed }) => {
    const weights = unweighed && !part.measure ? [] : [...new Set([old, now])].filter((each) => each !== undefined);
    return joinedBy(", ", status === "kept" ? "" : status, weights.map((each) => (part.measure === "cost" ? costIn(part, each) : shown(each))).join(" → "));
  };
  const partIn = (link) => {
    const contribution = amountIn(link);
    if (hasSums) return partText({ share: shareOf(model, contribution), contribution });
    return scene.whole ? percent(link.weight / scene.whole) : "";
  };
  scene.linkNote = (link) => {
    if (scene.looked.length > 1) return changed(link);
    return joinedBy(" · ", partIn(link), scene.linkWeight(link), shown(link.clause), shown(link.kind));
  };
}

/** Return how much a node is by itself: of a profile what it spends, or spends more; else how many links it has. */
function ownSize(model, place) {
  const { spent, self, self_before: before, self_after: after } = model.nodes[place];
  if (sweptIn(model.part)) return Math.abs(numberOf(model.nodes[place], model.part.annotation)) || 0;
  if (isFlow(model.part)) return passing(model, place);
  if (!model.part.measure) return model.out[place].length + model.into[place].length;
  if (typeof before === "number" || typeof after === "number") return Math.abs((after ?? 0) - (before ?? 0));
  return Math.abs([spent, self].find((number) => typeof number === "number") ?? 0);
}

function addChosen(scene, { node, edge, path }) {
  const { model, drawn } = scene;
  const place = model.place.get(node) ?? null;
  scene.node = place;
  scene.paths = remembered(model, "strongest", () => (scene.isSummed && strongest(model, PATHS)) || []);
  scene.path = place === null ? (scene.paths[path] ?? null) : null;
  const isChosen = ({ source, target }) => scene.idOf(source) === edge[0] && scene.idOf(target) === edge[1];
  scene.link = edge && place === null ? (drawn.links.find(isChosen) ?? null) : null;
  scene.group = [...(drawn.groups?.values() ?? [])].find(({ key }) => key === scene.state.group) ?? null;
  scene.lit = scene.path ? litPath(scene) : place === null ? null : litAround(scene, place);
}

function litPath({ path, drawn, kept, model }) {
  const n = model.nodes.length;
  const outside = (number) => (drawn.nodes.includes(number) ? [number] : []);
  const on = path.nodes.filter((place) => kept.has(place)).map(numberIn(drawn));
  if (!kept.has(path.nodes[0])) on.unshift(...outside(n));
  if (!kept.has(path.nodes.at(-1))) on.push(...outside(n + 1));
  return { nodes: new Set(on), pairs: new Set(on.slice(1).map((target, at) => pairOf({ source: on[at], target }))) };
}

const numberIn = ({ numberOf }) => numberOf ?? ((place) => place);

function litAround({ model, drawn }, place) {
  const withGroups = (places) => new Set([place, ...places, ...[...places, place].map(numberIn(drawn))]);
  const sides = [reached, needing].map((spread) => withGroups(spread(model, place)));
  const isLit = ({ source, target }) => sides.some((side) => side.has(source) && side.has(target));
  return { nodes: new Set(sides.flatMap((side) => [...side])), pairs: new Set(drawn.links.filter(isLit).map(pairOf)) };
}

// -- the page

/** Return whether a graph is shown for itself: of no question, comparison or profile. */
function isWhole(part) {
  return !part.starts.length && !part.ends.length && !part.measure && !part.isCompared;
}

function sentenceOf(record, scene) {
  const [start, end] = (scene.part.isAskable && scene.state.why.at(-1)) || [null, null];
  if (start === null && end === null) return record.title;
  const { model, words, drawn, part, state } = scene;
  const isNone = (one) => part.isCompared && !one.links.length && one.total === 0;
  const [from, to] = [scene.endsText("starts"), scene.endsText("ends")];
  const isCalled = (node, name) => node.id === name || membersOf(node).includes(name);
  const isAbsent = (name) => name !== null && !record.part.nodes.some((node) => isCalled(node, name));
  const absent = [start, end].find(isAbsent);
  if (absent !== undefined) return `No ${absent} is in this page.`;
  if (unheld(record.part, [start, end])) return unheld(record.part, [start, end]);
  if (start === null && !model.starts.length) return capital(words.needing.replace(/\bit\b/, () => to));
  if (end === null && !model.ends.length) return `What ${from} ${words.reaches}`;
  if (!model.starts.length || !model.ends.length) return `No path leads from ${start ?? endsText(record.part, "starts")} to ${end ?? endsText(record.part, "ends")}.`;
  const totals = scene.totals.map((total) => (total === null ? "not known" : shown(total)));
  const paths = scene.sums.at(-1)?.[model.starts[0][0]].paths;
  const by = paths !== null && paths !== undefined && model.starts.length === 1 ? ` by ${howMany(paths, "paths")}` : "";
  if (isNone(drawn.after ?? drawn)) return `No path leads from ${from} to ${to} ${drawn.after ? "any more" : state.mode}; total ${totals.join(" → ")}`;
  const relation = model.starts.length > 1 ? words.relation.replace(/^(\w+)s\b/, "$1") : words.relation;
  const old = drawn.before && isNone(drawn.before) ? ", before by none" : "";
  return `${from} ${relation} ${to}${by}${old}; total ${totals.join(" → ")}`;
}

/** Return what is said of sums where there are none. */
function sumsText({ whole, part, model }) {
  if (part.unasked) return part.unasked;
  if (whole) return part.parts ?? `Per cents are of ${amount(whole, part.unit)}.`;
  if (part.measure) return "";
  const { annotation, source = "the starts", target = "the ends", not_computed: reason } = part;
  const paths = annotation === "tangent" ? `from ${source} to it` : `from it to ${target}`;
  if (sweptIn(part)) return `${capital(headingOf(annotation, part.edge_meaning))}: of each node the sum over the paths ${paths}.`;
  const notSummed = reason || "Such numbers are not summed by the page; the report below has them";
  if (model.starts.length && model.ends.length) return `${notSummed}.`;
  return `No two ends were asked about: nothing is summed.${isWhole(part) && part.words?.total ? ` ${part.words.total}.` : ""}`;
}

function showsOf(scene) {
  const { drawn, part, model, nouns, state, looked } = scene;
  if (!model.nodes.length) return "";
  if (scene.by) return groupedText(scene);
  const isOneSide = part.isCompared && looked.length === 1;
  const all = isOneSide ? nodesIn(looked, state.mode).length : Math.max(part.n_nodes ?? 0, part.nodes.length);
  const count = [...scene.kept].filter((place) => place < model.nodes.length).length;
  const ofAll = `${shown(count)} of ${howMany(all, nouns)}`;
  if (!scene.isSummed) {
    const hidden = (isOneSide ? model : part).links.length - drawn.links.reduce((sum, link) => sum + link.links.length, 0);
    const others = `; ${howMany(hidden, scene.edges)} to or between the others are not drawn`;
    return `Draws ${ofAll}${hidden ? others : " and all that joins them"}. ${sumsText(scene)}`;
  }
  const zero = part.zero ? `The total is 0: ${part.zero}${part.zero.endsWith("?") ? "" : "."} ` : "";
  const itself = model.starts.filter(([place]) => model.sides[1].has(place)).length;
  if (!drawn.links.length && !itself) return zero || "No path leads from end to end.";
  if (!drawn.links.length) return `${zero}${howMany(itself, nouns)} ${itself === 1 ? "is a start and an end itself" : "are starts and ends themselves"}: the answer passes no ${howMany(1, scene.edges).slice(2)}.`;
  const answer = drawn.total === 0 ? `${zero ? "" : "the total is 0, "}there are no shares` : "100 % of the answer";
  if (count === all) return `${zero}Shows all ${howMany(all, nouns)} between the ends: ${answer}.`;
  return `${zero}Draws ${ofAll}${hiddenText(scene, all - count)}`;
}

/** Return what of the answer runs through the drawn nodes alone, and what passes some that are not drawn. */
function hiddenText({ model, kept, looked, totals }, hidden) {
  const others = `the other ${shown(hidden)}, added up in dashed edges.`;
  const [sum, total] = [sumWithin(model, kept), totals.at(-1)];
  if (sum === null || (!total && !cancels(model))) return `. All that passes some of ${others}`;
  const hasShares = shareOf(model, sum) !== null;
  const [inner, rest] = [sum, total - sum].map((amount) => (hasShares ? partially(amount / total) : shown(amount)));
  const of = `of the ${hasShares ? "answer" : `total ${shown(total)}`}${looked.length > 1 ? " after" : ""}`;
  return `: ${inner} ${of} runs through these alone; ${rest} passes some of ${others}`;
}

/** Return a part in per cent that is all, or nothing, only where it is that but for rounding. */
function partially(share) {
  if (Math.abs(share) < SAME) return "0 %";
  const text = percent(share);
  return Math.abs(1 - share) < SAME ? "100 %" : text === "100.0 %" ? "over 99.9 %" : text;
}

/** Return what is drawn where groups are: all nodes are in what is drawn. */
function groupedText({ drawn, kept, part, model, nouns, totals }) {
  const whole = [...kept].reduce((sum, place) => sum + sizeOf(model.nodes[place]), 0);
  const isClosed = (place) => model.nodes[place]?.inner_edges !== undefined;
  const groups = drawn.groups.size + drawn.nodes.filter(isClosed).length;
  const alone = drawn.nodes.length - groups;
  const boxes = joinedBy(" and ", groups ? howMany(groups, "groups") : "", alone ? `${shown(alone)} by themselves` : "");
  const twice = part.measure ? "; calls nest, and may count the same twice" : "";
  const sums = totals.every((total) => total === null)
    ? `A number at an edge is of all that it stands for, added up${twice}.`
    : "What runs between groups is added up: the total stays, whatever is open.";
  const more = [...model.nodes.keys()].some(isClosed) && part.drawn ? ` ${part.drawn}.` : "";
  return `Draws all ${howMany(whole, nouns)} as ${boxes}. ${sums}${more}`;
}

/** Return what of the total is for the answer and what against it, where that cancels. */
function signedText({ model, looked, isSummed: hasSums, least }) {
  const sides = hasSums && cancels(model) && bothSides(model);
  if (!sides) return "";
  const of = `Of the total ${looked.length > 1 ? "after " : ""}`;
  return ` ${of}${least}${sides.total.map(shown).join(" is for it and ")} against it; numbers are amounts of it.`;
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
    const { sum, total, leaving, returning, isOver } = cut;
    const starts = drawn.starts.size > 1 ? "starts" : "start";
    const back = returning ? `, less what comes back by ${shown(returning)},` : "";
    const one = `the drawn edge that leaves the ${starts} carries`;
    const leave = leaving === 1 ? one : `the ${shown(leaving)} drawn edges that leave the ${starts} carry`;
    const by = `what leaves by ${howMany(leaving, "drawn edges")}${back || ","} with what begins or ends on the other side,`;
    const text = joinedBy(", ", when, isOver ? `between the ${starts} and the rest: ${by} is` : leave + back);
    const part = total ? ` = ${percent(sum / total)} of the total` : "";
    const data = { class: "sum", "data-sum": sum, "data-total": total, "data-when": when || false };
    return [html("span", data, `${capital(text)} ${shown(sum)}${part}.`)];
  };
  const { drawn } = scene;
  return drawn.before ? [...side(drawn.before, "Before"), " ", ...side(drawn.after, "After")] : side(drawn, "");
}

function showCrumbs(page, scene) {
  const { why } = scene.state;
  const asking = ([start, end]) => `${start ?? endsText(page.part, "starts")} → ${end ?? endsText(page.part, "ends")}`;
  const texts = ["the page's question", ...why.map(asking)];
  const goTo = (at) => () => page.go({ ...CLOSED, why: why.slice(0, at) });
  const crumb = (text, at) =>
    at === why.length ? html("span", { "aria-current": "page" }, text) : button(text, goTo(at));
  byId("crumbs").hidden = why.length === 0 || !scene.part.isAskable;
  byId("crumbs").replaceChildren(html("ol", {}, ...texts.map((text, at) => html("li", {}, crumb(text, at)))));
}

const CLOSED = { group: "", node: null, edge: null, path: null };

function showControls(page, scene) {
  const all = scene.part.nodes.length;
  const slider = byId("slider");
  Object.assign(slider, { min: Math.min(Math.max(FEWEST, fewestOf(scene.part)), all), max: Math.min(MOST, all) });
  slider.value = scene.n;
  const drawn = scene.by ? scene.n : [...scene.kept].filter((place) => place < all).length;
  slider.setAttribute("aria-valuetext", `${shown(drawn)} of ${howMany(all, scene.nouns)}`);
  byId("count").textContent = shown(drawn);
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
  const [held, asked] = [document.activeElement, page.asked];
  const scene = sceneOf(page.part, page.state);
  byId("pointed").textContent = "";
  page.view.pointed = null;
  page.scene = scene;
  scene.act = page;
  scene.title = sentenceOf(page.record, scene);
  byId("question").textContent = scene.title;
  const warned = (line) => html("li", { class: line.startsWith("! ") ? "warning" : "" }, line.replace(/^! /, ""));
  byId("beside").replaceChildren(...(scene.state.why.length ? [] : (page.record.beside ?? [])).map(warned));
  byId("shows").textContent = `${movedText(scene)}${showsOf(scene)}${signedText(scene)}`;
  const notes = [...(page.part.notes ?? []), scene.part.isAsked ? null : page.part.besides].filter(Boolean);
  byId("notes").replaceChildren(...notes.map((note) => html("li", {}, note)));
  byId("cut").replaceChildren(...cutText(scene));
  showControls(page, scene);
  byId("details").replaceChildren(...detailsOf(scene).flat().filter(Boolean));
  byId("details").classList.toggle("empty", scene.node === null && !scene.link && !scene.path && !scene.group);
  byId("close").hidden = byId("details").classList.contains("empty");
  drawPicture(page.view, pictureOf(scene));
  byId("legend").replaceChildren(...legendOf(scene.drawn).map(([classes, text]) => html("li", {}, sampleOf(classes), text)));
  showTables(page, scene);
  const chosenKey = JSON.stringify([page.state.node, page.state.edge]);
  if (chosenKey !== page.chosenKey) showChosen(page);
  page.chosenKey = chosenKey;
  page.asked = JSON.stringify(page.state.why);
  keepFocus(held, asked !== page.asked);
}

/** Give the focus on where what had it is gone or hidden: to what is told now, of another question to that. */
function keepFocus(held, isAnother) {
  const isHeld = ![held, document.body].includes(document.activeElement); // by what stands for it now
  if (isHeld || held === document.body || (held.isConnected && held.checkVisibility())) return;
  const beside = held.isConnected && held.parentElement.querySelector("input, select");
  (beside || (isAnother ? byId("question") : byId("details").querySelector("h2")))?.focus();
}

function showChosen(page) {
  const { node, link, drawn } = page.scene;
  if (node !== null) reveal(page.view, { node });
  if (link) reveal(page.view, { link: drawn.links.indexOf(link) });
  uncover(page);
}

/** Scroll the page until the graph and the details are in sight, where something was chosen elsewhere. */
function showStage({ view }) {
  if (view.frame.contains(document.activeElement)) return;
  const { top, bottom } = byId("stage").getBoundingClientRect();
  scrollBy(0, top < 0 ? top - 8 : Math.max(0, Math.min(top - 8, bottom + 8 - innerHeight)));
}

/** Scroll the page where a narrow screen's details lie over what was chosen in the graph. */
function uncover({ view, scene }) {
  const [node, frame] = [view.elements.get(scene.node), view.frame.getBoundingClientRect()];
  if (!node || getComputedStyle(byId("chosen")).position !== "sticky" || frame.bottom < 0 || frame.top > innerHeight) return;
  scrollBy(0, Math.max(0, node.getBoundingClientRect().bottom + 12 - byId("chosen").getBoundingClientRect().top));
}

function showTables({ tables }, scene) {
  const { part, looked, nouns, state, link, paths, drawn } = scene;
  const lit = scene.path ? `path ${state.path}` : link ? `link ${pairOf(link)}` : `node ${scene.node}`;
  const show = (table, title, note, content) => showTable(table, title, note, content, lit);
  show(tables.account, part.account?.title ?? "", joinedBy(" ", part.account?.note, "Choose a row to see it."), accountTable(scene));
  const which = paths.length < PATHS ? "All paths, the strongest first" : `The ${PATHS} strongest paths`;
  const when = looked.length > 1 ? " after" : "";
  show(tables.paths, `Strongest paths${when}`, `${which}. Choose one to light it up.`, pathTable(scene));
  const isAll = !part.unasked && part.nodes.length >= (part.n_nodes ?? 0);
  const side = looked.length === 1 && part.isCompared ? ` ${state.mode}` : "";
  const all = isAll ? `All ${nouns}${side}` : `${capital(nouns)} in this page`;
  const first = part.ranked ? "Choose one to light it up." : `First: ${largestTitle(scene).toLowerCase()}.`;
  show(tables.nodes, part.ranked ? "The ranking" : all, first, nodeTable(scene));
  const dashed = drawn.links.some(({ direct }) => !direct) ? "Dashed ones add up what passes nodes that are not drawn." : "";
  show(tables.links, `Drawn ${scene.edges}`, dashed, linkTable(scene));
}

// -- what people do

function makePage(record) {
  const page = { record, part: weighted(record.part), state: stateOf(location.hash) };
  page.go = (changes) => { history.pushState(null, "", fragmentOf(Object.assign(page.state, changes))); redraw(page); };
  const isOf = (target) => page.scene.drawn.groups?.get(target?.node);
  page.select = (target) => {
    if (isOf(target) && isOf(target) === page.scene.group) page.enter(target);
    else page.go(chosenIn(page.scene, target));
    if (target) showStage(page);
    if (target) uncover(page);
  };
  page.close = () => {
    const { node, link, group, drawn } = page.scene;
    const place = [...(drawn.groups ?? [])].find(([, each]) => each === group)?.[0] ?? node;
    page.select(null);
    focusOn(page.view, link ? { link: drawn.links.indexOf(link) } : { node: place });
    if (document.activeElement === document.body) page.view.root.querySelector('[tabindex="0"]')?.focus();
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
  byId("all").addEventListener("click", () => busily(page, () => page.go({ n: Infinity })));
  byId("by").addEventListener("change", (event) => page.go({ by: event.target.value, apart: [], group: "" }));
  byId("together").addEventListener("click", () => page.go({ apart: [] }));
  byId("close").addEventListener("click", () => page.close());
  byId("larger").addEventListener("click", () => zoom(page.view, 1.25));
  byId("smaller").addEventListener("click", () => zoom(page.view, 0.8));
  byId("fit").addEventListener("click", () => fit(page.view, true));
  for (const radio of document.querySelectorAll("[name=mode]")) radio.addEventListener("change", () => page.go({ mode: radio.value }));
  listenToSearch(page);
}

/** Do what takes long of many nodes when the page has said so. */
function busily(page, work) {
  if (page.part.nodes.length < SLOW) return work();
  byId("graph").classList.add("busy");
  byId("count").textContent = "drawing …";
  requestAnimationFrame(() => setTimeout(() => { work(); byId("graph").classList.remove("busy"); }));
}

/** Look for what is typed: return the ids of near names, those first that most of the answer passes, and whether one of them has it in it. */
function lookedFor(page, word) {
  const { model, order } = page.scene;
  const ids = suggestions(model, word, order);
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
  const matches = `${howMany(ids.length, "matches")}${ids.length > MOST_NAMES ? `, the first ${MOST_NAMES}:` : ""}`;
  const none = `no ${word} here${ids.length ? "; did you mean:" : ""}`;
  byId("matches").textContent = !word ? "" : isThere ? matches : none;
  const placeOf = (id) => page.scene.model.place.get(id);
  const told = (id) => [button(page.scene.nameOf(placeOf(id)), () => choose(page, id)), " ", html("span", { class: "number" }, nodeNote(page.scene, placeOf(id)))];
  byId("near").replaceChildren(...ids.slice(0, MOST_NAMES).map((id) => html("li", {}, ...told(id))));
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

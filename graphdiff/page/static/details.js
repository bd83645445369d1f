// What is told of a chosen node, link or path: its numbers, why it is there, what goes with it, what is without it.

import { button, html } from "./elements.js";
import { ownFact, shareOf, without } from "./model.js";
import { goingWith, needing, reached, strongest } from "./paths.js";
import { accountTable, apartText, callRows, factNames, factText, largestTitle, linkColumns, nodeNote } from "./picture.js";
import { nameOfLink, PATH_COLUMNS, statusIn, sweptIn } from "./picture.js";
import { nodesIn, passedBy } from "./scene.js";
import { factList, factsIn } from "./tables.js";
import { capital, changeIn, headingOf, howMany, joinedBy, membersOf, partText } from "./words.js";
import { percent, shortened, shown, signed, titleOf, weightName } from "./words.js";

/** So many names of a list are said. */
const NAMES = 12;
const FIRST = 4;
const HINT = "Click, or press Enter on, a node or an edge, or a row of a table below: its numbers are shown here.";
const MOST_CALLS = 20;
/** Facts that are said by other words, or are no facts of a node or link. */
const SAID = new Set([
  "id", "title", "name", "source", "target", "number", "tangent", "adjoint", "contribution", "share", "paths",
  "approximately", "members", "given", "unweighed", "weight", "status", "ways", "eliminated", "change", "key", "source_seed", "target_seed",
  "estimated", "again", "part_estimated",
]);

/** Return what a record knows of a thing beside what the page computes, as names and texts. */
function factsOf(scene, thing) {
  const about = (name) => (ownFact(thing.approximately, name) === undefined ? "" : ` ≈ ${shown(thing.approximately[name])}`);
  const names = factNames(thing).filter((name) => !SAID.has(name));
  return names.map((name) => [headingOf(name, scene.part.edge_meaning), factText(scene, thing, name) + about(name)]);
}

/** Return what is told of what was chosen. */
export function detailsOf(scene) {
  if (scene.path) return pathDetails(scene, scene.path);
  if (scene.link) return linkDetails(scene, scene.link);
  if (scene.group) return groupDetails(scene, scene.group);
  if (scene.node !== null) return nodeDetails(scene, scene.node);
  return overview(scene);
}

/** Return the names of a path's nodes; of a long one those at its start and end. */
function pathName(scene, path) {
  const names = path.nodes.map((place) => shortened(scene.nameOf(place), 24));
  if (names.length > 7) names.splice(3, names.length - 5, `… ${names.length - 5} more …`);
  return names.join(" > ") + apartText(scene, path);
}

/** Return what is worth a look first: paths, nodes, and of a comparison the edges that moved the total. */
function overview(scene) {
  const { model, drawn, part } = scene;
  const account = accountTable(scene).rows;
  const bySize = (one, other) => Math.abs(other.change) - Math.abs(one.change);
  const moved = account.length ? [] : drawn.links.filter((link) => link.change).sort(bySize);
  const nodes = nodesIn(scene.looked, scene.state.mode).filter((place) => !scene.isSummed || !scene.isEnd(place));
  const byRank = (place) => factText(scene, model.nodes[place], part.ranked[1]);
  return [
    html("h2", { tabindex: -1 }, "At a glance"), html("p", { class: "hint" }, HINT),
    firstOf(scene, part.account?.title, account.slice(0, FIRST), ({ name, record, target }) =>
      [name, didIn(scene, record), target]),
    firstOf(scene, part.measure ? "Calls that changed most" : "What moved the total", moved.slice(0, FIRST), (link) =>
      [nameOfLink(scene, link), `${link.status}, ${changeIn(part, link.change)}`, { link: drawn.links.indexOf(link) }]),
    firstOf(scene, `Strongest paths${scene.looked.length > 1 ? " after" : ""}`, scene.paths.slice(0, FIRST), (path, at) =>
      [pathName(scene, path), partText({ share: path.share, contribution: path.influence }), { path: at }]),
    firstOf(scene, largestTitle(scene), nodes.sort(scene.order).slice(0, 2 * FIRST), (place) =>
      [scene.nameOf(place), part.ranked ? byRank(place) : nodeNote(scene, place), { node: place }]),
  ];
}

/** Return what a row of the account did, or what happened. */
function didIn({ part }, { change, what }) {
  return typeof change === "number" ? changeIn(part, change) : shown(change ?? what);
}

/** Return what the rows of the account that are of a node or a link say of it. */
function movedSection(scene, isIt) {
  const rows = accountTable(scene).rows.filter(({ target }) => target && isIt(target));
  const did = ({ record }) => joinedBy(", ", record.change === undefined ? [] : didIn(scene, record), record.what, record.by, record.note);
  const more = rows.length > NAMES ? html("p", {}, `and ${howMany(rows.length - NAMES, "more rows")}`) : null;
  return rows.length ? section(scene.part.account.title, factList(rows.slice(0, NAMES).map((row) => [row.name, did(row)])), more) : null;
}

/** Return a list of things: of each a name, which chooses it, and what stands beside it. */
function firstOf({ act }, title, things, told) {
  const line = ([name, note, target]) =>
    html("li", {}, button(name, () => act.select(target), { class: "name" }), " ", html("span", { class: "number" }, note));
  return things.length ? section(title, html("ol", { class: "ranked" }, ...things.map(told).map(line))) : null;
}

function section(title, ...content) {
  return html("section", {}, html("h3", {}, title), ...content);
}

function nodeButton(scene, place) {
  if (place >= scene.model.nodes.length) return html("span", {}, scene.nameOf(place));
  return button(scene.nameOf(place), () => scene.act.select({ node: place }), { class: "name" });
}

/** Return a list of nodes, the first of them by name. */
function nodeList(scene, places) {
  const list = listOf("names", places, (place) => [nodeButton(scene, place)]);
  return html("div", {}, html("p", {}, howMany(places.length, scene.nouns)), list);
}

/** Return the first of some things, and how many more there are. */
function listOf(kind, things, told) {
  const items = things.slice(0, NAMES).map((thing) => html("li", {}, ...told(thing)));
  const more = things.length > NAMES ? html("li", {}, `and ${shown(things.length - NAMES)} more`) : null;
  return html("ul", { class: kind }, ...items, more);
}

function chain(scene, places) {
  return html("ol", { class: "chain" }, ...places.map((place) => html("li", {}, nodeButton(scene, place))));
}

// -- a node

function nodeDetails(scene, place) {
  const { model, words, part } = scene;
  const node = model.nodes[place];
  const of = part.unasked ? "Of the edges here: " : ""; // which may be no others than those that changed
  const numbered = (link) => [link.number, link];
  const links = (side) => [...new Map(scene.looked.flatMap((one) => one[side][place].map(numbered))).values()];
  const isEnd = scene.isEnd(place);
  const when = (at) => (scene.looked.length > 1 ? [" before", " after"][at] : "");
  return [
    html("h2", { tabindex: -1 }, titleOf(node)), node.id === titleOf(node) ? null : html("p", { class: "id" }, node.id),
    ...scene.looked.map((one, at) => throughNode(scene, one, scene.sums[at], place)),
    sweptIn(part) ? factList([[headingOf(part.annotation, part.edge_meaning), shown(node[part.annotation])]]) : null,
    ["", "kept"].includes(node.status ?? "") || node.on_the_way || !statusIn(scene, node) ? null : html("p", {}, `${node.status} since before`),
    movedSection(scene, (target) => target.node === place), factList(factsOf(scene, node)), node.estimated ? html("p", { class: "hint" }, ESTIMATED) : null, nodeActs(scene, place, isEnd),
    membersOf(node).length ? section("Counts as one", html("p", {}, membersText(node))) : null,
    isEnd || part.unasked ? null : whySection(scene, place),
    ...(part.measure && !part.isCompared
      ? [callTable(scene, node, "Called by", model.into[place], "source"), callTable(scene, node, "It calls", model.out[place], "target")]
      : [
          linkSection(scene, `${of}It ${words.does}`, links("out"), "target"),
          linkSection(scene, of + capital(words.done), links("into"), "source"),
        ]),
    ...(part.unasked ? [] : scene.looked.flatMap((one, at) => setsOf(scene, place, one, when(at)))),
  ];
}

function membersText({ members, inner_edges: inner }) {
  const names = [...members.slice(0, NAMES), ...(members.length > NAMES ? ["…"] : [])];
  return `${shown(members.length)} ${inner === undefined ? "on a cycle" : "in this group"}: ${names.join(", ")}`;
}

/** Return the sections on what a node reaches and what reaches it, where all of it is in the page. */
function setsOf(scene, place, model, when) {
  const { words } = scene;
  const byMost = (places) => [...places].sort((one, other) => scene.size(other) - scene.size(one));
  return [
    restSection(scene, `${capital(words.needing)}, directly or through others${when}`, byMost(needing(model, place))),
    restSection(scene, `What it ${words.reaches}, directly or through others${when}`, byMost(reached(model, place))),
    model.starts.length ? restSection(scene, `What goes with it${when}`, byMost(goingWith(model, place))) : null,
  ];
}

/** Return what runs through a node and what the total is without it, in sentences; of a comparison before and after. */
function throughNode(scene, model, sums, place) {
  if (!sums) return null;
  const { contribution, share, positive, negative, paths, tangent, adjoint } = sums[place];
  const total = scene.totals[scene.looked.indexOf(model)];
  const when = scene.looked.length > 1 ? `${scene.looked.indexOf(model) ? "after" : "before"}: ` : "";
  const rest = without(model, place);
  const moved = joinedBy(", ", signed(rest - total), share === null ? "" : percent((rest - total) / total));
  const change = rest === null ? "not known: walks may have no sum" : `${shown(rest)} (${moved})`;
  const heading = (name) => headingOf(name, scene.part.edge_meaning);
  const side = (name, value) => [name, scene.hasShares || value === null ? "" : scene.least + shown(value)];
  return factList([
    [`${when}of the answer`, total ? percent(share) : "the total is 0: no shares"],
    side("for it", positive), side("against it", negative), [heading("contribution"), shown(contribution)],
    ["paths through it", paths === null ? "walks go round" : shown(paths)],
    [heading("tangent"), shown(tangent)], [heading("adjoint"), shown(adjoint)],
    ["total without it", scene.isEnd(place) ? "" : change],
  ]);
}

function nodeActs(scene, place, isEnd) {
  const { act, part, model, words, by, state } = scene;
  const node = model.nodes[place];
  const [isStart, isLast] = model.sides.map((side) => side.has(place));
  const [start, end] = state.why.at(-1) ?? [null, null];
  const before = start !== null || part.starts.length ? `from ${scene.endsText("starts")} to it` : words.needing;
  const behind = end !== null || part.ends.length ? `from it to ${scene.endsText("ends")}` : `what it ${words.reaches}`;
  const ask = (text, ends) => (part.isAskable ? button(`Ask: ${text}`, () => act.ask(ends)) : null);
  const isInGroup = by && typeof node[by] === "string" && node.inner_edges === undefined;
  const stays = scene.stays.has(place);
  const turn = () => (stays ? act.putAway(node.id) : act.open([place]));
  const isFixed = isEnd || (by && stays && !state.open.includes(node.id) && !state.apart.includes(node[by]));
  return html(
    "p", { class: "acts" }, isStart ? null : ask(before, [start, node.id]), isLast ? null : ask(behind, [node.id, end]),
    isInGroup ? groupButton(scene, node[by]) : null,
    isFixed ? null : button(stays ? "Put it away" : "Keep it drawn", turn),
  );
}

function whySection(scene, place) {
  const [best] = scene.looked.map((one, at) => (scene.sums[at] && strongest(one, 1, place)) || []).reverse().flat();
  if (!best) return null;
  const path = best.nodes.slice(0, best.nodes.indexOf(place) + 1);
  return section("Why it is there: the strongest path to it", chain(scene, path));
}

function restSection(scene, title, places) {
  if (!places.length) return null;
  return html("details", {}, html("summary", {}, `${title}: ${howMany(places.length, scene.nouns)}`), nodeList(scene, places));
}

function linkSection(scene, title, links, side) {
  if (!links.length) return null;
  const sorted = [...links].sort((one, other) => scene.linkSize(other) - scene.linkSize(one));
  const told = (link) => [nodeButton(scene, link[side]), " ", html("span", { class: "number" }, scene.linkNote(link))];
  return section(title, listOf("links", sorted, told));
}

/** What ≈ says, and what of calls within a cycle of calls is no share. */
const ESTIMATED = "≈ as if all calls of a function cost the same.";
const AGAIN = "What a call within a recursion costs is counted again at each level: it is no share.";

/** Return the calls of a function, or to it, as a table. */
function callTable(scene, node, title, links, side) {
  if (!links.length) return null;
  const { heads, rows } = callRows(scene, node, links, side);
  const numbers = (texts) => texts.map((text) => html("td", { class: "number" }, text));
  const nameIn = (place) => html("th", { scope: "row" }, place === null ? "by itself" : nodeButton(scene, place));
  const line = ({ place, texts }) => html("tr", {}, nameIn(place), ...numbers(texts));
  const headings = heads.map((text) => html("th", { scope: "col", class: "number" }, text));
  const head = html("thead", {}, html("tr", {}, html("th", { scope: "col" }, "function"), ...headings));
  const more = rows.length > MOST_CALLS ? html("p", {}, `and ${shown(rows.length - MOST_CALLS)} more`) : null;
  return section(
    title, html("table", { class: "calls" }, head, html("tbody", {}, ...rows.slice(0, MOST_CALLS).map(line))), more,
    links.some(({ again }) => again) ? html("p", { class: "hint" }, AGAIN) : null,
  );
}

/** Return what is told of nodes that are drawn as one. */
function groupDetails(scene, group) {
  const { key, places, contribution, size, isRest, isOthers } = group;
  const rest = isRest ? "Those that most passes are drawn apart; more are where more nodes are drawn." : "";
  const others = isOthers ? "The smallest groups; they are drawn apart where more nodes are." : "";
  const added = "drawn as one. Edges to and from them are added up; totals stay as they are.";
  const share = contribution === null ? null : shareOf(scene.model, contribution);
  return [
    html("h2", { tabindex: -1 }, isRest ? `Others of ${key}` : key),
    html("p", {}, joinedBy(" ", howMany(size, scene.nouns), added, rest, others)),
    factList([["of the answer comes in", percent(share)], ["comes in", shown(contribution)]]),
    html("p", { class: "acts" }, isOthers ? null : groupButton(scene, key)), nodeList(scene, places),
  ];
}

function groupButton(scene, key) {
  return button(scene.state.apart.includes(key) ? "Close this group" : "Open this group", () => scene.act.setApart(key));
}

// -- a link, a path

function linkDetails(scene, link) {
  const { words, part, drawn } = scene;
  const { direct, contribution, links } = link;
  const passed = direct ? [] : passedBy(scene.model, scene.kept, link);
  const { total } = drawn;
  const hasRest = total !== null && contribution !== null && scene.model.order;
  const rest = hasRest ? `${shown(total - contribution)} (${signed(-contribution)})` : null;
  const dashed = "A dashed edge: all that passes nodes not drawn, added up. Totals are as if they were drawn.";
  const says = `${scene.nameOf(link.source)} ${words.does} ${scene.nameOf(link.target)}.`;
  const known = links.length > NAMES ? `; of ${NAMES} what is known` : "";
  const computed = linkColumns(scene).filter(({ title }) => part.isCompared || title !== part.measure); // a call says what it costs itself
  const isSaid = Object.fromEntries(["before", "after"].flatMap((when) => [`weight_${when}`, ...(links.length > 1 ? [] : [`${part.measure}_${when}`])]).map((name) => [name, null]));
  const told = (each) => factList(factsOf(scene, { ...each, ...isSaid }));
  return [
    html("h2", { tabindex: -1 }, nameOfLink(scene, link)), html("p", {}, direct ? says : dashed),
    movedSection(scene, (target) => drawn.links[target.link] === link), factList([...factsIn(computed, { link }), ["total without it", rest]]),
    links.length > 1 ? html("p", {}, `${shown(links.length)} ${scene.edges} added up${known}:`) : null,
    ...links.slice(0, NAMES).map(told),
    link.links.some(({ estimated }) => estimated) ? html("p", { class: "hint" }, ESTIMATED) : null,
    html("p", { class: "acts" }, nodeButton(scene, link.source), nodeButton(scene, link.target)),
    passed.length ? section("It passes", drawButton(scene, passed.slice(0, 5)), nodeList(scene, passed)) : null,
  ];
}

function drawButton({ act, nouns }, places) {
  return button(`Draw ${howMany(places.length, nouns)} of it`, () => act.open(places));
}

function pathDetails(scene, path) {
  const told = (link) => joinedBy(" · ", scene.linkWeight(link), shown(link.clause ?? link.kind));
  const facts = path.links.map((link) => [nameOfLink(scene, link), told(link)]);
  return [
    html("h2", { tabindex: -1 }, "A path"), factList(factsIn(PATH_COLUMNS, { path })),
    path.whole ? null : html("p", {}, "One of its edges stands for several paths."),
    chain(scene, path.nodes), section("Its edges", factList(facts)),
  ];
}

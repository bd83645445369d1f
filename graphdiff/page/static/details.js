// What is told of a chosen node, link or path: its numbers, why it is there, what goes with it, what is without it.

import { button, html } from "./elements.js";
import { shareOf, without } from "./model.js";
import { goingWith, needing, reached, strongest } from "./paths.js";
import { accountTable, callRows, factText, largestTitle, nodeNote, statusIn, sweptIn } from "./picture.js";
import { isThere, passedBy } from "./scene.js";
import { factList } from "./tables.js";
import { capital, headingOf, howMany, membersOf, percent, shortened, shown, signed, titleOf, weightName } from "./words.js";

/** So many names of a list are said. */
const NAMES = 12;
const FIRST = 4;
const HINT = "Click, or press Enter on, a node or an edge, or a row of a table below: its numbers are shown here.";
const MOST_CALLS = 20;
/** Facts that are said by other words, or are no facts of a node or link. */
const SAID = new Set(["id", "title", "name", "source", "target", "number", "tangent", "adjoint", "contribution", "share", "paths", "approximately", "members", "given", "unweighed", "weight", "status", "ways", "eliminated", "change", "key", "estimated", "again", "part_estimated"]);

/** Return what a record knows of a thing beside what the page computes, as names and texts. */
export function factsOf(scene, thing) {
  const names = Object.keys(thing).filter((name) => !SAID.has(name) && thing[name] !== null && typeof thing[name] !== "object");
  const about = (name) => (thing.approximately?.[name] === undefined ? "" : ` ≈ ${shown(thing.approximately[name])}`);
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

function elided(names) {
  return (names.length > 7 ? [...names.slice(0, 3), `… ${names.length - 5} more …`, ...names.slice(-2)] : names).join(" > ");
}

/** Return what is worth a look first: paths, nodes, and of a comparison the edges that moved the total. */
function overview(scene) {
  const { model, drawn, act } = scene;
  const nodes = [...model.nodes.keys()].filter((place) => isThere(model.nodes[place], scene.state.mode) && (!scene.isSummed || !scene.isEnd(place))).sort(scene.order);
  const account = accountTable(scene).rows;
  const moved = account.length ? [] : drawn.links.filter((link) => link.change).sort((one, other) => Math.abs(other.change) - Math.abs(one.change));
  const line = (text, note, target) => html("li", {}, button(text, () => act.select(target), { class: "name" }), " ", html("span", { class: "number" }, note));
  const ranked = (title, things, name, note, target) =>
    things.length ? section(title, html("ol", { class: "ranked" }, ...things.map((thing) => line(name(thing), note(thing), target(thing))))) : null;
  return [
    html("h2", {}, "At a glance"), html("p", { class: "hint" }, HINT),
    ranked(scene.part.account?.title ?? "", account.slice(0, FIRST), ({ name }) => name, ({ record }) => (record.change === undefined ? shown(record.what) : signed(record.change)), ({ target }) => target),
    ranked(scene.part.measure ? "Calls that changed most" : "What moved the total", moved.slice(0, FIRST), (link) => `${scene.nameOf(link.source)} → ${scene.nameOf(link.target)}`, (link) => `${link.status}, ${signed(link.change)}`, (link) => ({ link: drawn.links.indexOf(link) })),
    ranked(`Strongest paths${scene.looked.length > 1 ? " after" : ""}`, scene.paths.slice(0, FIRST), (path) => elided(path.nodes.map((place) => shortened(scene.nameOf(place), 24))), (path) => percent(path.share) || shown(path.influence), (path) => ({ path: scene.paths.indexOf(path) })),
    ranked(largestTitle(scene), nodes.slice(0, 2 * FIRST), scene.nameOf, (place) => (scene.part.ranked ? factText(scene, model.nodes[place], scene.part.ranked[1]) : nodeNote(scene, place)), (place) => ({ node: place })),
  ];
}

function section(title, ...content) {
  return html("section", {}, html("h3", {}, title), ...content);
}

function nodeButton(scene, place) {
  const n = scene.model.nodes.length;
  if (place >= n) return html("span", {}, scene.nameOf(place));
  return button(scene.nameOf(place), () => scene.act.select({ node: place }), { class: "name" });
}

/** Return a list of nodes, the first of them by name. */
function nodeList(scene, places, noun = scene.nouns) {
  const all = [...places];
  if (!all.length) return null;
  const more = all.length > NAMES ? [html("li", {}, `and ${shown(all.length - NAMES)} more`)] : [];
  const items = all.slice(0, NAMES).map((place) => html("li", {}, nodeButton(scene, place)));
  return html("div", {}, html("p", {}, howMany(all.length, noun)), html("ul", { class: "names" }, ...items, ...more));
}

function chain(scene, places) {
  return html("ol", { class: "chain" }, ...places.map((place) => html("li", {}, nodeButton(scene, place))));
}

// -- a node

function nodeDetails(scene, place) {
  const { model, words, part } = scene;
  const node = model.nodes[place];
  const of = part.unasked ? "Of the edges here: " : ""; // which may be no others than those that changed
  const links = (side) => [...new Map(scene.looked.flatMap((one) => one[side][place].map((link) => [link.number, link]))).values()];
  const isEnd = scene.isEnd(place);
  return [
    html("h2", { tabindex: -1 }, titleOf(node)), node.id === titleOf(node) ? null : html("p", { class: "id" }, node.id),
    ...scene.looked.map((one, at) => throughNode(scene, one, scene.sums[at], place)),
    sweptIn(part) ? factList([[headingOf(part.annotation, part.edge_meaning), shown(node[part.annotation])]]) : null,
    ["", "kept"].includes(node.status ?? "") || !statusIn(scene, node) ? null : html("p", {}, `${node.status} since before`),
    factList(factsOf(scene, node)), node.estimated ? html("p", { class: "hint" }, ESTIMATED) : null, nodeActs(scene, place, isEnd),
    membersOf(node).length ? section("Counts as one", html("p", {}, `${shown(node.members.length)} ${node.inner_edges === undefined ? "on a cycle" : "in this group"}: ${node.members.slice(0, NAMES).join(", ")}${node.members.length > NAMES ? ", …" : ""}`)) : null,
    isEnd || part.unasked ? null : whySection(scene, place),
    ...(part.measure && !part.isCompared
      ? [callTable(scene, node, "Called by", model.into[place], "source"), callTable(scene, node, "It calls", model.out[place], "target")]
      : [linkSection(scene, `${of}It ${words.does}`, links("out"), "target"), linkSection(scene, of + capital(words.done), links("into"), "source")]),
    ...(part.unasked ? [] : scene.looked.flatMap((one, at) => setsOf(scene, place, one, scene.looked.length > 1 ? [" before", " after"][at] : ""))),
  ];
}

/** Return the sections on what a node reaches and what reaches it, where all of it is in the page. */
function setsOf(scene, place, model, when) {
  const { words } = scene;
  const byMost = (places) => [...places].sort((one, other) => scene.size(other) - scene.size(one));
  return [
    restSection(scene, capital(words.needing) + when, byMost(needing(model, place))), restSection(scene, `What it ${words.reaches}${when}`, byMost(reached(model, place))),
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
  const change = rest === null ? "not known: walks may have no sum" : `${shown(rest)} (${signed(rest - total)}${share === null ? "" : `, ${percent((rest - total) / total)}`})`;
  const heading = (name) => headingOf(name, scene.part.edge_meaning);
  return factList([
    [`${when}of the answer`, total ? percent(share) : "the total is 0: no shares"], ...(scene.hasShares ? [] : [["for it", negative === null ? "" : scene.least + shown(positive)], ["against it", negative === null ? "" : scene.least + shown(negative)]]), [heading("contribution"), shown(contribution)],
    ["paths through it", paths === null ? "walks go round" : shown(paths)], [heading("tangent"), shown(tangent)], [heading("adjoint"), shown(adjoint)],
    ["total without it", scene.isEnd(place) ? "" : change],
  ]);
}

function nodeActs(scene, place, isEnd) {
  const { act, part, model, words } = scene;
  const { id } = model.nodes[place];
  const isStart = model.starts.some(([start]) => start === place);
  const isLast = model.ends.some(([end]) => end === place);
  const ask = (text, ends) => (part.isAskable ? button(text, () => act.ask(ends)) : null);
  const [start, end] = scene.state.why.at(-1) ?? [null, null];
  return html(
    "p", { class: "acts" }, isStart ? null : ask(start !== null || part.starts.length ? "Ask: from the start to it" : `Ask: ${words.needing}`, [start, id]), isLast ? null : ask(end !== null || part.ends.length ? "Ask: from it to the end" : `Ask: what it ${words.reaches}`, [id, end]),
    scene.by && typeof model.nodes[place][scene.by] === "string" && model.nodes[place].inner_edges === undefined ? groupButton(scene, model.nodes[place][scene.by]) : null,
    isEnd || (scene.by && scene.stays.has(place) && !scene.state.open.includes(id) && !scene.state.apart.includes(model.nodes[place][scene.by])) ? null : button(scene.stays.has(place) ? "Put it away" : "Keep it drawn", () => (scene.stays.has(place) ? act.putAway(id) : act.open([place]))),
  );
}

function whySection(scene, place) {
  const [best] = scene.looked.map((one, at) => (scene.sums[at] && strongest(one, 1, place)) || []).reverse().flat();
  if (!best) return null;
  const path = best.nodes.slice(0, best.nodes.indexOf(place) + 1);
  return section("Why it is there: the strongest path to it", chain(scene, path));
}

function restSection(scene, title, places) {
  return places.length ? html("details", {}, html("summary", {}, `${title}: ${howMany(places.length, scene.nouns)}`), nodeList(scene, places)) : null;
}

function linkSection(scene, title, links, side) {
  if (!links.length) return null;
  const sorted = [...links].sort((one, other) => scene.linkSize(other) - scene.linkSize(one));
  const line = (link) => html("li", {}, nodeButton(scene, link[side]), " ", html("span", { class: "number" }, scene.linkNote(link)));
  const more = sorted.length > NAMES ? [html("li", {}, `and ${shown(sorted.length - NAMES)} more`)] : [];
  return section(title, html("ul", { class: "links" }, ...sorted.slice(0, NAMES).map(line), ...more));
}

/** What ≈ says, and what of calls within a cycle of calls is no share. */
const ESTIMATED = "≈ as if all calls of a function cost the same.";
const AGAIN = "What a call within a recursion costs is counted again at each level: it is no share.";

/** Return the calls of a function, or to it, as a table. */
function callTable(scene, node, title, links, side) {
  if (!links.length) return null;
  const { heads, rows } = callRows(scene, node, links, side);
  const numbers = (texts) => texts.map((text) => html("td", { class: "number" }, text));
  const line = ({ place, texts }) => html("tr", {}, html("th", { scope: "row" }, place === null ? "by itself" : nodeButton(scene, place)), ...numbers(texts));
  const head = html("tr", {}, html("th", { scope: "col" }, "function"), ...heads.map((text) => html("th", { scope: "col", class: "number" }, text)));
  const more = rows.length > MOST_CALLS ? html("p", {}, `and ${shown(rows.length - MOST_CALLS)} more`) : null;
  return section(
    title, html("table", { class: "calls" }, html("thead", {}, head), html("tbody", {}, ...rows.slice(0, MOST_CALLS).map(line))), more,
    links.some(({ again }) => again) ? html("p", { class: "hint" }, AGAIN) : null,
  );
}

/** Return what is told of nodes that are drawn as one. */
function groupDetails(scene, group) {
  const { key, places, contribution, size, isRest, isOthers } = group;
  const hint = isRest ? "Those that most passes are drawn apart; more are where more nodes are drawn." : isOthers ? "The smallest groups; they are drawn apart where more nodes are." : "";
  return [
    html("h2", { tabindex: -1 }, isRest ? `Others of ${key}` : key), html("p", {}, `${howMany(size, scene.nouns)} drawn as one. Edges to and from them are added up; totals stay as they are. ${hint}`),
    contribution === null ? null : factList([["of the answer comes in", percent(shareOf(scene.model, contribution))], ["comes in", shown(contribution)]]),
    html("p", { class: "acts" }, isOthers ? null : groupButton(scene, key)), nodeList(scene, places),
  ];
}

function groupButton(scene, key) {
  return button(scene.state.apart.includes(key) ? "Close this group" : "Open this group", () => scene.act.setApart(key));
}

// -- a link, a path

function linkDetails(scene, link) {
  const { words, part } = scene;
  const passed = link.direct ? [] : passedBy(scene.model, scene.kept, link);
  const sum = scene.drawn.total;
  const rest = sum === null || link.contribution === null || !scene.model.order ? null : `${shown(sum - link.contribution)} (${signed(-link.contribution)})`;
  return [
    html("h2", { tabindex: -1 }, `${scene.nameOf(link.source)} → ${scene.nameOf(link.target)}`),
    html("p", {}, link.direct ? `${scene.nameOf(link.source)} ${words.does} ${scene.nameOf(link.target)}.` : "A dashed edge: all that passes nodes not drawn, added up. Totals are as if they were drawn."),
    factList([
      ...bothFacts(link), ["of the answer", percent(link.share)], ["through it", shown(link.contribution)], [weightName(part), link.status || part.measure ? "" : shown(link.weight)],
      ["paths through it", shown(link.paths)], ["total without it", rest],
    ]),
    link.links.length > 1 ? html("p", {}, `${shown(link.links.length)} ${part.words?.edges ?? "edges"} added up${link.links.length > NAMES ? `; of ${NAMES} what is known` : ""}:`) : null,
    ...link.links.slice(0, NAMES).map((direct) => factList(factsOf(scene, { ...direct, weight_before: null, weight_after: null }))),
    link.links.some(({ estimated }) => estimated) ? html("p", { class: "hint" }, ESTIMATED) : null,
    html("p", { class: "acts" }, nodeButton(scene, link.source), nodeButton(scene, link.target)),
    passed.length ? section("It passes", button(`Draw ${howMany(Math.min(5, passed.length), scene.nouns)} of it`, () => scene.act.open(passed.slice(0, 5))), nodeList(scene, passed)) : null,
  ];
}

function bothFacts(link) {
  if (!link.status) return [];
  return [["since before", link.status], ["weight before", shown(link.weight_before)], ["weight after", shown(link.weight_after)], ["did to the total", link.change === null ? "" : signed(link.change)]];
}

function pathDetails(scene, path) {
  const facts = path.links.map((link) => [`${scene.nameOf(link.source)} → ${scene.nameOf(link.target)}`, [scene.linkWeight(link), shown(link.clause ?? link.kind)].filter(Boolean).join(" · ")]);
  return [
    html("h2", { tabindex: -1 }, "A path"), factList([["of the answer", percent(path.share)], ["weights multiplied", shown(path.influence)], ["steps", shown(path.links.length)]]),
    path.whole ? null : html("p", {}, "One of its edges stands for several paths."), chain(scene, path.nodes), section("Its edges", factList(facts)),
  ];
}

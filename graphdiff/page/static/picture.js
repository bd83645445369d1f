// How a scene looks: what stands in boxes and at links, how strong they are, and what they are called aloud.

import { isFlow, numberOf, ownFact, pairOf, shareOf } from "./model.js";
import { canOpen, nodesIn, placeOf } from "./scene.js";
import { boxName } from "./view.js";
import { changeIn, costIn, headingOf, howMany, joinedBy, membersOf, partText, percent, shown, titleOf, weightName } from "./words.js";

/** Below this part of the answer a link has no label. */
const FAINT = 0.01;
const KEYS = "Arrow keys go along edges and among nodes, Enter chooses, plus and minus zoom.";
const SIGNS = { added: "+", removed: "−", changed: "Δ", kept: "" };

/** Return the picture of a scene, as a view draws it. */
export function pictureOf(scene) {
  const { drawn } = scene;
  const largest = Math.max(...drawn.links.map((link) => linkStrength(scene, link)), 0) || 1;
  const nodes = drawn.nodes.map((place) => nodePicture(scene, place));
  const isEven = drawn.links.every((link) => link.weight === drawn.links[0].weight);
  const isFlat = drawn.total === null && !scene.part.measure && isEven;
  const links = drawn.links.map((link) => linkPicture(scene, link, isFlat ? 8 * largest : largest));
  return { nodes, links, rows: scene.part.rows, title: `${scene.title} ${KEYS}` };
}

/** Return the names of classes that something has. */
function classesOf(names) {
  return joinedBy(" ", Object.keys(names).filter((name) => names[name]));
}

/** Return which of what is lit, and of what is dim beside it, something is; neither where nothing is lit. */
function litOrDim({ lit }, isLit) {
  return lit ? (isLit(lit) ? "lit" : "dim") : "";
}

function nodePicture(scene, place) {
  const { drawn, model } = scene;
  const node = model.nodes[place];
  const group = drawn.groups?.get(place);
  const isOn = (side) => !group && side.has(place); // of groups many may hold one
  const ends = [isOn(drawn.starts) ? "start" : "", isOn(drawn.ends) ? "end" : ""];
  const isToldByRow = scene.part.rows && node?.kind !== "feature";
  const strength = node ? nodeStrength(scene, place) : group?.contribution ? partOf(scene, group.contribution) : 0;
  const isChosen = group ? scene.group === group : node && scene.node === place;
  const status = statusIn(scene, node);
  const classes = classesOf({
    [joinedBy(" ", ends)]: true, merged: membersOf(node).length > 1 || group, outside: !node && !group, [status]: true,
    selected: isChosen, [`s${Math.min(4, Math.ceil(4 * Math.abs(strength)))}`]: true, minus: strength < 0,
    [litOrDim(scene, ({ nodes }) => nodes.has(place))]: true,
  });
  const together = group ? groupText(scene, group) : "";
  const spoken = [
    group ? `group of ${together}` : "", canOpen(group) ? "Enter opens it" : "", asOneText(scene, node),
    spokenSums(scene, place), status === "kept" ? "" : status,
  ];
  const name = boxName(node?.placed?.text ?? scene.nameOf(place));
  return {
    index: place, row: rowOf(scene, place), name: joinedBy(" ", SIGNS[status], name), bar: Math.abs(strength), classes,
    note: joinedBy(" · ", isToldByRow ? "" : ends.find(Boolean), node ? nodeNote(scene, place) : together),
    label: joinedBy(", ", scene.nameOf(place), spoken, ends),
  };
}

/** Return how many nodes a group is, of a profile what they cost by themselves, and what of the answer comes in. */
function groupText({ model, nouns, whole }, { places, size, contribution }) {
  const own = whole ? places.reduce((sum, at) => sum + (model.nodes[at].self ?? 0), 0) / whole : 0;
  const part = contribution === null ? "" : partText({ share: shareOf(model, contribution), contribution });
  return joinedBy(" · ", howMany(size, nouns), own ? `self ${percent(own)}` : "", part);
}

function asOneText({ nouns, part }, node) {
  return membersOf(node).length > 1 ? `${howMany(node.members.length, part.member_meaning ?? nouns)} as one` : "";
}

/** Return the row of a node; of what stands for several the first of theirs. */
function rowOf({ model, drawn }, place) {
  const places = drawn.groups?.get(place)?.places ?? [[place], ...model.sides][Math.max(0, place - model.nodes.length + 1)];
  return Math.min(...[...places].map((node) => model.nodes[node].placed?.row));
}

/** Return an amount as a part of the answer, or of the largest where there are no parts. */
function partOf({ model, largest }, amount) {
  return shareOf(model, amount) ?? amount / largest;
}

function nodeStrength(scene, place) {
  const node = scene.model.nodes[place];
  const cost = node.spent ?? node.inclusive;
  if (!scene.isSummed) return scene.whole && typeof cost === "number" ? cost / scene.whole : 0;
  return partOf(scene, scene.sums.at(-1)[place].contribution);
}

/** Return what stands below a name: a part of the answer and the paths; of profiles costs; of computations values. */
export function nodeNote(scene, place) {
  const node = scene.model.nodes[place];
  const value = node.value === undefined || typeof node.value === "object" ? "" : `= ${shown(node.value)}`;
  const texts = scene.isSummed ? scene.sums.map((sums) => (sums ? partText(sums[place]) : "?")) : [];
  const own = scene.isSummed ? [...new Set(texts)].join(" → ") : ownText(scene, node);
  return joinedBy(" · ", scene.part.isCompared ? versionText(node) : "", value, own);
}

/** Return what stands below a name where nothing is summed. */
function ownText(scene, node) {
  const { part, whole } = scene;
  if (part.measure && part.isCompared) return changedCosts(part, node, scene.state.mode);
  if (sweptIn(part)) return `${headingOf(part.annotation, part.edge_meaning)} ${shown(node[part.annotation])}`;
  const known = (node.spent === undefined ? ["self", "inclusive"] : ["spent"]).filter((name) => typeof node[name] === "number");
  const costs = whole ? known.map((name) => `${name} ${markOf(node, name)}${percent(node[name] / whole)}`) : [];
  return joinedBy(" · ", costs, asOneText(scene, node));
}

/** Costs, of a function, a call or for a question, which have the unit of the profile. */
const COSTS = ["spent", "spent_itself", "self", "inclusive", "cost"];

/** Return the mark of what is an estimate: of a question what is spent, else whatever a function or call costs. */
function markOf(thing, name) {
  return thing.estimated && (thing.spent === undefined || name.startsWith("spent")) ? "≈ " : "";
}

/** Return a fact in words: costs with their unit and, where they are parts of what per cents are of, with these. */
export function factText({ part, whole }, thing, name) {
  const value = thing[name];
  if (name === "part" && part.ranked) return `${thing.part_estimated ? "≈ " : ""}${percent(value)}`;
  if (!part.measure || !COSTS.includes(name.replace(/_(before|after)$/, ""))) return shown(value);
  const isPart = whole && !thing.again && typeof value === "number" && (thing.spent === undefined || name.startsWith("spent"));
  return `${markOf(thing, name)}${costIn(part, value)}${isPart ? ` (${percent(value / whole)})` : ""}`;
}

/**
 * Return the calls of a function, or to it, the costliest first: what they cost, which part of the function that is, and
 * how often, of these not within a recursion. What it calls has what it costs by itself, too (place null).
 */
export function callRows(scene, node, links, side) {
  const hasCosts = scene.part.measure === "cost";
  const whole = node.spent ?? node.inclusive;
  const hasOwn = side === "target" && hasCosts && node.spent === undefined && node.self;
  const calls = [...links, ...(hasOwn ? [{ [side]: null, weight: node.self, estimated: node.estimated }] : [])];
  const share = ({ again, weight }) => (again || !whole || typeof weight !== "number" ? "" : percent(weight / whole));
  const often = ({ calls: all, primitive_calls: outer }) => [all, outer].filter((number) => number !== undefined).map(shown).join("/");
  const textsOf = (link) => [...(hasCosts ? [scene.costText(link), share(link)] : []), often(link)];
  const sorted = calls.sort((one, other) => other.weight - one.weight);
  const rows = sorted.map((link) => ({ place: link[side], texts: textsOf(link) }));
  return { rows, heads: [...(hasCosts ? ["cost", "share"] : []), "calls"] };
}

/** Return what a function cost before or after, or what it costs more. */
function changedCosts(part, node, mode) {
  const cost = (name, when) => node[`${name}_${when}`];
  const isKnown = (name) => ["before", "after"].some((when) => typeof cost(name, when) === "number");
  const change = (name) => changeIn(part, (cost(name, "after") ?? 0) - (cost(name, "before") ?? 0));
  const text = (name) => (mode === "both" ? change(name) : costIn(part, cost(name, mode) ?? 0));
  return ["self", "inclusive"].filter(isKnown).map((name) => `${name} ${text(name)}`).join(" · ");
}

function spokenSums(scene, place) {
  if (place >= scene.model.nodes.length) return "";
  const sums = scene.sums.at(-1)?.[place];
  return sums ? joinedBy(", ", spokenPart(sums)) : nodeNote(scene, place);
}

/** Return what of the answer passes a node or a link, and how many paths do. */
function spokenPart({ share, contribution, paths }) {
  const part = percent(share) ? `${percent(share)} of the answer` : `${shown(contribution)} through it`;
  return [contribution === null ? "" : part, paths === null || paths === undefined ? "" : howMany(paths, "paths")];
}

function linkStrength(scene, link) {
  if (isAgain(link)) return Math.min(Math.abs(link.weight), scene.model.nodes[link.target].inclusive ?? 0);
  if (link.contribution === null) return Math.abs(scene.part.measure ? (link.change ?? link.weight) : link.weight);
  return Math.max(...[link.before, link.after, link].filter(Boolean).map(({ contribution }) => Math.abs(contribution ?? 0)));
}

/** Return what happened to a link of a comparison; nothing where it is as it was. */
function happened({ status }) {
  return status === "kept" ? "" : (status ?? "");
}

/** Return what a link is called. */
export function nameOfLink({ nameOf }, { source, target }) {
  return `${nameOf(source)} → ${nameOf(target)}`;
}

/** Return whether a drawn link has calls within a recursion, whose costs are no parts. */
function isAgain({ links }) {
  return Boolean(links?.some(({ again }) => again));
}

function linkPicture(scene, link, largest) {
  const strength = linkStrength(scene, link) / largest;
  const isFaint = strength < FAINT && !happened(link);
  const classes = classesOf({
    dashed: !link.direct, faint: isFaint, minus: amountOf(link) < 0, nothing: amountOf(link) === 0,
    [link.status ?? statusIn(scene, link.links[0])]: true, [litOrDim(scene, ({ pairs }) => pairs.has(pairOf(link)))]: true,
    selected: scene.link === link,
  });
  return {
    source: link.source, target: link.target, classes, end: happened(link) || (amountOf(link) < 0 ? "minus" : ""),
    width: isFaint ? 0.8 : 1 + 4 * (Number.isFinite(strength) ? strength : 0),
    label: `${nameOfLink(scene, link)}: ${spokenLink(scene, link)}`, note: isFaint ? "" : linkNote(scene, link),
  };
}

/** Return what a link adds to the answer, or takes away where it is negative: of a negative answer what is against it. */
function amountOf({ share, contribution, weight }) {
  return share ?? contribution ?? weight;
}

/** Return whether nodes have sums from one end, which the library has swept. */
export function sweptIn({ annotation }) {
  return annotation === "tangent" || annotation === "adjoint";
}

/** Return what is said over the nodes that come first. */
export function largestTitle({ isSummed, part }) {
  if (part.ranked) return "What comes first";
  if (isSummed) return "What most of the answer passes";
  if (sweptIn(part) && part.edge_meaning === "feeds") return `Largest ${part.annotation}s`;
  if (sweptIn(part)) return part.annotation === "tangent" ? "What most reaches" : "What reaches most";
  if (isFlow(part)) return "What most passes";
  if (!part.measure) return "What most edges join";
  if (part.nodes?.some(({ spent }) => spent !== undefined)) return "What most is spent in";
  return part.isCompared ? "What changed most by itself" : "What costs most by itself";
}

/** Return what lines look like and mean, of those that are drawn. */
export function legendOf({ links, total, before }) {
  const has = (test) => links.some(test);
  const [isCompared, hasShares] = [has((link) => link.status), has((link) => typeof link.share === "number")];
  const hasChanges = Boolean(before) && has((link) => typeof link.change === "number");
  const numbers = !hasChanges ? "" : total === null ? "; numbers at edges: by how much the cost changed" : "; numbers at edges: what each did to the total, in boxes: what passes before → after";
  const sign = (text) => (hasChanges ? "" : text); // where no number has the room
  const wider = total === null ? (hasChanges ? "the more it changed" : "the larger") : hasShares ? "the more of the answer" : "the more runs through";
  return [
    [isCompared ? "kept" : "", `${has((link) => link.status === "kept") ? "grey: as it was; " : ""}the wider, ${wider}${numbers}`, true],
    ["dashed", "dashed: all that passes nodes not drawn", has((link) => !link.direct)],
    ["minus", "ends in a bar: against it (−)", has((link) => amountOf(link) < 0)],
    ["nothing", "grey: nothing passes", !isCompared && has((link) => link.contribution === 0)],
    ["added", `${sign("+ ")}added, two heads`, has((link) => link.status === "added")],
    ["removed", `${sign("− ")}removed, dotted`, has((link) => link.status === "removed")],
    ["changed", `${sign("Δ ")}changed, a diamond`, has((link) => link.status === "changed")],
  ].filter(([, , isThere]) => isThere);
}

/** Return what a comparison says of a node or link: in other graphs a status is a fact like others. */
export function statusIn({ part }, thing) {
  if (!part.isCompared || !Object.hasOwn(SIGNS, thing?.status ?? "")) return "";
  if (thing.on_the_way) return "changed"; // both graphs have it
  return thing.status === "kept" && thing.version_before !== thing.version_after ? "changed" : thing.status;
}

/** Return the version of a node, of a comparison before and after where they differ. */
function versionText({ version_before: old, version_after: now }) {
  return old === now || old === undefined || now === undefined ? "" : `${old} → ${now}`;
}

/** Return what stands at a drawn link. */
function linkNote(scene, link) {
  const { measure } = scene.part;
  const [first] = link.links;
  if (typeof link.change === "number") return happened(link) ? changeIn(scene.part, link.change) : "";
  if (happened(link)) {
    const weights = [link.weight_before, link.weight_after].filter((weight) => weight !== null).map(shown).join(" → ");
    return joinedBy(" ", SIGNS[link.status], first?.unweighed ? "" : weights);
  }
  if (isAgain(link)) return "recursion";
  if (link.contribution !== null) return partText(link);
  const about = link.links.some(({ estimated }) => estimated) ? "≈ " : "";
  if (scene.whole) return about + percent(link.weight / scene.whole);
  if (measure) return about + (measure === "cost" ? costIn(scene.part, link.weight) : shown(link.weight));
  return about + (!first?.unweighed || link.links.length > 1 ? shown(link.weight) : "");
}

function spokenLink(scene, link) {
  const { length, 0: first } = link.links;
  const [part, paths] = spokenPart(link);
  const many = length > 1 ? `${shown(length)} ${scene.edges} added up` : "";
  const weight = scene.linkWeight({ ...first, ...link, given: length === 1 && link.direct ? first.given : undefined });
  const status = happened(link) ? [link.status, didText(scene, link)] : [];
  const hidden = link.direct ? "" : "passes nodes not drawn";
  return joinedBy(", ", status, part, many, weight, paths, hidden) || "edge";
}

/** Return what a link of a comparison did to the total, or of profiles how much more it costs, where that is known. */
export function didText({ part }, { change }) {
  return change === null || change === undefined ? "" : part.measure ? changeIn(part, change) : `did ${changeIn(part, change)} to the total`;
}

/** Return the columns and rows of what a comparison says of itself: what moved the total, or what differs. */
export function accountTable(scene) {
  const { part, model, drawn, state } = scene;
  const targetOf = (places) => {
    if (!places.length || places.includes(undefined)) return null;
    const link = drawn.links.findIndex(({ source, target }) => source === places[0] && target === places[1]);
    return link < 0 ? { node: places[0] } : { link };
  };
  const rows = (state.why.length ? [] : part.account?.rows ?? []).map((row, at) => ({
    key: `row ${at}`, record: row, name: row.name, target: targetOf(row.ends.map((id) => placeOf(model, id))), data: { "data-change": numberOf(row, "change") },
  }));
  const form = (value) => (typeof value === "number" ? changeIn(part, value) : shown(value));
  const did = { title: part.measure ? "did" : "change", form, value: ({ record }) => numberOf(record, "change") || record.change };
  const facts = factColumns(scene, rows, ({ record }) => record, (name) => !OWN.has(name));
  return tableOf(rows, [nameColumn("name"), ...facts, did]);
}

/** Return the columns and rows of the table of nodes. */
export function nodeTable(scene) {
  const { model, part, sums, looked } = scene;
  const titles = {
    share: "of the answer", paths: "paths through it", positive: `${scene.least}for it`, negative: `${scene.least}against it`,
  };
  const titleIn = (name) => titles[name] ?? headingOf(name, part.edge_meaning);
  const when = (at) => (looked.length > 1 ? [" before", " after"][at] : "");
  const summed = (name) => sums.flatMap((by, at) => (by ? [{
    title: titleIn(name) + when(at), form: name === "share" ? "percent" : "number", value: ({ place }) => by[place][name],
  }] : []));
  const sides = scene.hasShares ? ["share"] : model.order ? ["positive", "negative"] : [];
  const swept = looked.length > 1 || part.ranked ? [] : ["tangent", "adjoint"];
  const computed = [...sides, "contribution", "paths", ...swept].flatMap(summed);
  const { annotation } = part;
  if (sweptIn(part)) computed.push({ title: titleIn(annotation), form: "number", value: ({ node }) => numberOf(node, annotation) });
  const rows = nodesIn(looked, scene.state.mode).sort(scene.order).map((place) => {
    const node = model.nodes[place];
    return { key: `node ${place}`, place, node, name: titleOf(node), target: { node: place }, data: { "data-id": node.id } };
  });
  const facts = (isWanted) => factColumns(scene, rows, (row) => row.node, isWanted);
  const names = new Set([...(part.ranked ?? []), ...(part.measure ? COSTS : [])]);
  const first = [...names].flatMap((name) => facts((each) => each === name));
  const taken = new Set(first.map(({ name }) => name));
  const status = part.isCompared ? [{ title: "status", form: "text", value: ({ node }) => statusIn(scene, node) }] : [];
  if (part.isCompared) taken.add("status");
  return tableOf(rows, [nameColumn("name"), ...first, ...computed, ...status, ...facts((name) => !OWN.has(name) && !taken.has(name))]);
}

/** Return rows with those columns that have something in some row. */
function tableOf(rows, columns) {
  return { rows, columns: columns.filter(({ value }) => rows.some((row) => ![null, undefined, ""].includes(value(row)))) };
}

const nameColumn = (title) => ({ title, form: "text", value: (row) => row.name });
/** Facts that have a column of their own, or none; and how many others have one. */
const OWN = new Set(["id", "title", "name", "tangent", "adjoint", "contribution", "share", "paths", "source", "target", "number", "weight", "given", "unweighed", "weight_before", "weight_after", "ways", "eliminated", "key", "change", "total", "estimated", "again", "recursion", "part_estimated", "source_seed", "target_seed"]);
const MOST_COLUMNS = 9;

/** Return the columns of facts that are wanted, by name; costs are said with their unit. */
function factColumns(scene, rows, recordOf, isWanted) {
  const { part } = scene;
  const names = new Set(rows.flatMap((row) => factNames(recordOf(row)).filter(isWanted)));
  const isNews = (name) => rows.some((row) => ![undefined, row.name].includes(ownFact(recordOf(row), name)));
  return [...names].filter(isNews).slice(0, MOST_COLUMNS).map((name) => {
    const value = (row) => ownFact(recordOf(row), name);
    const cost = (known, row) => (known === undefined ? "" : factText(scene, recordOf(row), name));
    const isNumber = rows.every((row) => ["number", "undefined"].includes(typeof (value(row) ?? undefined)));
    const form = !isNumber ? "text" : part.measure && [...COSTS, "part"].includes(name.replace(/_(before|after)$/, "")) ? cost : "number";
    return { name, title: headingOf(name, part.edge_meaning), form, value };
  });
}

/** Return the names of what is known of a thing by a number or a text. */
export function factNames(thing) {
  return Object.keys(thing).filter((name) => thing[name] !== null && typeof thing[name] !== "object");
}

/** Return the columns of what the page computes of drawn links: of rows with a `link`. */
export function linkColumns(scene) {
  const { drawn, part } = scene;
  const column = (title, name, form = "number") => ({ title, form, value: ({ link }) => link[name] });
  const weight = weightName(part);
  const isCounted = part.links[0]?.unweighed && !part.measure; // a weight that is in no file is not said
  const cost = part.measure === "cost" ? (value) => (value === null ? "" : costIn(part, value)) : "number";
  const given = ["before", "after"].map((when) => column(`${weight} ${when}`, `weight_${when}`, cost));
  const did = column(part.measure ? "change" : "did to the total", "change", (value) => (typeof value === "number" ? changeIn(part, value) : ""));
  const one = column(weight, "weight", part.measure ? (_, { link }) => scene.costText(link) : "number");
  const weights = drawn.before ? [column("since before", "status", "text"), ...(isCounted ? [] : given), did] : isCounted ? [] : [one];
  const sums = [column("of the answer", "share", "percent"), column("through it", "contribution")];
  return [...weights, ...sums, column("paths through it", "paths")];
}

/** Return the columns and rows of the table of drawn links. */
export function linkTable(scene) {
  const { drawn, part } = scene;
  const isBoth = Boolean(drawn.before);
  const rows = drawn.links.map((link, at) => ({
    key: `link ${pairOf(link)}`, link, name: nameOfLink(scene, link), target: { link: at },
    record: link.links.length === 1 ? link.links[0] : {}, data: linkData(scene, link),
  }));
  for (const link of drawn.counted ?? []) {
    const name = `${scene.nameOf(link.place)} counts otherwise`;
    rows.push({ key: `node ${link.place}`, link, name, target: { node: link.place }, record: {}, data: {} });
  }
  const bySize = (row) => (isBoth ? Math.abs(row.link.change ?? 0) : 0);
  const isNews = ({ link }) => Number(part.isCompared && (link.status ?? "kept") !== "kept");
  rows.sort((one, other) => bySize(other) - bySize(one) || isNews(other) - isNews(one) || linkStrength(scene, other.link) - linkStrength(scene, one.link));
  const drawnAs = { title: "drawn", form: "text", value: (row) => (row.link.direct === false ? "dashed: passes others" : "") };
  const isFact = (name) => !OWN.has(name) && name.replace(/_(before|after)$/, "") !== part.measure && !(isBoth && name === "status");
  const facts = factColumns(scene, rows, (row) => row.record, isFact);
  return tableOf(rows, [nameColumn("edge"), ...linkColumns(scene), drawnAs, ...facts]);
}

/** Return what other programs may read of a row. */
function linkData({ idOf, drawn: { starts } }, { source, target, weight, contribution }) {
  return {
    "data-source": idOf(source), "data-target": idOf(target), "data-weight": weight, "data-contribution": contribution,
    "data-leaves-start": starts.has(source) && !starts.has(target),
  };
}

/** Return what tells a path from others by the same nodes, as of merged cycles: what is known of its edges where they differ. */
export function apartText({ paths, linkWeight }, path) {
  const twins = paths.filter((other) => other !== path && other.nodes.join() === path.nodes.join());
  const differs = path.links.filter((link, at) => twins.some((other) => other.links[at] !== link));
  const told = differs.map((link) => joinedBy(" ", shown(link.clause ?? link.key), shown(link.kind)) || linkWeight(link) || `edge ${link.number + 1}`);
  return twins.length ? ` (by ${told.join(", ")})` : "";
}

/** The columns of what the page computes of paths: of rows with a `path`. */
export const PATH_COLUMNS = [
  { title: "of the answer", form: "percent", value: ({ path }) => path.share },
  { title: "weights multiplied", form: "number", value: ({ path }) => path.influence },
  { title: "steps", form: "number", value: ({ path }) => path.links.length },
];

/** Return the columns and rows of the table of strongest paths. */
export function pathTable(scene) {
  const nameOf = (path) => path.nodes.map(scene.nameOf).join(" > ") + apartText(scene, path);
  const rows = scene.paths.map((path, at) => ({ key: `path ${at}`, path, name: nameOf(path), target: { path: at }, data: {} }));
  return tableOf(rows, [nameColumn("path"), ...PATH_COLUMNS]);
}

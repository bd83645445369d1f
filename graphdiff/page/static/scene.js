// What a state shows, without a browser: the question, which nodes are drawn, what runs through nodes and links.

import { asNumber, chosen, cutSum, eliminated, makeModel, pathCounts, sweeps } from "./model.js";
import { needing, reached } from "./paths.js";

/** A change smaller than this part of both numbers is what adding in another order makes. */
const ROUNDING = 1e-12;
/** How near a sum is to the one in the record, as a part of the sizes that are summed. */
const AGREEMENT = 1e-9;
/** Texts that name a node or its own state put nothing together. */
const NO_GROUPING = new Set(["id", "name", "title", "label", "version", "status"]);

/** Return the part with a weight on each link: of a profile what it cost, else 1, and totals count paths. */
export function weighted(part) {
  const has = (name) => part.links.some((link) => link[name] !== undefined);
  const isEither = (name) => has(`${name}_before`) || has(`${name}_after`);
  const isGrouped = part.nodes.some((node) => node.inner_edges !== undefined);
  if (isEither("weight") || has("weight")) return { ...part, isCompared: isEither("weight"), isAskable: !isGrouped && !isEither("weight") };
  const measure = ["cost", "calls"].find((name) => has(name) || isEither(name));
  const isCompared = isEither(measure);
  const weights = (link) => (isCompared ? { weight_before: link[`${measure}_before`], weight_after: link[`${measure}_after`] } : { weight: measure ? link[measure] : 1 });
  const links = part.links.map((link) => ({ ...link, ...weights(link), unweighed: true }));
  return { ...part, links, isCompared, isAskable: !measure && !isGrouped, measure };
}

/** Return what lies between two nodes of a part, as a part of its own; null leaves an end as it was; of a name that no node has it is empty. */
export function between(part, [start, end]) {
  const place = new Map(part.nodes.map((node, number) => [node.id, number]));
  if ([start, end].some((name) => name !== null && !place.has(name))) return numberedAnew({ ...part, starts: [], ends: [] }, []);
  const asked = (name, pairs) => (name === null ? pairs : [[place.get(name), 1]]);
  const [starts, ends] = [asked(start, part.starts), asked(end, part.ends)];
  if (starts === part.starts && ends === part.ends) return part;
  const model = makeModel({ ...part, links: part.links.map((link) => ({ ...link, weight: 1 })) });
  const met = (pairs, spread) => new Set(pairs.flatMap(([node]) => [node, ...spread(model, node)]));
  const [ahead, behind] = [met(starts, reached), met(ends, needing)];
  const isBetween = (node) => (!starts.length || ahead.has(node)) && (!ends.length || behind.has(node));
  return numberedAnew({ ...part, starts, ends }, [...part.nodes.keys()].filter(isBetween));
}

function numberedAnew(part, kept) {
  const place = new Map(kept.map((node, number) => [node, number]));
  const links = part.links.filter(({ source, target }) => place.has(source) && place.has(target));
  const ends = (pairs) => pairs.filter(([node]) => place.has(node)).map(([node, seed]) => [place.get(node), seed]);
  return {
    ...part, nodes: kept.map((node) => part.nodes[node]), starts: ends(part.starts), ends: ends(part.ends), isAsked: true, zero: null,
    links: links.map((link) => ({ ...link, source: place.get(link.source), target: place.get(link.target) })), n_nodes: kept.length,
  };
}

/** Return the models that a part has: of a comparison one before and one after. */
export function modelsOf(part) {
  if (!part.isCompared) return [makeModel(part)];
  return [makeModel(part, "weight_before"), makeModel(part, "weight_after")];
}

/** Return the models that a mode looks at. */
export function lookedAt(models, mode) {
  if (models.length === 1 || mode === "both") return models;
  return [models[mode === "before" ? 0 : 1]];
}

/** Return whether totals of a model are known: there are ends, weights that are numbers, and walks that have a sum. */
export function isSummed(model) {
  const { part } = model;
  const isForSums = part.isAsked || part.isCompared || part.summed !== false;
  return model.summed && !part.measure && isForSums && sweeps(model) !== null && isAsRecorded(model);
}

/** Return whether the sum is the record's: a part that leaves something out is not summed, nor one with a total of null. */
function isAsRecorded(model) {
  const { part, weight } = model;
  const { total, contributions } = sweeps(model);
  const recorded = part[weight === "weight_before" ? "total_before" : "total"];
  if (part.isAsked || recorded === undefined) return true;
  const sizes = contributions.reduce((sum, size) => sum + Math.abs(size), Math.abs(total));
  return Math.abs(total - asNumber(recorded)) <= AGREEMENT * sizes;
}

/** Return the nodes to draw: those that most passes before and after, and those opened, without those put away. */
export function keptNodes(models, shown, { open, hide }) {
  const places = (ids) => ids.map((id) => models[0].place.get(id)).filter((place) => place !== undefined);
  let kept = new Set();
  for (let most = shown; most > 0; most -= Math.max(1, kept.size - shown)) {
    kept = new Set(models.flatMap((model) => [...mostPassed(model, most)]));
    if (kept.size <= shown || most === 1) break;
  }
  const ends = models.flatMap((model) => [...model.starts, ...model.ends]).map(([place]) => place);
  for (const place of places(hide)) if (!ends.includes(place)) kept.delete(place);
  for (const place of places(open)) kept.add(place);
  return kept;
}

function mostPassed(model, most) {
  if (isSummed(model)) return chosen(model, most);
  const sizes = model.nodes.map((node, place) => node.inclusive ?? node.inclusive_after ?? model.out[place].length + model.into[place].length);
  const order = [...sizes.keys()].sort((one, other) => sizes[other] - sizes[one] || one - other);
  return new Set(order.slice(0, most));
}

/** Return what is drawn of the models: of one what `eliminated` returns, of two both in one. */
export function drawnOf(models, kept) {
  const drawn = models.map((model) => (isSummed(model) ? eliminated(model, kept) : directOnly(model, kept)));
  return drawn.length === 1 ? drawn[0] : bothDrawn(drawn);
}

/** Return the links between kept nodes alone, where nothing is summed. */
function directOnly(model, kept) {
  const pairs = new Map();
  for (const link of model.links) {
    if (!kept.has(link.source) || !kept.has(link.target)) continue;
    const pair = `${link.source} ${link.target}`;
    const same = pairs.get(pair) ?? { source: link.source, target: link.target, links: [] };
    pairs.set(pair, { ...same, links: [...same.links, link] });
  }
  const known = { direct: true, contribution: null, share: null, paths: null, ways: null };
  const ends = (side) => new Set(side.map(([node]) => node).filter((node) => kept.has(node)));
  const links = [...pairs.values()].map((link) => ({ ...link, weight: addedWeights(link.links), ...known }));
  const nodes = [...kept].sort((one, other) => one - other);
  return { model, nodes, links, starts: ends(model.starts), ends: ends(model.ends), total: null, through: null };
}

/** Return the weights of parallel links added up: as a text where they are no numbers. */
function addedWeights(links) {
  const sum = links.reduce((before, { weight }) => before + weight, 0);
  return Number.isNaN(sum) ? links.map(({ given }) => given).join(" + ") : sum;
}

function bothDrawn([before, after]) {
  const pairs = new Map();
  for (const [name, drawn] of [["before", before], ["after", after]]) {
    for (const link of drawn.links) {
      const pair = `${link.source} ${link.target}`;
      pairs.set(pair, { ...pairs.get(pair), [name]: link });
    }
  }
  const links = [...pairs.values()].map((pair) => bothLinks(pair, before, after));
  const union = (name) => new Set([...before[name], ...after[name]]);
  const nodes = [...union("nodes")].sort((one, other) => one - other);
  return { model: after.model, before, after, nodes, links, starts: union("starts"), ends: union("ends"), total: after.total, through: after.through };
}

/** Return a link as it was and is, and what it did to the total: the mean of both orders, of which the changes sum. */
function bothLinks({ before, after }, drawnBefore, drawnAfter) {
  const { source, target } = after ?? before;
  const [old, now] = [before?.weight ?? 0, after?.weight ?? 0];
  const isSame = Math.abs(now - old) <= ROUNDING * Math.max(Math.abs(old), Math.abs(now));
  const status = !before ? "added" : !after ? "removed" : isSame ? "kept" : "changed";
  const n = drawnAfter.model.nodes.length;
  const at = (drawn, name, node) => (node < n ? sweeps(drawn.model)[name][node] : 1);
  const moved = (ahead, behind) => at(ahead, "tangent", source) * (now - old) * at(behind, "adjoint", target);
  const known = drawnBefore.total !== null && drawnAfter.total !== null;
  const change = drawnAfter.model.part.measure ? now - old : !known ? null : status === "kept" ? 0 : (moved(drawnAfter, drawnBefore) + moved(drawnBefore, drawnAfter)) / 2;
  return {
    ...(after ?? before), before, after, status, change, direct: (after ?? before).direct,
    weight_before: before?.weight ?? null, weight_after: after?.weight ?? null, links: [...new Map([...(before?.links ?? []), ...(after?.links ?? [])].map((link) => [link.number, link])).values()],
  };
}

/** Return the facts of nodes that can put them together: texts that many nodes have, and few of each. */
export function groupings({ nodes }) {
  const names = new Set(nodes.flatMap((node) => Object.keys(node).filter((name) => typeof node[name] === "string" && !NO_GROUPING.has(name))));
  return [...names].filter((name) => {
    const values = nodes.map((node) => node[name]).filter((value) => value !== undefined);
    const kinds = new Set(values).size;
    return kinds > 1 && kinds <= values.length / 2 && values.length > nodes.length / 2;
  });
}

/**
 * Return what is drawn with nodes put together that have the same key (null: stays alone). What runs between groups is
 * the sum of what runs between their nodes: what leaves the start still is the total. `groups` is by number.
 */
export function putTogether(drawn, keyOf) {
  const n = drawn.model.nodes.length;
  const members = gathered(drawn.nodes.filter((place) => place < n && keyOf(place) !== null), keyOf);
  const groups = new Map([...members].filter(([, places]) => places.length > 1).map(([key, places], at) => [n + 2 + at, { key, places }]));
  const numbers = new Map([...groups].flatMap(([number, { places }]) => places.map((place) => [place, number])));
  const numberOf = (place) => numbers.get(place) ?? place;
  const ends = ({ source, target }) => [numberOf(source), numberOf(target)];
  const pairs = gathered(drawn.links.filter((link) => ends(link)[0] !== ends(link)[1] || link.source === link.target), (link) => ends(link).join(" "));
  const links = [...pairs.values()].map((same) => ({ ...summedLinks(same), source: ends(same[0])[0], target: ends(same[0])[1] }));
  const between = links.filter(({ source, target }) => !(source === target && groups.has(source)));
  for (const [number, group] of groups) group.contribution = addedUp(between.filter(({ target }) => target === number), "contribution");
  return { ...drawn, links: between, groups, numberOf, nodes: [...new Set(drawn.nodes.map(numberOf))] };
}

function gathered(things, keyOf) {
  const lists = new Map();
  for (const thing of things) {
    const key = keyOf(thing);
    if (lists.has(key)) lists.get(key).push(thing);
    else lists.set(key, [thing]);
  }
  return lists;
}

function summedLinks(links) {
  if (links.length === 1) return links[0];
  const sums = Object.fromEntries(["weight", "contribution", "share", "paths"].map((name) => [name, addedUp(links, name)]));
  return { ...links[0], ...sums, direct: links.every(({ direct }) => direct), links: links.flatMap((link) => link.links) };
}

function addedUp(links, name) {
  return links.some((link) => link[name] === null) ? null : links.reduce((sum, link) => sum + link[name], 0);
}

/** Return what runs through each node: by place `tangent`, `adjoint`, `contribution`, `share`, `paths`. */
export function nodeSums(model) {
  if (!isSummed(model)) return null;
  const { tangent, adjoint, total } = sweeps(model);
  const counts = pathCounts(model).nodes;
  return model.nodes.map((_, place) => {
    const contribution = tangent[place] * adjoint[place];
    const share = total ? contribution / total : null;
    return { tangent: tangent[place], adjoint: adjoint[place], contribution, share, paths: Number.isFinite(counts[place]) ? Math.round(counts[place]) : null };
  });
}

/** Return what the drawn links that leave the starts carry, and the total that it must be. */
export function cutOf(drawn) {
  if (drawn.total === null) return null;
  const leaving = drawn.links.filter((link) => drawn.starts.has(link.source) && !drawn.starts.has(link.target)).length;
  return { sum: cutSum(drawn, drawn.starts), total: drawn.total, leaving };
}

/** Return hidden nodes that a drawn link passes, those that most runs through first. */
export function passedBy(model, kept, { source, target }) {
  const n = model.nodes.length;
  const ahead = source < n ? hiddenFrom(model, kept, [source], "out", "target") : new Set(model.nodes.keys());
  const behind = target < n ? hiddenFrom(model, kept, [target], "into", "source") : new Set(model.nodes.keys());
  const swept = isSummed(model) ? sweeps(model) : null;
  const size = (node) => (swept ? Math.abs(swept.tangent[node] * swept.adjoint[node]) : 0);
  return [...ahead].filter((node) => behind.has(node) && !kept.has(node)).sort((one, other) => size(other) - size(one));
}

function hiddenFrom(model, kept, nodes, side, end) {
  const [met, left] = [new Set(), [...nodes]];
  while (left.length) {
    for (const link of model[side][left.pop()]) {
      const other = link[end];
      if (kept.has(other) || met.has(other)) continue;
      met.add(other);
      left.push(other);
    }
  }
  return met;
}

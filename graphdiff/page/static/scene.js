// What a state shows, without a browser: the question, which nodes are drawn, what runs through nodes and links.

import { asNumber, bothSides, chosen, crossing, cutSum, directOnly, eliminated, fixedEnds, gathered, isEndOf, makeModel, ownFact, pairOf, pathCounts, remembered, shareOf, sweeps } from "./model.js";
import { needing, reached, spreadFrom } from "./paths.js";
import { membersOf } from "./words.js";

/** A change smaller than this part of both numbers is what adding in another order makes. */
const ROUNDING = 1e-12;
/** How near a sum is to the one in the record, as a part of the sizes that are summed. */
const AGREEMENT = 1e-9;
/** Texts that name a node or its own state put nothing together. */
const NO_GROUPING = new Set(["id", "name", "title", "label", "version", "status", "in_group"]);

/** Return the part with a weight on each link: of a profile what it cost, else 1, and totals count paths. */
export function weighted(part) {
  const has = (name) => part.links.some((link) => link[name] !== undefined);
  const isEither = (name) => has(`${name}_before`) || has(`${name}_after`);
  const isGrouped = part.nodes.some((node) => node.inner_edges !== undefined);
  if (part.annotation === "comparison") {
    const unweighed = !part.ends.length && part.weight_meaning === "unit";
    return { ...part, links: part.links.map((link) => ({ ...link, unweighed })), isCompared: true, isAskable: !part.unasked };
  }
  if (has("weight")) return { ...part, isCompared: false, isAskable: !isGrouped && !part.unasked };
  const measure = part.unit === undefined ? undefined : ["cost", "calls"].find((name) => has(name) || isEither(name));
  const isCompared = isEither(measure);
  const weights = (link) => (isCompared ? { weight_before: link[`${measure}_before`], weight_after: link[`${measure}_after`] } : { weight: measure ? link[measure] : 1 });
  const links = part.links.map((link) => ({ ...link, ...weights(link), unweighed: true }));
  return { ...part, links, isCompared, isAskable: !measure && !isGrouped, measure };
}

/** Return why a question has no answer here: what leads to a start that leads nowhere, or on from an end, is on no way of the page. */
export function unheld({ nodes, astray }, [start, end]) {
  const isAstray = (side, name) => name !== null && Boolean(astray?.[side].some((place) => nodes[place].id === name));
  if (isAstray(0, end)) return `What leads to ${end} is not in this page, as no way of the answer passes it.`;
  return isAstray(1, start) ? `What ${start} leads to is not in this page, as no way of the answer passes it.` : "";
}

/** Return what lies between two nodes of a part, as a part of its own; null leaves an end as it was; of a name that no node has it is empty. */
export function between(part, [start, end]) {
  const place = new Map(part.nodes.map((node, number) => [node.id, number]));
  if (unheld(part, [start, end]) || [start, end].some((name) => name !== null && !place.has(name))) return numberedAnew({ ...part, starts: [], ends: [] }, []);
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
  const ends = (pairs) => pairs.filter(([node]) => place.has(node)).map(([node, ...seeds]) => [place.get(node), ...seeds]);
  return {
    ...part, nodes: kept.map((node) => part.nodes[node]), starts: ends(part.starts), ends: ends(part.ends), isAsked: true, zero: null, astray: null,
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
  if (!model.summed || part.measure || !isForSums) return false;
  return remembered(model, "is summed", () => sweeps(model) !== null && isAsRecorded(model));
}

/** Return the total of a model; null where it is not known. */
export function totalOf(model) {
  return isSummed(model) ? sweeps(model).total : null;
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

/** Return whether a graph that a mode looks at has a node. */
export function isThere({ status }, mode) {
  return !((mode === "before" && status === "added") || (mode === "after" && status === "removed"));
}

/** Return all nodes that the graphs have which a mode looks at. */
export function nodesIn([{ part, nodes }], mode) {
  return [...nodes.keys()].filter((place) => !part.isCompared || isThere(nodes[place], mode));
}

/** Return the nodes to draw: those that most passes before and after, and those opened, without those put away. */
export function keptNodes(models, shown, { open, hide, mode }) {
  const places = (ids) => ids.map((id) => models[0].place.get(id)).filter((place) => place !== undefined);
  let kept = new Set();
  for (let most = shown; most > 0; most -= Math.max(1, (kept.size - shown) >> 1)) {
    kept = new Set(firstNodes(models, most).flatMap((first) => [...first]));
    if (kept.size <= shown || most === 1) break;
  }
  for (const place of places(hide)) if (!models.some((model) => isEndOf(model, place))) kept.delete(place);
  for (const place of places(open)) kept.add(place);
  return new Set(nodesIn(models, mode).filter((place) => kept.has(place)));
}

/** Return so many nodes of each model that is summed, those that most passes; of models that are not of all together. */
function firstNodes(models, most) {
  const summed = models.filter(isSummed);
  return summed.length ? summed.map((model) => chosen(model, most)) : [mostJoined(models, most)];
}

/** Return the place of the node that is called so, or counts as one with what is. */
export function placeOf(model, name) {
  const members = remembered(model, "members", ({ nodes }) => new Map(nodes.flatMap((node, place) => membersOf(node).map((each) => [each, place]))));
  return model.place.get(name) ?? members.get(name);
}

/** Return how much a function changed by itself, or by what a row of the account that names it did, before and after. */
function changeSizes(model) {
  const sizes = model.nodes.map(({ self_before: before, self_after: after }) => Math.abs((after ?? 0) - (before ?? 0)));
  for (const { ends, change } of model.part.account?.rows ?? []) {
    for (const place of ends.map((name) => placeOf(model, name))) if (place !== undefined) sizes[place] = Math.max(sizes[place], Math.abs(change));
  }
  return sizes;
}

/** Return so many nodes where nothing is summed: of a comparison what changed, or a changed link joins, first; then the largest; of costs by their change. */
function mostJoined(models, most) {
  const { nodes, part } = models[0];
  const joined = (place) => Math.max(...models.map(({ out, into }) => out[place].length + into[place].length));
  const stays = (place) => Number(Boolean(nodes[place].placed?.stays));
  const costOf = (node) => node.spent ?? node.inclusive ?? node.self ?? 0;
  const byChange = part.measure && part.isCompared;
  const sizes = byChange ? changeSizes(models[0]) : nodes.map((node, place) => (part.measure ? costOf(node) : joined(place)));
  const isNew = ({ status }) => part.isCompared && (status ?? "kept") !== "kept";
  const changed = new Set(part.links.filter(isNew).flatMap(({ source, target }) => [source, target]));
  const rank = (node, place) => Number(!byChange && part.isCompared && (isNew(node) || node.version_before !== node.version_after || changed.has(place)));
  const ranks = nodes.map(rank);
  const order = [...sizes.keys()].sort((one, other) => stays(other) - stays(one) || ranks[other] - ranks[one] || sizes[other] - sizes[one] || one - other);
  return new Set(order.slice(0, most));
}

/** Return what is drawn of the models: of one what `eliminated` returns, of two both in one. */
export function drawnOf(models, kept) {
  const drawn = models.map((model) => (isSummed(model) ? eliminated(model, kept) : directOnly(model, kept)));
  return drawn.length === 1 ? drawn[0] : bothDrawn(drawn);
}

function bothDrawn([before, after]) {
  const [old, now] = [before, after].map(({ links }) => new Map(links.map((link) => [pairOf(link), link])));
  const pairs = [...new Set([...old.keys(), ...now.keys()])];
  const links = pairs.map((pair) => bothLinks(old.get(pair), now.get(pair), before, after));
  const union = (name) => new Set([...before[name], ...after[name]]);
  const nodes = [...union("nodes")].sort((one, other) => one - other);
  const { model, total } = after;
  const counted = countedOtherwise(before, after, nodes);
  return { model, before, after, nodes, links, counted, starts: union("starts"), ends: union("ends"), total };
}

/** Return what drawn ends did to the total by counting otherwise than before: as links, one a node, from or to nothing. */
function countedOtherwise(before, after, nodes) {
  if (before.total === null || after.total === null) return [];
  const sides = [["starts", "adjoint"], ["ends", "tangent"]];
  return sides.flatMap(([side, name]) => after.model[side].map(([place, now], at) => {
    const [old, sum] = [before.model[side][at][1], sweeps(before.model)[name][place] + sweeps(after.model)[name][place]];
    return { place, weight_before: old, weight_after: now, status: "changed", change: ((now - old) * sum) / 2 };
  })).filter(({ place, weight_before: old, weight_after: now }) => old !== now && nodes.includes(place));
}

/** Return a link as it was and is, and what it did to the total: the mean of both orders, of which the changes sum. */
function bothLinks(before, after, drawnBefore, drawnAfter) {
  const link = after ?? before;
  const [old, now] = [before?.weight ?? 0, after?.weight ?? 0];
  const isSame = old === now || Math.abs(now - old) <= ROUNDING * Math.max(Math.abs(old), Math.abs(now));
  const status = !before ? "added" : !after ? "removed" : isSame ? "kept" : "changed";
  const n = drawnAfter.model.nodes.length;
  const at = (drawn, name, node) => (node < n ? sweeps(drawn.model)[name][node] : 1);
  const moved = (ahead, behind) => at(ahead, "tangent", link.source) * (now - old) * at(behind, "adjoint", link.target);
  const both = () => (status === "kept" ? 0 : (moved(drawnAfter, drawnBefore) + moved(drawnBefore, drawnAfter)) / 2);
  const isKnown = drawnBefore.total !== null && drawnAfter.total !== null;
  const change = drawnAfter.model.part.measure ? now - old : isKnown ? both() : null;
  const direct = new Map([before, after].flatMap((each) => each?.links ?? []).map((each) => [each.number, each]));
  return {
    ...link, before, after, status, change, links: [...direct.values()],
    weight_before: before?.weight ?? null, weight_after: after?.weight ?? null,
  };
}

/** Return the facts of nodes that can put them together: the record's own groups, then texts that many nodes have, and few of each. */
export function groupings({ nodes, grouped_by: own }) {
  const names = new Set(nodes.flatMap((node) => Object.keys(node).filter((name) => typeof node[name] === "string" && !NO_GROUPING.has(name) && name !== own)));
  return [...(own ? ["in_group"] : []), ...[...names].filter((name) => {
    const values = nodes.map((node) => ownFact(node, name)).filter((value) => value !== undefined);
    const kinds = new Set(values).size;
    return kinds > 1 && kinds <= values.length / 2 && values.length > nodes.length / 2;
  })];
}

/** Return how many nodes a node of the record stands for: a merged cycle, or a group that stays closed, for its members. */
export function sizeOf(node) {
  return Math.max(1, membersOf(node).length);
}

/**
 * Return what all nodes of models are drawn as where those with the same text of a fact are one: `groups` by number, each
 * {key, places, size}, and `alone`, which nodes are none of one. Of groups `apart` the `n` that most passes are alone, the
 * rest is one; of more groups than `n` the smallest are one. Few ends, and what is chosen or opened, are alone.
 */
export function groupsOf(models, n, { by, apart, open, hide, mode, node: chosenId }) {
  const [{ nodes, place }] = models;
  const ids = new Set([chosenId, ...open]);
  const alone = new Set([...models.flatMap((model) => [...fixedEnds(model, n)]), ...[...ids].map((id) => place.get(id)).filter((at) => at !== undefined)]);
  const missing = by === "in_group" ? "(in several groups)" : `(no ${by})`;
  const keyOf = (at) => (typeof nodes[at][by] === "string" ? nodes[at][by] : missing);
  const boxes = [];
  for (const [key, places] of gathered(byMost(models, mode).filter((at) => !alone.has(at)), keyOf)) {
    const shown = apart.includes(key) ? places.filter((at) => !hide.includes(nodes[at].id)).slice(0, n) : [];
    for (const at of shown) alone.add(at);
    const rest = places.filter((at) => !alone.has(at));
    if (rest.length) boxes.push({ key, places: rest, isRest: shown.length > 0, size: rest.reduce((sum, at) => sum + sizeOf(nodes[at]), 0) });
  }
  if (!models.every(isSummed)) boxes.sort((one, other) => other.size - one.size); // else the first is that with what most passes
  const [large, small] = [boxes.slice(0, n), boxes.slice(n)];
  if (small.length) large.push({ key: "(other groups)", isOthers: true, places: small.flatMap(({ places }) => places), size: small.reduce((sum, { size }) => sum + size, 0) });
  for (const { places } of large) if (places.length === 1) alone.add(places[0]);
  const groups = new Map(large.filter(({ places }) => places.length > 1).map((box, at) => [nodes.length + 2 + at, box]));
  const numbers = new Map([...groups].flatMap(([number, { places }]) => places.map((at) => [at, number])));
  return { groups, alone, numberOf: (at) => numbers.get(at) ?? at };
}

/** Return whether a group opens when it is asked to: the smallest together, and what is left of one, do by the number drawn. */
export function canOpen(group) {
  return Boolean(group) && !group.isRest && !group.isOthers;
}

/** Return all nodes, those first that most passes in any of the models. */
function byMost(models, mode) {
  const ranks = firstNodes(models, models[0].nodes.length).map((first) => new Map([...first].map((at, rank) => [at, rank])));
  const rank = (at) => Math.min(...ranks.map((by) => by.get(at) ?? Infinity));
  return nodesIn(models, mode).sort((one, other) => rank(one) - rank(other) || one - other);
}

/**
 * Return what is drawn with nodes put together as `groupsOf` says. What runs between groups is the sum of what runs
 * between their nodes: over each cut it still is the total. Of groups `contribution` is what comes in, or starts there.
 */
export function putTogether(drawn, together) {
  const { numberOf } = together;
  const ends = ({ source, target }) => [numberOf(source), numberOf(target)];
  const isInner = (link) => ends(link)[0] === ends(link)[1] && together.groups.has(ends(link)[0]);
  const pairs = gathered(drawn.links.filter((link) => !isInner(link)), (link) => ends(link).join(" "));
  const links = [...pairs.values()].map((same) => ({ ...summedLinks(same), source: ends(same[0])[0], target: ends(same[0])[1] }));
  const [before, after] = ["before", "after"].map((when) => drawn[when] && putTogether(drawn[when], together));
  const groups = after?.groups ?? new Map([...together.groups].map(([number, group]) => [number, { ...group, contribution: comingIn(drawn, links, number, numberOf) }]));
  const side = (name) => new Set([...drawn[name]].map(numberOf));
  const counted = drawn.counted?.map((end) => ({ ...end, place: numberOf(end.place) }));
  return { ...drawn, links, before, after, counted, groups, numberOf, starts: side("starts"), ends: side("ends"), nodes: [...new Set(drawn.nodes.map(numberOf))] };
}

function comingIn({ model, total }, links, number, numberOf) {
  if (total === null) return null;
  const starting = model.starts.filter(([place]) => numberOf(place) === number).reduce((sum, [place, seed]) => sum + seed * sweeps(model).adjoint[place], 0);
  return starting + (addedUp(links.filter(({ target }) => target === number), "contribution") ?? 0);
}

/** Return links as one. How many paths take one of them is not known: a path may take several. */
function summedLinks(links) {
  if (links.length === 1) return links[0];
  const sums = ["weight", "contribution", "share", "change", "weight_before", "weight_after"].map((name) => [name, addedUp(links, name)]);
  const sides = ["before", "after"].map((when) => [when, links.map((link) => link[when]).filter(Boolean)]).filter(([, same]) => same.length);
  const status = new Set(links.map((link) => link.status)).size > 1 ? "changed" : links[0].status;
  return {
    ...links[0], ...Object.fromEntries(sums), before: undefined, after: undefined, ...Object.fromEntries(sides.map(([when, same]) => [when, summedLinks(same)])),
    status, paths: null, direct: links.every(({ direct }) => direct), links: links.flatMap((link) => link.links),
  };
}

/** Return the sum of what is known of links; null where it has none, as of texts. */
function addedUp(links, name) {
  const known = links.map((link) => link[name]).filter((value) => value !== null && value !== undefined);
  if (!known.length) return links[0]?.[name];
  return known.every((value) => typeof value === "number") ? known.reduce((sum, value) => sum + value, 0) : null;
}

/** Return what runs through each node: by place `tangent`, `adjoint`, `contribution`, of that what is `positive` and `negative`, `share`, `paths`. */
export function nodeSums(model) {
  return remembered(model, "node sums", () => {
    if (!isSummed(model)) return null;
    const swept = sweeps(model);
    const counts = pathCounts(model).nodes;
    const bySign = bothSides(model)?.nodes;
    return model.nodes.map((_, place) => {
      const [tangent, adjoint] = [swept.tangent[place], swept.adjoint[place]];
      const [positive, negative] = bySign?.[place] ?? [null, null];
      const paths = Number.isFinite(counts[place]) ? Math.round(counts[place]) : null;
      const contribution = tangent * adjoint;
      const [noTangent, noAdjoint] = [0, 1].map((side) => model.part.astray?.[side].includes(place));
      return { positive, negative, tangent: noTangent ? null : tangent, adjoint: noAdjoint ? null : adjoint, contribution, share: shareOf(model, contribution), paths };
    });
  });
}

/** Return what the drawn links that leave the starts carry, less what comes back, and the total that it must be. */
export function cutOf(drawn) {
  if (drawn.total === null) return null;
  const crossed = crossing(drawn, drawn.starts);
  const leaving = crossed.filter(([link]) => link && drawn.starts.has(link.source)).length;
  const returning = crossed.filter(([link]) => link && !drawn.starts.has(link.source)).length;
  return { sum: cutSum(drawn, drawn.starts), total: drawn.total, leaving, returning, isOver: crossed.some(([link, amount]) => !link && amount) };
}

/** Return hidden nodes that a drawn link passes, those that most runs through first. */
export function passedBy(model, kept, { source, target }) {
  const n = model.nodes.length;
  const ahead = source < n ? spreadFrom([source], model.out, "target", kept) : new Set(model.nodes.keys());
  const behind = target < n ? spreadFrom([target], model.into, "source", kept) : new Set(model.nodes.keys());
  const swept = isSummed(model) ? sweeps(model) : null;
  const size = (node) => (swept ? Math.abs(swept.tangent[node] * swept.adjoint[node]) : 0);
  return [...ahead].filter((node) => behind.has(node) && !kept.has(node)).sort((one, other) => size(other) - size(one));
}

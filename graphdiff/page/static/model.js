// What lies between the ends, and the sums that the page takes over it: as the library's, in float64.
//
// A model's nodes are numbered as in the record. Two numbers more stand for what is not drawn: `nodes.length` for all
// starts that are hidden, and the one after it for all ends.

import { addWay, emptyNetwork, takeOut } from "./elimination.js";
import { shown } from "./words.js";

/** More visits of links are not spent on which nodes cover most; the largest are drawn then. */
const MOST_VISITS = 3_000_000;
/** The part of the answer that is to pass drawn nodes, before the largest are added. */
const COVERAGE = 0.9;
/** Walks of so many links at most are looked at for a proof that all have a sum. */
const MOST_ROUNDS = 1000;
/** What is smaller than this part of what was added up is what rounding leaves. */
const ROUNDED = 1e-12;

/** Return a number of the record as float64: it may be text, as "1/3" is. NaN where it is no real number. */
export function asNumber(given) {
  if (typeof given === "number") return given;
  if (typeof given !== "string" || given.split("/").length > 2) return NaN;
  const [above, below = 1] = given.split("/").map((text) => (text.trim() ? Number(text) : NaN));
  return above / below;
}

/** Return what the record knows of a node or link under a name, as float64. */
export function numberOf(thing, name) {
  return ownFact(thing.approximately, name) ?? asNumber(ownFact(thing, name));
}

/** Return what a thing has under a name that a file may have given: not what every object has, as `toString`. */
export function ownFact(thing, name) {
  return thing && Object.hasOwn(thing, name) ? thing[name] : undefined;
}

/** Return things in lists, by a key. */
export function gathered(things, keyOf) {
  const lists = new Map();
  for (const thing of things) {
    const key = keyOf(thing);
    if (lists.has(key)) lists.get(key).push(thing);
    else lists.set(key, [thing]);
  }
  return lists;
}

/** Return what names the two ends of a link. */
export const pairOf = ({ source, target }) => `${source} ${target}`;

/**
 * Return the model of a record's part; of a comparison `weight` may be "weight_before" or "weight_after".
 *
 * A link keeps what the record says of it, has its number there as `number`, and its weight as float64. Links without
 * a weight are not there; those inside a merged component carry nothing. `order` is topological, and null where walks
 * go round; links are in the order of their tails, with `tails`, `heads` and `weights` by place: a sweep is one loop
 * over them. `sides` are the nodes at the starts and at the ends; `summed`: there are both, and numbers to sum.
 */
export function makeModel(part, weight = "weight") {
  const nodes = part.nodes;
  const links = part.links
    .map((link, number) => ({ ...link, number, weight: numberOf(link, weight), given: link[weight] }))
    .filter((link) => link.given !== undefined && link.given !== null)
    .filter((link) => link.source !== link.target || !nodes[link.source].members);
  const seedOf = (seed, before) => asNumber((weight === "weight_before" ? before : null) ?? seed ?? 1);
  const seeded = (pairs) => (pairs ?? []).map(([node, seed, before]) => [node, seedOf(seed, before)]);
  const [starts, ends] = [seeded(part.starts), seeded(part.ends)];
  const [out, into] = [nodes.map(() => []), nodes.map(() => [])];
  for (const link of links) {
    out[link.source].push(link);
    into[link.target].push(link);
  }
  const order = topological(out, into);
  const sorted = (order ?? [...nodes.keys()]).flatMap((node) => out[node]);
  const tails = Int32Array.from(sorted, (link) => link.source);
  const heads = Int32Array.from(sorted, (link) => link.target);
  const weights = Float64Array.from(sorted, (link) => link.weight);
  const numeric = [...weights, ...[...starts, ...ends].map(([, seed]) => seed)].every(Number.isFinite);
  return {
    part, weight, nodes, links: sorted, starts, ends, out, into, order, tails, heads, weights, numeric,
    sides: [starts, ends].map((pairs) => new Set(pairs.map(([node]) => node))),
    summed: numeric && starts.length > 0 && ends.length > 0,
    place: new Map(nodes.map((node, index) => [node.id, index])), memory: new Map(),
  };
}

/** Return whether a node is an end of the question. */
export function isEndOf({ sides }, node) {
  return sides.some((side) => side.has(node));
}

/** Return what a function returned for a model before, under a name, or have it computed. */
export function remembered(model, name, compute) {
  if (!model.memory.has(name)) model.memory.set(name, compute(model));
  return model.memory.get(name);
}

function topological(out, into) {
  const left = into.map((links) => links.length);
  const order = [...left.keys()].filter((node) => left[node] === 0);
  for (let next = 0; next < order.length; next++) {
    for (const { target } of out[order[next]]) if (--left[target] === 0) order.push(target);
  }
  return order.length === out.length ? order : null;
}

// -- sweeps

/** Return by node what the seeds at the starts, and those at the ends, sum to over links that have these weights. */
function bothSweeps({ nodes, tails, heads }, weights, starts, ends) {
  const [ahead, back] = [seedsAt(starts, nodes.length), seedsAt(ends, nodes.length)];
  for (let at = 0; at < tails.length; at++) ahead[heads[at]] += ahead[tails[at]] * weights[at];
  for (let at = tails.length - 1; at >= 0; at--) back[tails[at]] += weights[at] * back[heads[at]];
  return [ahead, back];
}

function seedsAt(pairs, size) {
  const sums = new Float64Array(size);
  for (const [node, seed] of pairs) sums[node] += seed;
  return sums;
}

const meeting = (pairs, sums) => pairs.reduce((sum, [node, seed]) => sum + seed * sums[node], 0);

/**
 * Return what both sweeps say: `tangent` and `adjoint` by node, `contributions` by place in `model.links`, and the
 * `total`. Null where they have no sum.
 */
export function sweeps(model) {
  return remembered(model, "sweeps", () => {
    const { starts, ends, weights, tails, heads } = model;
    const both = model.order ? bothSweeps(model, weights, starts, ends) : solved(model);
    if (!both) return null;
    const [tangent, adjoint] = both;
    const contributions = weights.map((weight, at) => tangent[tails[at]] * weight * adjoint[heads[at]]);
    return { tangent, adjoint, contributions, total: meeting(starts, adjoint) };
  });
}

/** Solve for tangents and adjoints by taking all nodes out, and putting them back in the opposite order. */
function solved(model) {
  const { steps, stuck } = takeOut(network(model, []), model.nodes.keys());
  if (stuck.length) return null;
  const [starts, ends] = [model.starts, model.ends].map((pairs) => seedsAt(pairs, model.nodes.length));
  return [substituted(steps, starts, "into", "out"), substituted(steps, ends, "out", "into")];
}

function substituted(steps, carried, behind, ahead) {
  const sums = new Float64Array(carried.length);
  for (const step of steps) {
    for (const [other, way] of step[ahead]) carried[other] += (carried[step.node] / step.pivot) * way.weight;
  }
  for (const step of [...steps].reverse()) {
    let sum = carried[step.node];
    for (const [other, way] of step[behind]) sum += sums[other] * way.weight;
    sums[step.node] = sum / step.pivot;
  }
  return sums;
}

/**
 * Return how many paths from start to end pass each node (`nodes`, NaN where that is unknown), how many begin at one
 * (`beginning`), and of those that pass a node what part goes on over each link (`parts`), or ends there (`ending`). So
 * paths can be counted where the record has eliminated nodes.
 */
export function pathCounts(model) {
  return remembered(model, "paths", ({ order, links, weights, starts, ends }) => {
    const isTold = links.some((link) => link.eliminated);
    const unknown = new Float64Array(model.nodes.length).fill(NaN);
    const ones = [weights.map(() => 1), ...[starts, ends].map((pairs) => pairs.map(([node]) => [node, 1]))];
    const [ahead, back] = order && !isTold ? bothSweeps(model, ...ones) : [unknown, unknown];
    const known = (thing, number) => (order && isTold ? numberOf(thing, "paths") : number);
    const nodes = ahead.map((number, node) => known(model.nodes[node], number * back[node]));
    const part = (number, node) => (number === 0 ? 0 : number / nodes[node]);
    const parts = links.map((link) => part(known(link, ahead[link.source] * back[link.target]), link.source));
    return { nodes, parts, beginning: back, ending: ahead.map(part) };
  });
}

// -- elimination

/** Return the ways from node to node, with one more node before the hidden starts and one behind the hidden ends. */
function network(model, hidden) {
  const n = model.nodes.length;
  const net = emptyNetwork(n + 2);
  const { parts, beginning, ending } = pathCounts(model);
  model.links.forEach(({ source, target, weight, eliminated: indirect }, at) => {
    addWay(net, source, target, weight, parts[at], Boolean(indirect));
  });
  const among = new Set(hidden);
  const isHidden = ([node]) => among.has(node);
  for (const [node, seed] of model.starts.filter(isHidden)) addWay(net, n, node, seed, beginning[node], true);
  for (const [node, seed] of model.ends.filter(isHidden)) addWay(net, node, n + 1, seed, ending[node], true);
  return net;
}

/**
 * Return the links between kept nodes, each with all ways that pass hidden nodes only; every total stays as it is.
 *
 * `nodes` are those that are drawn, in the order of the model, with the two numbers that stand for hidden starts and
 * ends where there are some; a node with a loop of weight 1 stays. Of a link: `weight`; `direct`, whether it passes no
 * hidden node, and `links`, those that do not; `paths` from start to end through it (null where that is unknown, as
 * where walks go round); `contribution` and `share` (as `shareOf`).
 */
export function eliminated(model, kept) {
  const hidden = [...model.nodes.keys()].filter((node) => !kept.has(node));
  const { ways, stuck } = model.order ? { ways: sweptWays(model, kept), stuck: [] } : joinedWays(model, hidden);
  const stays = new Set([...kept, ...stuck]);
  const direct = directLinks(model, stays);
  const links = ways.map((way) => ({ ...way, links: direct.get(pairOf(way)) ?? [] }));
  const outside = [0, 1].map((at) => model.nodes.length + at);
  const drawn = drawnWith(model, stays, links, outside.filter((number) => ways.some(({ source, target }) => source === number || target === number)));
  measured(model, drawn);
  return drawn;
}

/** Return the ways between the nodes that stay where walks go round, and which nodes stay because they have to. */
function joinedWays(model, hidden) {
  const net = network(model, hidden);
  const { stuck } = takeOut(net, hidden);
  return { ways: net.flatMap(({ out }, source) => [...out].map(([target, way]) => ({ source, target, ...way }))), stuck };
}

/** Return the ways between kept nodes where no walk goes round: from each of them a sweep over hidden ones. */
function sweptWays(model, kept) {
  const { nodes: { length: n }, tails, heads, weights, links, starts, ends } = model;
  const { parts, beginning, ending } = pathCounts(model);
  const [sums, past, part] = [0, 1, 2].map(() => new Float64Array(n + 2));
  const [met, isKept] = [new Uint8Array(n + 2), Uint8Array.from({ length: n + 2 }, (_, node) => kept.has(node))];
  const add = (node, weight, share, passes) => {
    sums[node] += weight;
    past[node] += passes ? weight : 0;
    part[node] += share;
    met[node] |= passes ? 3 : 1;
  };
  const firstOf = new Map([...tails.keys()].reverse().map((at) => [tails[at], at]));
  const waysFrom = (source) => {
    for (const list of [sums, past, part, met]) list.fill(0);
    if (source === n) for (const [node, seed] of starts) if (!isKept[node]) add(node, seed, beginning[node], true);
    for (let at = source === n ? 0 : firstOf.get(source) ?? tails.length; at < tails.length; at++) {
      const tail = tails[at];
      if (tail === source) add(heads[at], weights[at], parts[at], links[at].eliminated);
      else if (met[tail] && !isKept[tail]) add(heads[at], sums[tail] * weights[at], part[tail] * parts[at], true);
    }
    for (const [node, seed] of ends) if (met[node] && !isKept[node]) add(n + 1, sums[node] * seed, part[node] * ending[node], true);
    const targets = [...met.keys()].filter((node) => met[node] && (isKept[node] || node === n + 1));
    return targets.map((target) => ({ source, target, weight: sums[target], past: past[target], part: part[target], passes: met[target] === 3 }));
  };
  return [...kept, n].sort((one, other) => one - other).flatMap(waysFrom);
}

/** Return the links between nodes alone, where nothing is summed. */
export function directOnly(model, kept) {
  const links = [...directLinks(model, kept).values()].map((same) => {
    const sum = same.reduce((before, { weight }) => before + weight, 0);
    const weight = Number.isFinite(sum) ? sum : same.map(({ given }) => shown(given)).join(" + "); // texts are no numbers
    const [{ source, target }] = same;
    const direct = !same.some(({ eliminated: passes }) => passes);
    return { source, target, links: same, weight, direct, contribution: null, share: null, paths: null };
  });
  return { ...drawnWith(model, kept, links, []), total: null };
}

function directLinks(model, kept) {
  return gathered(model.links.filter((link) => kept.has(link.source) && kept.has(link.target)), pairOf);
}

/** Return what is drawn, with which of it are starts and ends. */
function drawnWith(model, stays, links, outside) {
  const nodes = [...[...stays].sort((one, other) => one - other), ...outside];
  const isOn = (side, at) => nodes.filter((node) => side.has(node) || node === model.nodes.length + at);
  const [starts, ends] = model.sides.map((side, at) => new Set(isOn(side, at)));
  return { model, nodes, links, starts, ends };
}

/** Say of each drawn link what runs through it, where there is a total. */
function measured(model, drawn) {
  const swept = model.summed ? sweeps(model) : null;
  const counts = pathCounts(model).nodes;
  const side = (sums, node) => (node < model.nodes.length ? sums[node] : 1);
  drawn.total = swept ? swept.total : null;
  for (const link of drawn.links) {
    const through = swept ? side(swept.tangent, link.source) * side(swept.adjoint, link.target) : NaN;
    const paths = side(counts, link.source) * link.part;
    link.direct = !link.passes;
    link.paths = model.summed && Number.isFinite(paths) ? Math.round(paths) : null;
    link.contribution = swept ? through * link.weight : null;
    link.share = swept ? shareOf(model, link.contribution) : null;
  }
}

/** Return what of the total runs through some nodes alone, over links that pass no other; null where that is not known. */
export function sumWithin({ part, weight }, nodes) {
  const isIn = ({ source, target, eliminated: passes }) => !passes && nodes.has(source) && nodes.has(target);
  const ends = (pairs) => pairs.filter(([node]) => nodes.has(node));
  const inner = makeModel({ ...part, links: part.links.filter(isIn), starts: ends(part.starts), ends: ends(part.ends) }, weight);
  return haveSum(inner) ? (sweeps(inner)?.total ?? null) : null;
}

// -- what is drawn

/**
 * Return which nodes are drawn where `n` are, with those that stand for hidden ends: the ends, where they are few, then
 * one by one that which most of the rest passes, until COVERAGE of the answer is covered, then the largest. As the
 * library's pictures choose.
 */
export function chosen(model, n) {
  const sizes = nodeSizes(model);
  const fixed = fixedEnds(model, n);
  const largest = [...sizes.keys()].sort((one, other) => sizes[other] - sizes[one] || one - other);
  const covering = n < model.nodes.length ? covers(model, fixed, n - fixed.size) : [];
  const order = [...new Set([...fixed, ...covering, ...largest])].slice(0, n);
  while (order.length > fixed.size && order.length + hiddenSides(model, order) > n) order.pop();
  return new Set(order);
}

function hiddenSides({ sides }, order) {
  const kept = new Set(order);
  return sides.filter((side) => [...side].some((node) => !kept.has(node))).length;
}

/** Return whether a link says what passes it, which no product along a path is. */
export function isFlow({ passing: name }) {
  return name !== undefined;
}

/** Return how much enters a node of such links or leaves it, whichever is more, whatever the signs. */
export function passing({ out, into }, node) {
  const sums = [out[node], into[node]].map((links) => links.reduce((sum, { weight }) => sum + Math.abs(weight), 0));
  return Math.max(...sums);
}

/** Return how much passes each node, whatever its sign; without numbers to sum, how many links it has. */
function nodeSizes(model) {
  return remembered(model, "sizes", ({ starts, ends, nodes, out, into }) => {
    if (isFlow(model.part)) return nodes.map((_, node) => passing(model, node));
    const swept = model.numeric && starts.length + ends.length ? sweeps(model) : null;
    if (!swept) return nodes.map((_, node) => out[node].length + into[node].length);
    if (!model.summed) return (starts.length ? swept.tangent : swept.adjoint).map(Math.abs);
    if (!model.order) return swept.tangent.map((value, node) => Math.abs(value * swept.adjoint[node]));
    return absolute(model).through;
  });
}

/** Return what all paths sum to without their signs: in all, and by the node that they pass. */
function absolute(model) {
  return remembered(model, "absolute", () => passingSizes(model, model.weights.map(Math.abs)));
}

/** Return what of an amount is for the answer and what against it, where `size` is what its paths sum to without signs. */
function sidesOf(amount, size) {
  return [1, -1].map((sign) => (amount + sign * size) / 2).map((side) => (Math.abs(side) <= ROUNDED * size ? 0 : side));
}

/** Return what is for the answer and what against it: of the total, and by node; null where walks go round. */
export function bothSides(model) {
  if (!model.order) return null;
  const { tangent, adjoint, total } = sweeps(model);
  const { whole, through } = absolute(model);
  return { total: sidesOf(total, whole), nodes: model.nodes.map((_, node) => sidesOf(tangent[node] * adjoint[node], through[node])) };
}

/** Return whether paths of both signs cancel: a part may be more than the total then, and amounts say more than shares. */
export function cancels(model) {
  return remembered(model, "cancels", () => {
    if (!model.order) return model.links.some(({ weight }) => weight < 0);
    return bothSides(model).total.every((side) => side !== 0);
  });
}

/** Return what part of the total an amount is; null where the total is 0, or paths cancel. */
export function shareOf(model, amount) {
  const total = sweeps(model)?.total;
  return !total || cancels(model) ? null : amount / total;
}

/** Return what the sizes of paths over links of these weights sum to: in all, and by the node that they pass. */
function passingSizes(model, weights) {
  const [starts, ends] = [model.starts, model.ends].map((pairs) => pairs.map(([node, seed]) => [node, Math.abs(seed)]));
  const [ahead, back] = bothSweeps(model, weights, starts, ends);
  return { whole: meeting(starts, back), through: ahead.map((value, node) => value * back[node]) };
}

/** Return the ends of a model that are drawn where `n` nodes are, of each side all, where these are few; and what stays. */
export function fixedEnds({ nodes, sides }, n) {
  const most = Math.max(1, Math.floor(n / 4));
  const staying = [...nodes.keys()].filter((node) => nodes[node].placed?.stays);
  return new Set([...sides.filter((side) => side.size <= most).flatMap((side) => [...side]), ...staying]);
}

function covers(model, fixed, most) {
  if (!model.summed || !model.order || model.links.length * (most + fixed.size) > MOST_VISITS) return [];
  const inner = [...model.nodes.keys()].filter((node) => !isEndOf(model, node));
  const sizes = model.weights.map(Math.abs);
  const past = sizes.map((size, at) => (fixed.has(model.tails[at]) && fixed.has(model.heads[at]) ? 0 : size));
  const [list, { whole }] = [[], absolute(model)];
  while (list.length < most) {
    const rest = passingSizes(model, past);
    if (!rest.whole || rest.whole / whole <= 1 - COVERAGE) break;
    const node = inner.reduce((best, other) => (rest.through[other] > rest.through[best] ? other : best), inner[0]);
    if (!rest.through[node]) break;
    list.push(node);
    past.forEach((_, at) => { if (model.tails[at] === node || model.heads[at] === node) past[at] = 0; });
  }
  return list;
}

/**
 * Return the sum of what runs through the drawn links that leave a side, a set of drawn nodes: less what comes back
 * into it, and with what starts outside of it or ends inside. It is the total, whatever the side.
 */
export function cutSum(drawn, side = drawn.starts) {
  return crossing(drawn, side).reduce((sum, [, amount]) => sum + amount, 0);
}

/** Return what `cutSum` sums: each link, or null for what starts or ends at a node, with its part of the total. */
export function crossing(drawn, side = drawn.starts) {
  const { model } = drawn;
  const { tangent, adjoint } = sweeps(model);
  const crossed = drawn.links.filter((link) => side.has(link.source) !== side.has(link.target));
  const amounts = crossed.map((link) => [link, side.has(link.source) ? link.contribution : -link.contribution]);
  const nodes = new Set(drawn.nodes);
  const isIn = (node, hidden) => side.has([drawn.numberOf?.(node) ?? node].find((number) => nodes.has(number)) ?? model.nodes.length + hidden);
  const begin = model.starts.filter(([node]) => !isIn(node, 0)).map(([node, seed]) => [null, seed * adjoint[node]]);
  const end = model.ends.filter(([node]) => isIn(node, 1)).map(([node, seed]) => [null, seed * tangent[node]]);
  return [...amounts, ...begin, ...end];
}

/** Return the total without a node that is no end; null where the walks that are left are not known to have a sum. */
export function without(model, node) {
  const { part, weight } = model;
  const swept = model.summed ? sweeps(model) : null;
  if (!swept || isEndOf(model, node)) return null;
  if (model.order) return swept.total - swept.tangent[node] * swept.adjoint[node];
  const links = part.links.filter((link) => link.source !== node && link.target !== node);
  const rest = makeModel({ ...part, links }, weight);
  return haveSum(rest) ? sweeps(rest).total : null;
}

/** Return whether walks are proved to have a sum: those of some length weigh less than 1 from each node, by size. */
function haveSum(model) {
  if (model.order) return true;
  let sizes = new Float64Array(model.nodes.length).fill(1);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = new Float64Array(sizes.length);
    for (const { source, target, weight } of model.links) next[source] += Math.abs(weight) * sizes[target];
    if (next.every((size) => size < 1)) return true;
    sizes = next;
  }
  return false;
}

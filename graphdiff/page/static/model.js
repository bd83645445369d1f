// What lies between the ends, and the sums that the page takes over it: as the library's, in float64.
//
// A model's nodes are numbered as in the record. Two numbers more stand for what is not drawn: `nodes.length` for all
// starts that are hidden, and the one after it for all ends.

import { addWay, emptyNetwork, takeOut } from "./elimination.js";

/** More visits of links are not spent on which nodes cover most; the largest are drawn then. */
const MOST_VISITS = 3_000_000;
/** The part of the answer that is to pass drawn nodes, before the largest are added. */
const COVERAGE = 0.9;
/** Walks of so many links at most are looked at for a proof that all have a sum. */
const MOST_ROUNDS = 1000;

/** Return a number of the record as float64: it may be text, as "1/3" is. NaN where it is no real number. */
export function asNumber(given) {
  if (typeof given === "number") return given;
  if (typeof given !== "string" || given.split("/").length > 2) return NaN;
  const [above, below = 1] = given.split("/").map((text) => (text.trim() ? Number(text) : NaN));
  return above / below;
}

/** Return what the record knows of a node or link under a name, as float64. */
export function numberOf(thing, name) {
  return thing.approximately?.[name] ?? asNumber(thing[name]);
}

/**
 * Return the model of a record's part; of a comparison `weight` may be "weight_before" or "weight_after".
 *
 * A link keeps what the record says of it, has its number there as `number`, and its weight as float64. Links without
 * a weight are not there; those inside a merged component carry nothing. `order` is topological, and null where walks
 * go round; `summed` says whether there are both ends and numbers to sum.
 */
export function makeModel(part, weight = "weight") {
  const nodes = part.nodes;
  const links = part.links
    .map((link, number) => ({ ...link, number, weight: numberOf(link, weight), given: link[weight] }))
    .filter((link) => link.given !== undefined && link.given !== null)
    .filter((link) => link.source !== link.target || !nodes[link.source].members);
  const ends = (pairs) => (pairs ?? []).map(([node, seed]) => [node, asNumber(seed ?? 1)]);
  const model = { part, weight, nodes, links, starts: ends(part.starts), ends: ends(part.ends), memory: new Map() };
  model.out = nodes.map(() => []);
  model.into = nodes.map(() => []);
  for (const link of links) {
    model.out[link.source].push(link);
    model.into[link.target].push(link);
  }
  model.order = topological(model);
  const numbers = [...links.map((link) => link.weight), ...[...model.starts, ...model.ends].map(([, seed]) => seed)];
  model.numeric = numbers.every(Number.isFinite);
  model.summed = model.numeric && model.starts.length > 0 && model.ends.length > 0;
  model.flat = flattened(model);
  model.place = new Map(nodes.map((node, index) => [node.id, index]));
  return model;
}

/** Return what a function returned for a model before, under a name, or have it computed. */
function remembered(model, name, compute) {
  if (!model.memory.has(name)) model.memory.set(name, compute());
  return model.memory.get(name);
}

function topological(model) {
  const left = model.into.map((links) => links.length);
  const order = [...left.keys()].filter((node) => left[node] === 0);
  for (let next = 0; next < order.length; next++) {
    for (const { target } of model.out[order[next]]) if (--left[target] === 0) order.push(target);
  }
  return order.length === model.nodes.length ? order : null;
}

/** Return tails, heads and weights of the links, by tails in topological order: a sweep is one loop over them. */
function flattened(model) {
  const sorted = (model.order ?? [...model.nodes.keys()]).flatMap((node) => model.out[node]);
  return {
    links: sorted,
    tails: Int32Array.from(sorted, (link) => link.source),
    heads: Int32Array.from(sorted, (link) => link.target),
    weights: Float64Array.from(sorted, (link) => link.weight),
  };
}

// -- sweeps

function seedsAt(pairs, size) {
  const sums = new Float64Array(size);
  for (const [node, seed] of pairs) sums[node] += seed;
  return sums;
}

function sweptAhead({ tails, heads }, weights, sums) {
  for (let at = 0; at < tails.length; at++) sums[heads[at]] += sums[tails[at]] * weights[at];
  return sums;
}

function sweptBack({ tails, heads }, weights, sums) {
  for (let at = tails.length - 1; at >= 0; at--) sums[tails[at]] += weights[at] * sums[heads[at]];
  return sums;
}

const dotProduct = (one, other) => one.reduce((sum, value, at) => sum + value * other[at], 0);

/**
 * Return what both sweeps say: `tangent` and `adjoint` by node, `contributions` by place in `model.links`, and the `total`.
 * Null where they have no sum.
 */
export function sweeps(model) {
  return remembered(model, "sweeps", () => {
    const n = model.nodes.length;
    const [starts, ends] = [seedsAt(model.starts, n), seedsAt(model.ends, n)];
    const both = model.order ? dagSweeps(model, starts.slice(), ends.slice()) : cyclicSweeps(model, starts, ends);
    if (!both) return null;
    const [tangent, adjoint] = both;
    const contributions = Float64Array.from(model.links, (link) => tangent[link.source] * link.weight * adjoint[link.target]);
    return { tangent, adjoint, contributions, total: dotProduct(starts, adjoint) };
  });
}

function dagSweeps(model, starts, ends) {
  return [sweptAhead(model.flat, model.flat.weights, starts), sweptBack(model.flat, model.flat.weights, ends)];
}

/** Solve for tangents and adjoints by taking all nodes out, and putting them back in the opposite order. */
function cyclicSweeps(model, starts, ends) {
  const { steps, stuck } = takeOut(network(model, []), model.nodes.keys(), null);
  if (stuck.length) return null;
  return [substituted(steps, starts, "into", "out"), substituted(steps, ends, "out", "into")];
}

function substituted(steps, seeds, behind, ahead) {
  const [carried, sums] = [seeds.slice(), new Float64Array(seeds.length)];
  for (const step of steps) {
    for (const [other, way] of step[ahead]) carried[other] += (carried[step.node] / step.pivot) * way.weight;
  }
  for (const step of [...steps].reverse()) {
    const sum = step[behind].reduce((before, [other, way]) => before + sums[other] * way.weight, carried[step.node]);
    sums[step.node] = sum / step.pivot;
  }
  return sums;
}

// -- elimination

/** Return the ways from node to node, with one more node before the hidden starts and one behind the hidden ends. */
function network(model, hidden) {
  const n = model.nodes.length;
  const net = emptyNetwork(n + 2);
  const parts = pathParts(model);
  model.links.forEach(({ source, target, weight, eliminated: indirect }, at) => {
    addWay(net, source, target, weight, indirect ? weight : 0, parts.links[at], Boolean(indirect));
  });
  const isHidden = new Set(hidden);
  const add = (tail, head, seed, part) => addWay(net, tail, head, seed, seed, part, true);
  for (const [node, seed] of model.starts) if (isHidden.has(node)) add(n, node, seed, parts.starting[node]);
  for (const [node, seed] of model.ends) if (isHidden.has(node)) add(node, n + 1, seed, parts.ending[node]);
  return net;
}

/**
 * Return how many paths from start to end pass each node (`nodes`), how many start there, and what part of those that
 * pass a node go on over each of its links, or end there. So paths can be counted where the record has eliminated nodes.
 */
function pathParts(model) {
  return remembered(model, "parts", () => {
    const { nodes, links, starting, ending } = pathCounts(model);
    const part = (number, node) => (number === 0 ? 0 : number / nodes[node]);
    return { nodes, starting, ending: ending.map(part), links: model.links.map(({ source }, at) => part(links[at], source)) };
  });
}

/** Return how many paths pass each node and each link, and how many start and end at a node; NaN where that is unknown. */
export function pathCounts(model) {
  const unknown = new Float64Array(model.nodes.length).fill(NaN);
  const told = (things) => Float64Array.from(things, (thing) => numberOf(thing, "paths"));
  if (!model.order) return { nodes: unknown, links: model.links.map(() => NaN), starting: unknown, ending: unknown };
  if (model.links.some((link) => link.eliminated)) {
    return { nodes: told(model.nodes), links: told(model.links), starting: unknown, ending: unknown };
  }
  const ones = model.flat.weights.map(() => 1);
  const atEach = (pairs) => seedsAt(pairs.map(([node]) => [node, 1]), unknown.length);
  const ahead = sweptAhead(model.flat, ones, atEach(model.starts));
  const back = sweptBack(model.flat, ones, atEach(model.ends));
  const links = model.links.map(({ source, target }) => ahead[source] * back[target]);
  return { nodes: ahead.map((number, node) => number * back[node]), links, starting: back, ending: ahead };
}

/**
 * Return the links between kept nodes, each with all ways that pass hidden nodes only; every total stays as it is.
 *
 * `nodes` are those that are drawn, in the order of the model, with the two numbers that stand for hidden starts and
 * ends where there are some; a node with a loop of weight 1 stays. Of a link: `weight`; `direct`, whether it passes no
 * hidden node, and `links`, those that do not; `paths` from start to end through it (null where that is unknown, as
 * where walks go round); `contribution`, `share` (null where the total is 0), and `beside`, what of it passes hidden
 * nodes. `through` is the part of the total that passes drawn nodes between the ends.
 */
export function eliminated(model, kept) {
  const hidden = [...model.nodes.keys()].filter((node) => !kept.has(node));
  const net = network(model, hidden);
  const { stuck } = takeOut(net, hidden, model.order);
  const stays = new Set([...kept, ...stuck]);
  const drawn = { model, starts: new Set(), ends: new Set(), links: [] };
  const direct = directLinks(model, stays);
  for (const [source, row] of net.rows.entries()) {
    for (const [target, way] of row) drawn.links.push({ source, target, ...way, links: direct.get(`${source} ${target}`) ?? [] });
  }
  measured(model, drawn);
  const n = model.nodes.length;
  const outside = new Set(drawn.links.flatMap((link) => [link.source, link.target]).filter((node) => node >= n));
  drawn.nodes = [...stays, ...outside].sort((one, other) => one - other);
  for (const [side, pairs, number] of [["starts", model.starts, n], ["ends", model.ends, n + 1]]) {
    for (const [node] of pairs) if (stays.has(node)) drawn[side].add(node);
    if (outside.has(number)) drawn[side].add(number);
  }
  drawn.through = throughNodes(drawn);
  return drawn;
}

function directLinks(model, stays) {
  const direct = new Map();
  for (const link of model.links) {
    if (!stays.has(link.source) || !stays.has(link.target)) continue;
    const pair = `${link.source} ${link.target}`;
    direct.set(pair, [...(direct.get(pair) ?? []), link]);
  }
  return direct;
}

/** Say of each drawn link what runs through it, where there is a total. */
function measured(model, drawn) {
  const swept = model.summed ? sweeps(model) : null;
  const counts = pathParts(model).nodes;
  const side = (sums, node) => (node < model.nodes.length ? sums[node] : 1);
  drawn.total = swept ? swept.total : null;
  for (const link of drawn.links) {
    const { source, target, weight, past, part, passes } = link;
    const through = swept ? side(swept.tangent, source) * side(swept.adjoint, target) : NaN;
    const paths = side(counts, source) * part;
    link.direct = !passes;
    link.paths = model.summed && Number.isFinite(paths) ? Math.round(paths) : null;
    link.contribution = swept ? through * weight : null;
    link.beside = swept ? through * past : null;
    link.share = swept && swept.total !== 0 ? link.contribution / swept.total : null;
  }
}

function throughNodes(drawn) {
  if (!drawn.total) return null;
  const isEnd = (node) => drawn.starts.has(node) || drawn.ends.has(node);
  const between = drawn.links.filter((link) => isEnd(link.source) && isEnd(link.target));
  return 1 - between.reduce((sum, link) => sum + link.beside, 0) / drawn.total;
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

function hiddenSides(model, order) {
  const kept = new Set(order);
  return [model.starts, model.ends].filter((pairs) => pairs.some(([node]) => !kept.has(node))).length;
}

/** Return how much passes each node, whatever its sign; without numbers to sum, how many links it has. */
function nodeSizes(model) {
  return remembered(model, "sizes", () => {
    const swept = model.numeric && sweeps(model);
    const degrees = model.nodes.map((_, node) => model.out[node].length + model.into[node].length);
    if (!swept || !(model.starts.length || model.ends.length)) return degrees;
    if (!model.summed) return (model.starts.length ? swept.tangent : swept.adjoint).map(Math.abs);
    if (!model.order) return swept.tangent.map((value, node) => Math.abs(value * swept.adjoint[node]));
    return passingSizes(model, model.flat.weights.map(Math.abs)).through;
  });
}

/** Return what the sizes of paths over links of these weights sum to: in all, and by the node that they pass. */
function passingSizes(model, weights) {
  const sized = (pairs) => seedsAt(pairs.map(([node, seed]) => [node, Math.abs(seed)]), model.nodes.length);
  const ahead = sweptAhead(model.flat, weights, sized(model.starts));
  const back = sweptBack(model.flat, weights, sized(model.ends));
  return { whole: dotProduct(ahead, sized(model.ends)), through: ahead.map((value, node) => value * back[node]) };
}

/** Return the ends of a model that are drawn where `n` nodes are: of each side all, where these are few. */
export function fixedEnds(model, n) {
  const most = Math.max(1, Math.floor(n / 4));
  const sides = [model.starts, model.ends].map((pairs) => [...new Set(pairs.map(([node]) => node))]);
  return new Set(sides.filter((nodes) => nodes.length <= most).flat());
}

function covers(model, fixed, most) {
  if (!model.summed || !model.order || model.links.length * (most + fixed.size) > MOST_VISITS) return [];
  const ends = new Set([...model.starts, ...model.ends].map(([node]) => node));
  const inner = [...model.nodes.keys()].filter((node) => !ends.has(node));
  const { tails, heads, weights } = model.flat;
  const past = weights.map((weight, at) => (fixed.has(tails[at]) && fixed.has(heads[at]) ? 0 : Math.abs(weight)));
  const [list, { whole }] = [[], passingSizes(model, weights.map(Math.abs))];
  while (list.length < most) {
    const rest = passingSizes(model, past);
    if (!rest.whole || rest.whole / whole <= 1 - COVERAGE) break;
    const node = inner.reduce((best, other) => (rest.through[other] > rest.through[best] ? other : best), inner[0]);
    if (!rest.through[node]) break;
    list.push(node);
    past.forEach((_, at) => { if (tails[at] === node || heads[at] === node) past[at] = 0; });
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
  const drawnAs = (node, other) => [drawn.numberOf?.(node) ?? node].find((number) => nodes.has(number)) ?? other;
  for (const [node, seed] of model.starts) {
    if (!side.has(drawnAs(node, model.nodes.length))) amounts.push([null, seed * adjoint[node]]);
  }
  for (const [node, seed] of model.ends) {
    if (side.has(drawnAs(node, model.nodes.length + 1))) amounts.push([null, seed * tangent[node]]);
  }
  return amounts;
}

/** Return the total without a node that is no end; null where the walks that are left are not known to have a sum. */
export function without(model, node) {
  const { part, weight } = model;
  const swept = model.summed ? sweeps(model) : null;
  if (!swept || [...model.starts, ...model.ends].some(([end]) => end === node)) return null;
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

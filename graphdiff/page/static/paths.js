// What leads from node to node: the strongest paths, what a node reaches, what goes with it; and names near to a word.

import { shareOf } from "./model.js";

/** So many partial paths at most are looked at for the strongest. */
const MOST_STEPS = 200_000;

/**
 * Return up to `k` paths from the starts to the ends, those of largest size first, of equal ones the shorter; through
 * a node, if one is given. Each has `nodes`, `links`, `influence` (its weights and seeds multiplied), `share` (null
 * where the total is 0, or paths cancel), and `whole`: false where one of its links stands for several paths. Where walks go round they
 * are walks; null where none is the strongest, or the search would be too long.
 */
export function strongest(model, k, via = null) {
  if (!model.summed) return null;
  const { starts, ends } = model;
  if (via === null) return withShares(model, bestPaths(model, starts, ends, k));
  const [before, behind] = [bestPaths(model, starts, [[via, 1]], k), bestPaths(model, [[via, 1]], ends, k)];
  if (!before || !behind) return null;
  const joined = before.flatMap((one) => behind.map((other) => joinedPaths(one, other)));
  return withShares(model, joined.sort(bySize).slice(0, k));
}

const bySize = (one, other) => Math.abs(other.influence) - Math.abs(one.influence) || one.links.length - other.links.length;

function joinedPaths(one, other) {
  const [nodes, links] = [[...one.nodes, ...other.nodes.slice(1)], [...one.links, ...other.links]];
  return { nodes, links, influence: one.influence * other.influence };
}

function withShares(model, paths) {
  const whole = (path) => path.links.every((link) => !link.eliminated);
  return paths?.map((path) => ({ ...path, share: shareOf(model, path.influence), whole: whole(path) })) ?? null;
}

/** Search from the starts, the most promising first: what a partial path can still become is known exactly. */
function bestPaths(model, starts, ends, k) {
  const ahead = bestAhead(model, ends);
  if (!ahead) return null;
  const [paths, queue] = [[], []];
  for (const [node, seed] of starts) queued(queue, { node, value: seed, length: 0, before: null, link: null }, ahead[node]);
  for (let step = 0; queue.length && paths.length < k; step++) {
    if (step > MOST_STEPS) return null;
    const last = queue.pop();
    if (last.ended) paths.push(traced(last));
    else for (const state of followed(model, ends, last)) queued(queue, state, state.ended ? { size: 1, length: 0 } : ahead[state.node]);
  }
  return paths;
}

function followed(model, ends, last) {
  const ended = ends.filter(([node]) => node === last.node).map(([, seed]) => ({ ...last, value: last.value * seed, ended: true }));
  const onward = model.out[last.node].map((link) => ({
    node: link.target, value: last.value * link.weight, length: last.length + 1, before: last, link,
  }));
  return [...ended, ...onward];
}

/** Insert a state where it belongs: the best is last; of equal ones the shorter, then that which is nearer to its end. */
function queued(queue, state, ahead) {
  if (!ahead) return;
  state.rank = [Math.abs(state.value) * ahead.size, -state.length - ahead.length, state.length];
  let [low, high] = [0, queue.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBetter(state.rank, queue[middle].rank)) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, state);
}

function isBetter(one, other) {
  const at = one.findIndex((value, place) => value !== other[place]);
  return at >= 0 && one[at] > other[at];
}

function traced(last) {
  const [nodes, links] = [[], []];
  for (let state = last; state; state = state.before) {
    nodes.unshift(state.node);
    if (state.link) links.unshift(state.link);
  }
  return { nodes, links, influence: last.value };
}

/** Return by node the largest size that is left to an end, and the fewest links to it; null where it has no bound. */
function bestAhead(model, ends) {
  const best = model.nodes.map(() => null);
  for (const [node, seed] of ends) best[node] = better(best[node], { size: Math.abs(seed), length: 0 });
  const order = [...(model.order ?? model.nodes.keys())].reverse();
  for (let round = 0; round <= order.length; round++) {
    let changed = false;
    for (const node of order) {
      for (const { target, weight } of model.out[node]) {
        const onward = best[target];
        const candidate = onward && { size: Math.abs(weight) * onward.size, length: onward.length + 1 };
        const kept = better(best[node], candidate);
        changed ||= kept !== best[node];
        best[node] = kept;
      }
    }
    if (!changed) return best;
  }
  return null;
}

function better(one, other) {
  if (!one || !other) return one ?? other;
  return isBetter([other.size, -other.length], [one.size, -one.length]) ? other : one;
}

// -- sets

/** Return the nodes that a node leads to, without itself. */
export function reached(model, node) {
  return spreadFrom([node], model.out, "target", new Set([node]));
}

/** Return the nodes that lead to a node, without itself. */
export function needing(model, node) {
  return spreadFrom([node], model.into, "source", new Set([node]));
}

/** Return the nodes that nothing else leads to from the starts: they go with a node. Without itself. */
export function goingWith(model, node) {
  const starts = model.starts.map(([start]) => start).filter((start) => start !== node);
  const others = spreadFrom(starts, model.out, "target", new Set([node, ...starts]));
  const stays = new Set([...others, ...starts]);
  return new Set([...reached(model, node)].filter((other) => !stays.has(other)));
}

/** Return the nodes that are met on the way from some, without those that were seen before. */
function spreadFrom(nodes, links, end, seen) {
  const [met, ahead] = [new Set(), [...nodes]];
  while (ahead.length) {
    for (const link of links[ahead.pop()]) {
      const other = link[end];
      if (seen.has(other) || met.has(other)) continue;
      met.add(other);
      ahead.push(other);
    }
  }
  return met;
}

// -- names

/**
 * Return the names of nodes near to a word, the nearest first: those that begin with it, those that hold it, then those
 * that few letters tell from it. Titles count as names do.
 */
export function suggestions(model, word, most = 10) {
  const asked = word.trim().toLowerCase();
  if (!asked) return [];
  const ranked = model.nodes.map((node) => [Math.min(...[node.id, node.title ?? node.id].map((name) => farness(asked, name))), node]);
  const near = ranked.filter(([far]) => far < Infinity);
  return near.sort(([one, a], [other, b]) => one - other || a.id.length - b.id.length).slice(0, most).map(([, node]) => node.id);
}

function farness(asked, name) {
  const text = String(name).toLowerCase();
  if (text === asked) return 0;
  if (text.startsWith(asked)) return 1;
  if (text.includes(asked)) return 2;
  const edits = editsBetween(asked, text);
  return edits <= Math.max(1, Math.floor(asked.length / 3)) ? 2 + edits : Infinity;
}

/** Return how many letters are to be put in, taken out, replaced, or swapped with the next, to make one of the other. */
function editsBetween(one, other) {
  if (Math.abs(one.length - other.length) > one.length / 3 + 1) return Infinity;
  let [before, last] = [[], Array.from({ length: other.length + 1 }, (_, place) => place)];
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let at = 1; at <= other.length; at++) {
      const same = one[row - 1] === other[at - 1] ? 0 : 1;
      next[at] = Math.min(last[at] + 1, next[at - 1] + 1, last[at - 1] + same);
      const swapped = row > 1 && at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1];
      if (swapped) next[at] = Math.min(next[at], before[at - 2] + 1);
    }
    [before, last] = [last, next];
  }
  return last[other.length];
}

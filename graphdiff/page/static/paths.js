// What leads from node to node: the strongest paths, what a node reaches, what goes with it; and names near to a word.

import { gathered, shareOf } from "./model.js";
import { membersOf } from "./words.js";

/** So many links at most are looked at for the strongest walks, where they go round. */
const MOST_LOOKS = 2_000_000;

/**
 * Return up to `k` paths from the starts to the ends, those of largest size first, of equal ones the shorter; through
 * a node, if one is given. Each has `nodes`, `links`, `influence` (its weights and seeds multiplied), `share` (as
 * `shareOf`), and `whole`: false where one of its links stands for several paths. Where walks go round they are walks; null where none is the strongest, or the search would be too long.
 */
export function strongest(model, k, via = null) {
  if (!model.summed) return null;
  const last = model.ends.map(([node, seed]) => [node, [{ value: seed, length: 0 }]]);
  let onward = bestOnward(model, last, k);
  if (onward && via !== null) onward = bestOnward(model, [[via, onward[via]]], k);
  const begun = ([node, seed]) => onward[node].map((way) => ({ ...way, value: seed * way.value, node }));
  const best = onward && model.starts.flatMap(begun).sort(better).slice(0, k);
  return best && best.map((way) => {
    const links = linksOf(way);
    const nodes = [way.node, ...links.map((link) => link.target)];
    const whole = links.every((link) => !link.eliminated);
    return { nodes, links, influence: way.value, share: shareOf(model, way.value), whole };
  });
}

const better = (one, other) => Math.abs(other.value) - Math.abs(one.value) || one.length - other.length;

function linksOf(way) {
  const links = [];
  for (let rest = way; rest.link; rest = rest.rest) links.push(rest.link);
  return links;
}

/**
 * Return by node the `k` best ways on to the `last`, pairs of a node and its ways: a sweep of which the sums are lists.
 * Where walks go round nodes are looked at again until nothing changes: the k-th best has at most k times as many links
 * as there are nodes, if no round makes walks stronger. Null where one does.
 */
function bestOnward({ nodes, links, out, into, order }, last, k) {
  const ends = gathered(last, ([node]) => node);
  const onward = nodes.map(() => []);
  const ahead = new Set([...(order ?? nodes.keys())].reverse());
  let looks = order ? Infinity : Math.min(MOST_LOOKS, (k * nodes.length + 1) * links.length);
  for (const node of ahead) {
    ahead.delete(node); // what is added again comes last
    const ways = bestWays((ends.get(node) ?? []).flatMap(([, list]) => list), out[node], onward, k);
    if (areSame(ways, onward[node])) continue;
    looks -= out[node].length;
    if (looks < 0) return null;
    onward[node] = ways;
    for (const { source } of into[node]) ahead.add(source);
  }
  return onward;
}

function areSame(ways, others) {
  const isAt = (other, { value, length }) => value === other?.value && length === other.length && Number.isFinite(value);
  return ways.every((way, at) => isAt(others[at], way));
}

function bestWays(ends, links, onward, k) {
  const best = ends.sort(better).slice(0, k);
  for (const link of links) {
    for (const rest of onward[link.target]) {
      const way = { value: link.weight * rest.value, length: rest.length + 1, link, rest };
      if (best.length >= k && better(best[k - 1], way) <= 0) break;
      let at = best.length;
      while (at && better(way, best[at - 1]) < 0) at--;
      best.splice(at, 0, way);
      if (best.length > k) best.pop();
    }
  }
  return best;
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

/** Return the nodes that are met on the way from some, without those that were seen before, which nothing passes. */
export function spreadFrom(nodes, links, end, seen) {
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
 * Return the names of nodes near to a word: first one that is it, then those that hold it, in an `order` of places, then
 * those that few letters tell from it. Titles, and the members of what counts as one, count as names do.
 */
export function suggestions(model, word, order = () => 0) {
  const asked = word.trim().toLowerCase();
  if (!asked) return [];
  const namesOf = (node) => [node.id, node.title ?? node.id, ...membersOf(node)];
  const far = (node) => Math.min(...namesOf(node).map((name) => farness(asked, name)));
  const near = model.nodes.map((node, place) => [far(node), node.id, place]).filter(([number]) => number < Infinity);
  return near.sort(([one, a, at], [other, b, to]) => one - other || order(at, to) || a.length - b.length).map(([, id]) => id);
}

function farness(asked, name) {
  const text = String(name).toLowerCase();
  if (text === asked) return 0;
  if (text.includes(asked)) return 1;
  const edits = editsBetween(asked, text);
  return edits <= Math.max(1, Math.floor(asked.length / 3)) ? 1 + edits : Infinity;
}

/** Return how many letters are to be put in, taken out, replaced, or swapped with the next, to make one the other. */
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

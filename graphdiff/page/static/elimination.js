// Vertex elimination: a node goes, each way into it is joined with each way out of it, and no total changes.
//
// A. Griewank, A. Walther, Evaluating Derivatives, 2nd ed. (2008), chapter 9. Walks round a loop of weight w are
// 1 / (1 - w). This is sparse LU of I - A; where no walk goes round a sweep from each node that stays does the same.

/** A loop that leaves less to divide by waits until no other node is left: as in sparse solvers. */
const LEAST_PIVOT = 0.1;
/** Below this a loop counts as one of weight 1, which nothing divides by. */
const NO_PIVOT = 1e-12;
/** More joins of two ways are not made where walks go round: as in the library's pictures. */
const MOST_JOINS = 2_000_000;

const lonely = () => ({ out: new Map(), into: new Map() });

/** Return an empty network of so many nodes: of each the ways `out` by head, and those `into` it by tail. */
export function emptyNetwork(size) {
  return Array.from({ length: size }, lonely);
}

/** Add a way: its weight, what part of the paths at its tail take it, and whether it passes hidden nodes. */
export function addWay(net, tail, head, weight, part, passes) {
  const way = net[tail].out.get(head);
  if (way) {
    way.weight += weight;
    way.part += part;
    way.passes ||= passes;
  } else {
    const made = { weight, part, passes };
    net[tail].out.set(head, made);
    net[head].into.set(tail, made);
  }
}

/**
 * Take nodes out of a network, by Markowitz's rule among those whose loop leaves enough to divide by. Return `steps`, each node with the ways that led into it and out of it, and `stuck`, those that
 * stay: they have a loop of weight 1, or would take too many joins.
 */
export function takeOut(net, hidden) {
  const [left, steps] = [new Set(hidden), []];
  for (let joins = 0; left.size && joins <= MOST_JOINS; ) {
    const node = leastJoined(net, left);
    if (node === null) break;
    left.delete(node);
    steps.push(withoutNode(net, node));
    joins += steps.at(-1).into.size * steps.at(-1).out.size;
  }
  return { steps, stuck: [...left] };
}

function pivotOf(net, node) {
  return 1 - (net[node].out.get(node)?.weight ?? 0);
}

function leastJoined(net, nodes) {
  let [best, least, largest, fallback] = [null, Infinity, NO_PIVOT, null];
  for (const node of nodes) {
    const [pivot, joins] = [Math.abs(pivotOf(net, node)), net[node].out.size * net[node].into.size];
    if (pivot >= LEAST_PIVOT && joins < least) [best, least] = [node, joins];
    if (pivot > largest) [fallback, largest] = [node, pivot];
  }
  return best ?? fallback;
}

function withoutNode(net, node) {
  const [{ out, into }, pivot] = [net[node], pivotOf(net, node)];
  for (const ways of [out, into]) ways.delete(node);
  for (const [tail, before] of into) {
    net[tail].out.delete(node);
    const factor = before.weight / pivot;
    for (const [head, behind] of out) {
      addWay(net, tail, head, factor * behind.weight, before.part * behind.part, true);
    }
  }
  for (const head of out.keys()) net[head].into.delete(node);
  net[node] = lonely();
  return { node, pivot, into, out };
}

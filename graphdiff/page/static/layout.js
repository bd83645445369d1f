// A layered drawing: columns by the longest path, order by barycentres, places by least squares. O(links) a sweep.
//
// K. Sugiyama, S. Tagawa, M. Toda, Methods for visual understanding of hierarchical system structures, IEEE
// Transactions on Systems, Man, and Cybernetics 11 (1981). Long links of one node share a chain of places: so a node
// has one place a column at most, and links that leave it together run together.

/** Sweeps over the columns, forth and back, that put them in order; and that place nodes. */
const ORDERING = 12;
/** Exchanges are tried so many times, and of at most so many places. */
const EXCHANGES = 8;
const MOST_EXCHANGED = 2000;
const PLACING = 6;
/** Where links pass more columns in all, they run straight from end to end, as nobody could follow each. */
const MOST_PASSED = 200_000;
const STRAIGHTENING = 3;
/** What is left free, in pixels, in a column: between passing links, between one and a node, between two nodes. */
const BETWEEN = [5, 10, 14];
/** The same between columns, where texts stand along, and rows, where they stand across; and for a loop. */
const BETWEEN_COLUMNS = 60;
const BETWEEN_ROWS = 42;
const LOOP = 12;
/** How far a link that runs back is beside one that runs forth. */
const BACK = 3;
/** What is left free before rows for their names. */
const ROW_NAMES = 70;

/**
 * Return where nodes and links are drawn: `x` and `y` of the middle of each node, by its id (Maps); `points` by link,
 * each a list of [x, y] from its source to its target; `width` and `height` of all.
 *
 * Nodes are `{id, width, height}` (sizes are optional); links `{source, target}` name ids. Where they go round, those
 * run back that would lead to a node given before. `direction` is "LR", "TB" or "BT". Where all nodes have a `row` that
 * is their column, and they stand in it as they are given.
 */
export function layered(given, links, { direction = "LR" } = {}) {
  const turned = direction !== "LR";
  const isInRows = given.every(({ row }) => row >= 0);
  const nodes = isInRows ? [...given].sort((one, other) => one.row - other.row) : inOrder(given, links);
  const sized = (along, across) => ({ along, across });
  const sizes = nodes.map(({ width = 1, height = 1 }) => (turned ? sized(height, width) : sized(width, height)));
  const number = new Map(nodes.map((node, place) => [node.id, place]));
  const ends = links.map((link) => [number.get(link.source), number.get(link.target)]);
  const grid = placesOf(sizes, ends, isInRows ? nodes.map(({ row }) => row) : null);
  const columns = ordered(grid);
  placeAcross(grid, columns);
  const extent = placeAlong(grid, columns, turned ? BETWEEN_ROWS : BETWEEN_COLUMNS);
  return drawnAs({ nodes, grid, points: ends.map((pair) => pointsOf(grid, pair)), extent, direction });
}

/** Return the nodes in topological order; as they are given as far as links allow, and where these go round. */
function inOrder(nodes, links) {
  const place = new Map(nodes.map((node, at) => [node.id, at]));
  const ends = links.map(({ source, target }) => [place.get(source), place.get(target)]);
  if (ends.every(([tail, head]) => tail <= head)) return nodes;
  const [out, entering] = [nodes.map(() => []), new Array(nodes.length).fill(0)];
  for (const [tail, head] of ends) {
    if (tail === head) continue;
    out[tail].push(head);
    entering[head]++;
  }
  const order = new Set();
  const take = (first) => {
    for (const free = [first]; free.length; ) {
      const at = free.pop();
      order.add(at);
      for (const head of out[at]) if (--entering[head] === 0 && !order.has(head)) free.push(head);
    }
  };
  const sources = [...entering.keys()].filter((at) => !entering[at]);
  for (const at of [...sources, ...nodes.keys()]) if (!order.has(at)) take(at);
  return [...order].map((at) => nodes[at]);
}

// -- columns, and the places in them

/**
 * Return the grid: its places are the nodes, then those of chains; `column` and `across` (its size) of each, `before`
 * and `behind`: the places that it is joined to in the columns next to it. `chain` is the first place of a node's.
 */
function placesOf(sizes, ends, rows) {
  const pairs = ends.filter(([tail, head]) => tail !== head).map((pair) => [Math.min(...pair), Math.max(...pair)]);
  const column = rows ? closedUp(rows) : columnsOf(sizes.length, pairs);
  const forward = pairs.filter(([tail, head]) => column[tail] !== column[head]);
  const last = [...column];
  const passed = forward.reduce((sum, [tail, head]) => sum + column[head] - column[tail] - 1, 0);
  for (const [tail, head] of passed > MOST_PASSED ? [] : forward) last[tail] = Math.max(last[tail], column[head] - 1);
  const across = sizes.map((size) => size.across);
  const grid = { sizes, column, isInRows: rows !== null, across, chain: [], before: [], behind: [] };
  for (const node of sizes.keys()) {
    grid.chain.push(grid.column.length);
    for (let at = column[node] + 1; at <= last[node]; at++) {
      grid.column.push(at);
      grid.across.push(0);
    }
  }
  for (const list of [grid.before, grid.behind]) for (const _ of grid.column) list.push([]);
  joinPlaces(grid, forward, last);
  return grid;
}

function joinPlaces(grid, forward, last) {
  const join = (one, other, times = 1) => {
    for (let time = 0; time < times; time++) {
      grid.behind[one].push(other);
      grid.before[other].push(one);
    }
  };
  for (const node of grid.sizes.keys()) {
    for (let at = grid.column[node]; at < last[node]; at++) join(placeIn(grid, node, at), placeIn(grid, node, at + 1), 3);
  }
  for (const [tail, head] of forward) join(placeIn(grid, tail, Math.min(grid.column[head] - 1, last[tail])), head);
}

/** Return the place that a node, or its chain, has in a column. */
function placeIn(grid, node, at) {
  return at === grid.column[node] ? node : grid.chain[node] + at - grid.column[node] - 1;
}

/** Return rows numbered without gaps. */
function closedUp(rows) {
  const used = [...new Set(rows)].sort((one, other) => one - other);
  return rows.map((row) => used.indexOf(row));
}

/** Return by node its column: the longest path to it; later, where that shortens more links than it lengthens. */
function columnsOf(size, forward) {
  const [out, entering, column] = [[], new Array(size).fill(0), new Array(size).fill(0)];
  for (let node = 0; node < size; node++) out.push([]);
  for (const [tail, head] of forward) {
    out[tail].push(head);
    entering[head]++;
  }
  for (const [node, heads] of out.entries()) {
    for (const head of heads) column[head] = Math.max(column[head], column[node] + 1);
  }
  for (let node = size - 1; node >= 0; node--) {
    if (out[node].length <= entering[node]) continue;
    column[node] = out[node].reduce((least, head) => Math.min(least, column[head] - 1), Infinity);
  }
  return column;
}

// -- order in the columns

/** Return the places by column: of the orders that sweeps by barycentres and exchanges meet, that of fewest crossings. */
function ordered(grid) {
  const columns = [];
  for (const [place, at] of grid.column.entries()) (columns[at] ??= []).push(place);
  const position = new Float64Array(grid.column.length);
  for (const column of columns) settle(column, position);
  let [best, fewest] = [columns, Infinity];
  for (let round = 0; round < ORDERING; round++) {
    sweptOrder(grid, columns, position, round);
    if (position.length <= MOST_EXCHANGED) for (const column of columns) exchange(grid, column, position);
    const crossings = columns.reduce((sum, column) => sum + crossingsBehind(grid, column, position), 0);
    if (crossings < fewest) [best, fewest] = [columns.map((column) => [...column]), crossings];
  }
  return best;
}

/** Return how many links cross behind a column: sums of those met before, in a tree (Barth, Jünger, Mutzel 2002). */
function crossingsBehind({ behind }, column, position) {
  const headsOf = (place) => behind[place].map((head) => position[head]).sort((one, other) => one - other);
  const heads = column.flatMap(headsOf);
  const size = heads.reduce((most, head) => Math.max(most, head + 1), 1);
  const tree = new Float64Array(size + 1);
  let crossings = 0;
  heads.forEach((head, met) => {
    let within = 0;
    for (let at = head + 1; at > 0; at -= at & -at) within += tree[at];
    crossings += met - within;
    for (let at = head + 1; at <= size; at += at & -at) tree[at]++;
  });
  return crossings;
}

/** Exchange neighbours in a column as long as fewer links cross then. */
function exchange({ before, behind, isInRows, sizes }, column, position) {
  const crossing = (places, others) => {
    let count = 0;
    for (const place of places) for (const other of others) if (position[place] > position[other]) count++;
    return count;
  };
  const gain = (list, one, other) => crossing(list[one], list[other]) - crossing(list[other], list[one]);
  const saved = (one, other) => gain(before, one, other) + gain(behind, one, other);
  for (let pass = 0, isBetter = true; isBetter && pass < EXCHANGES; pass++) {
    isBetter = false;
    for (let at = 1; at < column.length; at++) {
      const [one, other] = [column[at - 1], column[at]];
      if ((isInRows && one < sizes.length && other < sizes.length) || saved(one, other) <= 0) continue;
      [column[at - 1], column[at], isBetter] = [other, one, true];
    }
  }
  settle(column, position);
}

function settle(column, position) {
  column.forEach((place, at) => (position[place] = at));
}

function sweptOrder(grid, columns, position, round) {
  const [isForth, isTurned] = [round % 2 === 0, round % 4 > 1]; // of equal ones either may be first
  const wishes = Float64Array.from(position);
  const beside = isForth ? grid.before : grid.behind;
  for (const column of isForth ? columns : [...columns].reverse()) {
    for (const place of column) wishes[place] = meanOf(position, position[place], beside[place]);
    column.sort((one, other) => wishes[one] - wishes[other] || (isTurned ? -1 : 1) * (position[one] - position[other]));
    if (grid.isInRows) asGiven(column, grid.sizes.length);
    settle(column, position);
  }
}

/** Put the nodes of a column in the order in which they were given; links that pass stay where they are. */
function asGiven(column, size) {
  const nodes = column.filter((place) => place < size).sort((one, other) => one - other);
  column.forEach((place, at) => { if (place < size) column[at] = nodes.shift(); });
}

/** Return the mean of the values at some places, in one list or two; `otherwise` where there are none. */
function meanOf(values, otherwise, places, others = []) {
  let sum = 0;
  for (const place of places) sum += values[place];
  for (const place of others) sum += values[place];
  return places.length + others.length ? sum / (places.length + others.length) : otherwise;
}

// -- places

/** Set `grid.middle`: where each place is across, as near as its column allows to the mean of those it is joined to. */
function placeAcross(grid, columns) {
  grid.middle = new Float64Array(grid.column.length);
  for (const column of columns) fitted(grid, column, () => 0);
  for (let round = 0; round < PLACING; round++) {
    const [beside, other] = round % 2 ? [grid.behind, grid.before] : [grid.before, grid.behind];
    const seesBoth = round >= PLACING - 2;
    for (const column of round % 2 ? [...columns].reverse() : columns) {
      fitted(grid, column, (place) => meanOf(grid.middle, grid.middle[place], beside[place], seesBoth ? other[place] : []));
    }
  }
  for (let round = 0; round < STRAIGHTENING; round++) straighten(grid, columns);
  const least = grid.middle.reduce((before, middle, place) => Math.min(before, middle - grid.across[place] / 2), Infinity);
  grid.middle = grid.middle.map((middle) => middle - least + (grid.isInRows ? ROW_NAMES : LOOP));
}

/** Make chains straight in runs as long as what is beside them allows. */
function straighten(grid, columns) {
  const position = new Float64Array(grid.column.length);
  for (const column of columns) settle(column, position);
  const limit = (place, side) => {
    const beside = columns[grid.column[place]][position[place] + side];
    return beside === undefined ? side * Infinity : grid.middle[beside] - side * apart(grid, beside, place);
  };
  for (const [node, first] of grid.chain.entries()) {
    let run = { places: [], from: -Infinity, to: Infinity };
    for (let place = first; place < (grid.chain[node + 1] ?? grid.column.length); place++) {
      const [from, to] = [limit(place, -1), limit(place, 1)];
      if (Math.max(run.from, from) > Math.min(run.to, to)) {
        level(grid, run);
        run = { places: [], from, to };
      }
      run = { places: [...run.places, place], from: Math.max(run.from, from), to: Math.min(run.to, to) };
    }
    level(grid, run);
  }
}

function level({ middle }, { places, from, to }) {
  const across = Math.min(to, Math.max(from, meanOf(middle, 0, places)));
  for (const place of places) middle[place] = across;
}

/** Place a column as near to what is wished as its order allows: pools of neighbours share their mean. */
function fitted(grid, column, wish) {
  const [pools, offsets] = [[], []];
  let offset = 0;
  column.forEach((place, at) => {
    if (at) offset += apart(grid, column[at - 1], place);
    offsets.push(offset);
    let pool = { mean: wish(place) - offset, weight: place < grid.sizes.length ? 1 : 2, size: 1 };
    while (pools.length && pools.at(-1).mean >= pool.mean) pool = pooled(pools.pop(), pool);
    pools.push(pool);
  });
  let at = 0;
  for (const { mean, size } of pools) for (let end = at + size; at < end; at++) grid.middle[column[at]] = mean + offsets[at];
}

function pooled(one, other) {
  const weight = one.weight + other.weight;
  return { mean: (one.mean * one.weight + other.mean * other.weight) / weight, weight, size: one.size + other.size };
}

/** Return how far the middles of two places of a column are apart at least. */
function apart(grid, one, other) {
  const nodes = (one < grid.sizes.length) + (other < grid.sizes.length);
  return (grid.across[one] + grid.across[other]) / 2 + BETWEEN[nodes];
}

/** Set `grid.from` and `grid.to`: where each column begins and ends along; return how far all goes along and across. */
function placeAlong(grid, columns, between) {
  [grid.from, grid.to] = [[], []];
  let along = 0;
  for (const column of columns) {
    const widest = column.reduce((most, place) => Math.max(most, grid.sizes[place]?.along ?? 0), 0);
    grid.from.push(along);
    grid.to.push(along + widest);
    along += widest + between;
  }
  const across = grid.middle.reduce((most, middle, place) => Math.max(most, middle + grid.across[place] / 2 + BACK), 0);
  return { along: Math.max(0, along - between), across };
}

// -- what is drawn

/** Return the points of a link, along and across: level beside other nodes, so that it passes through none. */
function pointsOf(grid, [source, target]) {
  if (source === target) return loopOf(grid, source);
  const [tail, head] = source < target ? [source, target] : [target, source];
  const edge = (node, sign) => [middleAlong(grid, node) + (sign * grid.sizes[node].along) / 2, grid.middle[node]];
  const points = [edge(tail, 1), [grid.to[grid.column[tail]], grid.middle[tail]]];
  const chained = (grid.chain[tail + 1] ?? grid.column.length) - grid.chain[tail];
  for (let at = grid.column[tail] + 1; at < grid.column[head] && at <= grid.column[tail] + chained; at++) {
    const across = grid.middle[placeIn(grid, tail, at)];
    points.push([grid.from[at], across], [grid.to[at], across]);
  }
  points.push([grid.from[grid.column[head]], grid.middle[head]], edge(head, -1));
  return tail === source ? points : points.reverse().map(([along, across]) => [along, across + BACK]);
}

function middleAlong(grid, node) {
  return (grid.from[grid.column[node]] + grid.to[grid.column[node]]) / 2;
}

function loopOf(grid, node) {
  const [middle, edge] = [middleAlong(grid, node), grid.middle[node] - grid.across[node] / 2];
  const reach = Math.min(LOOP, grid.sizes[node].along / 3);
  return [[middle + reach, edge], [middle + reach, edge - LOOP], [middle - reach, edge - LOOP], [middle - reach, edge]];
}

function drawnAs({ nodes, grid, points, extent, direction }) {
  const at = ([along, across]) =>
    ({ LR: [along, across], TB: [across, along], BT: [across, extent.along - along] })[direction];
  const middles = nodes.map((node, place) => [node.id, at([middleAlong(grid, place), grid.middle[place]])]);
  const [width, height] = direction === "LR" ? [extent.along, extent.across] : [extent.across, extent.along];
  return {
    x: new Map(middles.map(([id, [x]]) => [id, x])),
    y: new Map(middles.map(([id, [, y]]) => [id, y])),
    points: points.map((list) => list.map(at)),
    width,
    height,
  };
}

// What every drawing must have: columns, order, nothing on anything else; and small graphs that are drawn without crossings.
import assert from "node:assert/strict";
import test from "node:test";

import { layered } from "../../graphdiff/page/static/layout.js";
import { curve, onBends } from "../../graphdiff/page/static/view.js";

/** Return a generator of numbers below 1, the same for the same seed. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function generated(seed, size = 30, more = 50) {
  const draw = generator(seed);
  const nodes = Array.from({ length: size }, (_, id) => ({ id, width: 10 + Math.floor(90 * draw()), height: 8 + Math.floor(30 * draw()) }));
  const pick = () => Math.floor(size * draw());
  return [nodes, Array.from({ length: more }, () => ({ source: pick(), target: pick() }))];
}

const boxes = (nodes, drawing) =>
  nodes.map(({ id, width, height }) => ({
    id, left: drawing.x.get(id) - width / 2, right: drawing.x.get(id) + width / 2,
    top: drawing.y.get(id) - height / 2, bottom: drawing.y.get(id) + height / 2,
  }));

const SLACK = 1e-6;
const isBeside = (one, other) =>
  one.right <= other.left + SLACK || other.right <= one.left + SLACK || one.bottom <= other.top + SLACK || other.bottom <= one.top + SLACK;

function around([[a, b], [c, d]]) {
  return { left: Math.min(a, c), right: Math.max(a, c), top: Math.min(b, d), bottom: Math.max(b, d) };
}

test("nodes lie on no other node, and all within the drawing", () => {
  for (let seed = 0; seed < 20; seed++) {
    for (const direction of ["LR", "TB", "BT"]) {
      const [nodes, links] = generated(seed);
      const drawing = layered(nodes, links, { direction });
      const all = boxes(nodes, drawing);
      all.forEach((box, at) => all.slice(0, at).forEach((other) => assert.ok(isBeside(box, other), `${seed}: ${box.id} on ${other.id}`)));
      for (const { left, right, top, bottom } of all) {
        assert.ok(left >= -SLACK && top >= -SLACK && right <= drawing.width + SLACK && bottom <= drawing.height + SLACK);
      }
      for (const [x, y] of drawing.points.flat()) assert.ok(x >= -SLACK && y >= -SLACK && x <= drawing.width + SLACK && y <= drawing.height + SLACK);
    }
  }
});

test("a link begins and ends at the edges of its nodes, runs forth, and passes through no other node where it is level", () => {
  for (let seed = 0; seed < 20; seed++) {
    const [nodes, links] = generated(seed);
    const drawing = layered(nodes, links);
    const all = boxes(nodes, drawing);
    links.forEach(({ source, target }, at) => {
      const points = drawing.points[at];
      if (source === target) return;
      const isForth = drawing.x.get(source) < drawing.x.get(target);
      const [tail, head] = isForth ? [all[source], all[target]] : [all[target], all[source]];
      const forth = isForth ? points : [...points].reverse();
      assert.ok(Math.abs(forth[0][0] - tail.right) < SLACK && Math.abs(forth.at(-1)[0] - head.left) < SLACK, `${seed}: link ${at}`);
      forth.slice(1).forEach((point, place) => {
        assert.ok(point[0] >= forth[place][0] - SLACK, `${seed}: link ${at} runs back`);
        if (point[1] !== forth[place][1]) return;
        const level = around([forth[place], point]);
        for (const box of all) if (box !== tail && box !== head) assert.ok(isBeside(level, box), `${seed}: link ${at} through ${box.id}`);
      });
    });
  }
});

test("columns are those of the longest path, and a node stands before what alone it leads to", () => {
  const nodes = [..."abcdef"].map((id) => ({ id, width: 10, height: 10 }));
  const links = ["ab", "bc", "cd", "ad", "ed", "af"].map(([source, target]) => ({ source, target }));
  // in topological order e is before d
  const drawing = layered([nodes[0], nodes[4], nodes[1], nodes[2], nodes[3], nodes[5]], links);
  const column = (id) => [...new Set(drawing.x.values())].sort((one, other) => one - other).indexOf(drawing.x.get(id));
  assert.deepEqual([..."abcdef"].map(column), [0, 1, 2, 3, 2, 1]);
});

test("links that need not cross do not", () => {
  const nodes = [..."abcdABCD"].map((id) => ({ id, width: 10, height: 10 }));
  const links = ["aD", "bC", "cB", "dA", "aC", "cA"].map(([source, target]) => ({ source, target }));
  const { y } = layered(nodes, links);
  const crossings = links.flatMap((one, at) =>
    links.slice(0, at).filter((other) => (y.get(one.source) - y.get(other.source)) * (y.get(one.target) - y.get(other.target)) < 0));
  assert.equal(crossings.length, 0);
});

test("a chain is level, and a drawing is the same each time", () => {
  const nodes = Array.from({ length: 9 }, (_, id) => ({ id, width: 10, height: 10 + id }));
  const links = nodes.slice(1).map(({ id }) => ({ source: id - 1, target: id }));
  const { y } = layered(nodes, links);
  assert.ok(Math.max(...y.values()) - Math.min(...y.values()) < SLACK);
  assert.deepEqual(layered(...generated(3)), layered(...generated(3)));
});

test("of very many links that pass many columns each runs straight from end to end", () => {
  const size = 130;
  const nodes = [...Array(size).keys()].map((id) => ({ id, width: 50, height: 28 }));
  const links = nodes.flatMap(({ id }) => nodes.slice(id + 1).map((other) => ({ source: id, target: other.id })));
  const { points, x } = layered(nodes, links);
  assert.ok(points.every((list) => list.length === 4));
  assert.ok(links.every(({ source, target }) => x.get(source) < x.get(target)));
  assert.ok(layered(nodes.slice(0, 20), links.filter(({ target }) => target < 20)).points.some((list) => list.length > 4));
});

test("both ways of a pair, loops, parallel links and nodes without any are drawn", () => {
  const nodes = [..."abc"].map((id) => ({ id }));
  const links = ["ab", "ba", "aa", "ab"].map(([source, target]) => ({ source, target }));
  const { points, width, height, x } = layered(nodes, links);
  assert.deepEqual(points.map((list) => list.length), [4, 4, 4, 4]);
  assert.notDeepEqual(points[0], [...points[1]].reverse());
  assert.ok(points.flat(2).every(Number.isFinite) && width > 0 && height > 0 && x.size === 3);
});

test("a loop is within the drawing", () => {
  const { points, width, height } = layered([{ id: "a", width: 30, height: 20 }], [{ source: "a", target: "a" }]);
  for (const [x, y] of points[0]) assert.ok(x >= 0 && y >= 0 && x <= width && y <= height);
});

test("downwards columns are rows; upwards the last row is above", () => {
  const [nodes, links] = generated(1, 8, 12);
  const square = nodes.map(({ id }) => ({ id, width: 10, height: 10 }));
  const [right, down, up] = ["LR", "TB", "BT"].map((direction) => layered(square, links, { direction }));
  const columnOf = (places) => [...places.values()].map((place) => [...new Set(places.values())].sort((one, other) => one - other).indexOf(place));
  assert.deepEqual(columnOf(down.y), columnOf(right.x));
  assert.deepEqual([...up.y.values()], [...down.y.values()].map((y) => down.height - y));
  assert.ok(down.height < right.width); // between rows texts stand across
});

test("rows are columns without gaps, each in the order that is given, wherever links lead", () => {
  for (let seed = 0; seed < 20; seed++) {
    const [nodes, links] = generated(seed, 30, 60);
    const rowed = nodes.map((node) => ({ ...node, row: (7 * node.id) % 5 === 3 ? 9 : (7 * node.id) % 5 }));
    const drawing = layered(rowed, links, { direction: "BT" });
    const heights = [...new Set(drawing.y.values())].sort((one, other) => other - one);
    assert.deepEqual(rowed.map(({ id }) => heights.indexOf(drawing.y.get(id))), rowed.map(({ row }) => [0, 1, 2, 4, 9].indexOf(row)));
    for (const row of [0, 1, 2, 4, 9]) {
      const across = rowed.filter((node) => node.row === row).map(({ id }) => drawing.x.get(id));
      assert.deepEqual(across, [...across].sort((one, other) => one - other), `${seed}: row ${row}`);
    }
    const all = boxes(nodes, drawing);
    links.forEach(({ source, target }, at) => {
      const [points, rises] = [drawing.points[at], rowed[target].row - rowed[source].row];
      assert.ok(points.flat().every(Number.isFinite) && points.length <= 2 * 5, `${seed}: link ${at}`);
      const upwards = rises < 0 ? [...points].reverse() : points;
      if (rises) upwards.slice(1).forEach(([, y], place) => assert.ok(y <= upwards[place][1] + SLACK, `${seed}: link ${at} turns`));
    });
    all.forEach((one, at) => all.slice(0, at).forEach((other) => assert.ok(isBeside(one, other), `${seed}: ${one.id} on ${other.id}`)));
  }
  assert.equal(layered([{ id: "a", row: 1 }, { id: "b" }], [{ source: "a", target: "b" }]).x.get("b") > 0, true);
});

test("nothing is drawn of nothing", () => {
  const { points, width, height } = layered([], []);
  assert.deepEqual([points, width, height], [[], 0, 0]);
});

test("2,000 nodes with 8,000 links are drawn", () => {
  const [nodes, links] = generated(5, 2000, 8000);
  const { points, x } = layered(nodes, links);
  const columns = new Set(points.flat().map(([along]) => along)).size;
  assert.ok(columns > 20 && x.size === 2000);
  assert.equal(points.length, 8000);
});

/** Return how many pairs of links cross, of whatever nodes stand in two columns. */
function crossings({ y }, links) {
  const above = (one, other) => y.get(one) < y.get(other);
  return links.reduce((sum, one, at) => sum + links.slice(0, at).filter((other) => above(one.source, other.source) !== above(one.target, other.target) && one.source !== other.source && one.target !== other.target).length, 0);
}

test("two columns cross no more than in the best of all orders", () => {
  const orders = (list) => (list.length ? list.flatMap((first) => orders(list.filter((each) => each !== first)).map((rest) => [first, ...rest])) : [[]]);
  for (let seed = 0; seed < 12; seed++) {
    const draw = generator(seed);
    const nodes = Array.from({ length: 8 }, (_, id) => ({ id, width: 10, height: 10 }));
    const pairs = new Set(Array.from({ length: 4 }, (_, tail) => [tail, 4 + tail]).concat(Array.from({ length: 4 }, () => [Math.floor(4 * draw()), 4 + Math.floor(4 * draw())])).map(String));
    const links = [...pairs].map((pair) => pair.split(",").map(Number)).map(([source, target]) => ({ source, target }));
    const both = orders([0, 1, 2, 3]).flatMap((tails) => orders([4, 5, 6, 7]).map((heads) => ({ y: new Map([...tails, ...heads].map((node, at) => [node, at % 4])) })));
    const best = Math.min(...both.map((order) => crossings(order, links)));
    assert.ok(crossings(layered(nodes, links), links) <= best, `${seed}: ${crossings(layered(nodes, links), links)} for ${best}`);
  }
});

test("a long link with room is straight between its bends", () => {
  const nodes = Array.from({ length: 8 }, (_, id) => ({ id, width: 20, height: 10 + 9 * (id % 3) }));
  const links = [...Array.from({ length: 7 }, (_, at) => ({ source: at, target: at + 1 })), { source: 0, target: 7 }];
  const points = layered(nodes, links).points.at(-1).slice(2, -2);
  assert.equal(new Set(points.map(([, y]) => y.toFixed(6))).size, 1);
});

test("a link is drawn straight within its pairs and bends between them, where its text may stand", () => {
  const points = [[0, 5], [10, 5], [20, 9], [30, 9], [40, 1], [40, 1]];
  assert.equal(curve(points, "LR"), "M0.0 5.0L10.0 5.0C15.0 5.0 15.0 9.0 20.0 9.0L30.0 9.0C35.0 9.0 35.0 1.0 40.0 1.0");
  assert.match(curve(points, "TB"), /C10.0 7.0 20.0 7.0 20.0 9.0/);
  for (const direction of ["LR", "TB"]) {
    const [along] = direction === "LR" ? [0] : [1];
    const turned = points.map((point) => (along ? [...point].reverse() : point));
    const bends = onBends(turned, direction);
    assert.deepEqual(onBends(turned, direction, (bend) => bend < 0), []);
    assert.equal(bends.length, 6);
    for (const place of bends) assert.ok((place[along] > 10 && place[along] < 20) || (place[along] > 30 && place[along] < 40), String(place));
    assert.deepEqual(bends.slice(0, 2).map((place) => place.map(Math.round).at(along)).sort(), [16, 34]);
  }
});

test("links run forth whatever the order in which nodes are given, and back only where they go round", () => {
  for (let seed = 0; seed < 10; seed++) {
    const [nodes, all] = generated(seed);
    const links = all.filter(({ source, target }) => source < target);
    const drawing = layered([...nodes].reverse(), links);
    for (const { source, target } of links) assert.ok(drawing.x.get(source) < drawing.x.get(target), `${seed}: ${source} to ${target}`);
  }
  const round = layered([..."abc"].map((id) => ({ id })), ["ab", "bc", "ca"].map(([source, target]) => ({ source, target })));
  assert.deepEqual([..."abc"].map((id) => Math.sign(round.x.get(id) - round.x.get("b"))), [-1, 0, 1]);
});

// What every drawing must have: columns, order, nothing on anything else; and small graphs that are drawn without crossings.
import assert from "node:assert/strict";
import test from "node:test";

import { layered } from "../../graphdiff/page/static/layout.js";

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
      const [tail, head] = source < target ? [all[source], all[target]] : [all[target], all[source]];
      const forth = source < target ? points : [...points].reverse();
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
  assert.deepEqual([...down.y.values()], [...right.x.values()]);
  assert.deepEqual([...up.y.values()], [...right.x.values()].map((x) => right.width - x));
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
    assert.ok(drawing.points.flat(2).every(Number.isFinite));
    const all = boxes(nodes, drawing);
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

// What a state shows: questions within a part, comparisons, what is kept; and the state itself, in an address.
import assert from "node:assert/strict";
import test from "node:test";

import { sweeps } from "../../graphdiff/page/static/model.js";
import { between, cutOf, drawnOf, groupings, isSummed, keptNodes, lookedAt, modelsOf, nodeSums, passedBy, putTogether, weighted } from "../../graphdiff/page/static/scene.js";
import { fragmentOf, stateOf } from "../../graphdiff/page/static/state.js";

const NOTHING = { open: [], hide: [] };

function partOf(edges, start, end, names = ["weight"]) {
  const ids = [...new Set(edges.flatMap(([tail, head]) => [tail, head]))];
  const links = edges.map(([tail, head, ...weights]) => ({
    source: ids.indexOf(tail), target: ids.indexOf(head), ...Object.fromEntries(names.map((name, at) => [name, weights[at]])),
  }));
  const ends = (id) => (id === null ? [] : [[ids.indexOf(id), 1]]);
  return weighted({ edge_meaning: "depends on", nodes: ids.map((id) => ({ id })), links, starts: ends(start), ends: ends(end), n_nodes: ids.length });
}

const FIGURE = [["a", "b", 2], ["a", "c", 3], ["b", "d", 5], ["c", "d", -7], ["d", "e", 11], ["c", "x", 4]];

const CHANGED = [["a", "b", 2, 2], ["b", "d", 3, 5], ["a", "c", 7, null], ["c", "d", 1, 1], ["a", "e", null, 4], ["e", "d", null, 0.5]];

function drawnAt(part, n, state = NOTHING) {
  const models = lookedAt(modelsOf(part), "both");
  return drawnOf(models, keptNodes(models, n, state));
}

test("a question within a part is of what lies between its ends, and exact", () => {
  const part = partOf(FIGURE, "a", "e");
  const within = between(part, ["a", "d"]);
  assert.deepEqual(within.nodes.map(({ id }) => id), ["a", "b", "c", "d"]);
  assert.equal(sweeps(modelsOf(within)[0]).total, 2 * 5 - 3 * 7);
  assert.equal(sweeps(modelsOf(between(part, [null, "c"]))[0]).total, 3);
  assert.equal(sweeps(modelsOf(between(part, ["c", null]))[0]).total, -77);
  assert.equal(between(part, [null, null]), part);
  assert.equal(between(part, ["a", "no such node"]).nodes.length, 0);
  assert.equal(between(part, ["d", "b"]).nodes.length, 0);
});

test("without weights totals count paths, and costs are not summed", () => {
  const edges = FIGURE.map(([tail, head]) => [tail, head]);
  assert.equal(sweeps(modelsOf(partOf(edges, "a", "e", []))[0]).total, 2);
  const costs = partOf(FIGURE, "a", "e", ["cost"]);
  assert.equal(costs.measure, "cost");
  assert.equal(isSummed(modelsOf(costs)[0]), false);
  assert.equal(cutOf(drawnAt(costs, 9)), null);
  assert.deepEqual(drawnAt(costs, 9).links.map(({ weight }) => weight).sort(), [-7, 11, 2, 3, 4, 5].sort());
});

test("a part whose sum is not that of the record is not summed", () => {
  const part = partOf(FIGURE, "a", "e");
  const [right, wrong, text] = [-121, -120, "-242/2"].map((total) => isSummed(modelsOf({ ...part, total })[0]));
  assert.deepEqual([right, wrong, text], [true, false, true]);
  assert.equal(isSummed(modelsOf({ ...part, summed: false })[0]), false);
  const [before, after] = modelsOf({ ...partOf(CHANGED, "a", "d", ["weight_before", "weight_after"]), total_before: 13, total: 11, summed: false });
  assert.deepEqual([isSummed(before), isSummed(after)], [true, false]);
});

test("the links that leave the start sum to the total, whatever is put away or opened", () => {
  const part = partOf(FIGURE, "a", "e");
  for (const state of [NOTHING, { open: [], hide: ["b", "c"] }, { open: ["x"], hide: ["d"] }, { open: [], hide: ["a", "e"] }]) {
    const drawn = drawnAt(part, 4, state);
    assert.ok(drawn.nodes.includes(0), "an end is not put away");
    assert.deepEqual([cutOf(drawn).sum, cutOf(drawn).total], [-121, -121]);
  }
  const names = (state) => drawnAt(part, 3, state).nodes.map((place) => part.nodes[place].id);
  assert.ok(names({ open: ["x"], hide: [] }).includes("x"));
  assert.ok(!names({ open: [], hide: ["d"] }).includes("d"));
});

test("what a dashed link passes are the hidden nodes between its ends, the largest first", () => {
  const part = partOf(FIGURE, "a", "e");
  const [model] = modelsOf(part);
  const kept = new Set([0, 4]);
  const ids = passedBy(model, kept, { source: 0, target: 4 }).map((place) => part.nodes[place].id);
  assert.deepEqual(ids.map((id) => "bcd".includes(id)), [true, true, true]);
  assert.equal(ids.length, 3);
  assert.equal(ids[0], "c");
  assert.deepEqual(passedBy(model, new Set([0, 3, 4]), { source: 3, target: 4 }), []);
});

test("of a comparison what each drawn link did sums to the change of the total, at every number of nodes", () => {
  const part = partOf(CHANGED, "a", "d", ["weight_before", "weight_after"]);
  assert.ok(part.isCompared);
  for (const n of [2, 3, 4, 5]) {
    const drawn = drawnAt(part, n);
    assert.deepEqual([drawn.before.total, drawn.after.total], [13, 12]);
    const changes = drawn.links.map(({ change }) => change);
    assert.ok(Math.abs(changes.reduce((sum, change) => sum + change, 0) + 1) < 1e-12, `${n}: ${changes}`);
  }
  const statuses = Object.fromEntries(drawnAt(part, 5).links.map((link) => [`${part.nodes[link.source].id}${part.nodes[link.target].id}`, link.status]));
  assert.deepEqual(statuses, { ab: "kept", bd: "changed", ac: "removed", cd: "kept", ae: "added", ed: "added" });
  assert.deepEqual(lookedAt(modelsOf(part), "before").map((model) => sweeps(model).total), [13]);
  assert.deepEqual(lookedAt(modelsOf(part), "after").map((model) => sweeps(model).total), [12]);
});

test("what ends count otherwise than before did its part of the change, at every number of nodes", () => {
  const part = { ...partOf(CHANGED, "a", "d", ["weight_before", "weight_after"]), starts: [[0, 2, 3]], ends: [[2, 5, 0.5]], annotation: "comparison" };
  assert.equal(part.nodes[2].id, "d");
  for (const n of [1, 2, 3, 5]) {
    const drawn = drawnAt(part, n);
    assert.deepEqual([drawn.before.total, drawn.after.total], [13 * 1.5, 12 * 10]);
    const changes = [...drawn.links, ...drawn.counted].map(({ change }) => change);
    assert.ok(Math.abs(changes.reduce((sum, change) => sum + change, 0) - 100.5) < 1e-9, `${n}: ${changes}`);
  }
  assert.deepEqual(drawnAt(part, 5).counted.map(({ place, weight_before: old, weight_after: now }) => [place, old, now]), [[0, 3, 2], [2, 0.5, 5]]);
});

test("a comparison asks between any two nodes, of both sides, unless it says why not", () => {
  const part = partOf(CHANGED, null, null, ["weight_before", "weight_after"]);
  assert.ok(part.isAskable);
  const totals = (ends) => modelsOf(between(part, ends)).map((model) => sweeps(model).total);
  assert.deepEqual(totals(["a", "d"]), [13, 12]);
  assert.deepEqual(totals(["a", "c"]), [7, 0]);
  const { nodes, starts, ends } = between({ ...part, starts: [[0, 2, 3]], ends: [[2, 5, 0.5]] }, ["b", null]);
  assert.deepEqual([nodes.map(({ id }) => id), starts, ends], [["b", "d"], [[0, 1]], [[1, 5, 0.5]]]);
  assert.ok(!weighted({ ...part, unasked: "cycles" }).isAskable);
});

test("where nothing is summed what changed is drawn first, and no more than was asked for; on a side what is there", () => {
  const part = partOf([...Array.from({ length: 9 }, (_, at) => ["hub", `n${at}`, 1, 1]), ["x", "y", null, 1], ["x", "z", 1, null]], null, null, ["weight_before", "weight_after"]);
  for (const link of part.links) link.status = link.weight_before === link.weight_after ? "kept" : "changed";
  Object.assign(part.nodes.find(({ id }) => id === "y"), { status: "added" });
  Object.assign(part.nodes.find(({ id }) => id === "n3"), { status: "kept", version_before: "1", version_after: "2" });
  const names = (n, mode) => [...keptNodes(lookedAt(modelsOf(part), mode), n, { ...NOTHING, mode })].map((place) => part.nodes[place].id).sort();
  assert.deepEqual(names(4, "both"), ["n3", "x", "y", "z"]);
  assert.deepEqual(names(5, "both"), ["hub", "n3", "x", "y", "z"]);
  assert.deepEqual(names(4, "before"), ["n3", "x", "z"]);
  assert.deepEqual(names(4, "after"), ["n3", "x", "y", "z"]);
  for (const n of [1, 3, 7, 12]) assert.ok(names(n, "both").length <= n);
});

test("a comparison of graphs without an edge is one", () => {
  const part = weighted({ nodes: [{ id: "a" }], links: [], starts: [], ends: [], annotation: "comparison" });
  assert.deepEqual([part.isCompared, modelsOf(part).length], [true, 2]);
});

test("no more nodes are drawn of a comparison than were asked for", () => {
  const edges = Array.from({ length: 12 }, (_, at) => [["s", `n${at}`, at < 6 ? 1 : null, at < 6 ? null : 1], [`n${at}`, "t", 1, 1]]).flat();
  for (const n of [3, 5, 8]) assert.ok(keptNodes(modelsOf(partOf(edges, "s", "t", ["weight_before", "weight_after"])), n, NOTHING).size <= n);
});

test("nodes put together and taken apart leave every sum as it is", () => {
  const part = partOf([...FIGURE, ["b", "c", 0.5]], "a", "e");
  const whole = drawnAt(part, 5);
  const by = (groups) => putTogether(whole, (place) => groups[part.nodes[place].id] ?? null);
  for (const groups of [{}, { b: "g", c: "g" }, { b: "g", c: "g", d: "g" }, { b: "g", d: "g" }, { b: "g" }]) {
    const drawn = by(groups);
    assert.equal(cutOf(drawn).sum, whole.total);
    for (const [number, group] of drawn.groups) {
      const leaving = drawn.links.filter(({ source }) => source === number).reduce((sum, link) => sum + link.contribution, 0);
      assert.ok(Math.abs(leaving - group.contribution) < 1e-9);
    }
  }
  const drawn = by({ b: "g", c: "g" });
  assert.deepEqual([...drawn.groups.values()].map(({ key, places }) => [key, places.length]), [["g", 2]]);
  assert.deepEqual(drawn.links.map(({ links }) => links.length).sort(), [1, 2, 2]);
  assert.equal(by({ b: "g" }).groups.size, 0);
});

test("nodes are put together by texts that many have, and few of each", () => {
  const nodes = Array.from({ length: 8 }, (_, at) => ({ id: `n${at}`, module: `m${at % 2}`, file: `f${at}`, version: "1", size: 3, rare: at ? undefined : "x" }));
  assert.deepEqual(groupings({ nodes }), ["module"]);
});

test("where the total is 0 there are no shares", () => {
  const sums = nodeSums(modelsOf(partOf([["a", "b", 1], ["a", "c", 1], ["b", "d", 2], ["c", "d", -2]], "a", "d"))[0]);
  assert.deepEqual(sums.map(({ share }) => share), [null, null, null, null]);
  assert.deepEqual(sums.map(({ contribution, paths }) => [contribution, paths]), [[0, 2], [2, 1], [-2, 1], [0, 2]]);
});

test("an address holds every state, with whatever names", () => {
  const names = ["a,b", "c;d&n=3", "é#%", "<img src=x>", "100%"];
  const state = { why: [names.slice(0, 2), [null, names[2]]], n: 40, node: names[3], edge: [names[4], ""], path: 2, mode: "after", by: names[0], group: names[1], apart: names, open: names, hide: [names[1]], q: "x=y" };
  assert.deepEqual(stateOf(fragmentOf(state)), state);
  assert.deepEqual(stateOf(fragmentOf({ ...state, n: Infinity })).n, Infinity);
  assert.equal(fragmentOf(stateOf("")), "#");
  assert.equal(stateOf("#node=").node, "");
  assert.deepEqual(stateOf(fragmentOf({ ...state, node: "" })).node, "");
  assert.equal(fragmentOf({ ...stateOf(""), node: "half \ud800 a letter 😀" }), `#node=${encodeURIComponent("half \ufffd a letter 😀")}`);
  assert.deepEqual(stateOf("#node=100%&n=many&mode=sideways&path=-1&else"), { ...stateOf(""), node: "100%" });
});

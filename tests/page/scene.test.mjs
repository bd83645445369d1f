// What a state shows: questions within a part, comparisons, what is kept; and the state itself, in an address.
import assert from "node:assert/strict";
import test from "node:test";

import { cutSum, sweeps } from "../../graphdiff/page/static/model.js";
import { between, canOpen, cutOf, drawnOf, groupings, groupsOf, isSummed, keptNodes, lookedAt, modelsOf, nodeSums, passedBy, putTogether, sizeOf, unheld, weighted } from "../../graphdiff/page/static/scene.js";
import { fragmentOf, stateOf } from "../../graphdiff/page/static/state.js";

const NOTHING = { open: [], hide: [] };

/** What a record says of a comparison, and of a profile. */
function kindOf(names) {
  return { ...(names.includes("weight_before") ? { annotation: "comparison" } : {}), ...(names.includes("cost") ? { unit: "s" } : {}) };
}

function partOf(edges, start, end, names = ["weight"]) {
  const ids = [...new Set(edges.flatMap(([tail, head]) => [tail, head]))];
  const links = edges.map(([tail, head, ...weights]) => ({
    source: ids.indexOf(tail), target: ids.indexOf(head), ...Object.fromEntries(names.map((name, at) => [name, weights[at]])),
  }));
  const ends = (id) => (id === null ? [] : [[ids.indexOf(id), 1]]);
  return weighted({ edge_meaning: "depends on", nodes: ids.map((id) => ({ id })), links, starts: ends(start), ends: ends(end), n_nodes: ids.length, ...kindOf(names) });
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

test("what leads to a start that leads nowhere, or on from an end, is refused, and numbers of these are not said", () => {
  const edges = [["p", "q", 2], ["r", "t", 1], ["r", "p", 1]];
  const part = { ...partOf(edges, "p", "t"), starts: [[0, 1], [1, 1], [2, 1]], astray: [[0, 1], []] };
  assert.match(unheld(part, ["p", "q"]), /^What leads to q is not in this page/);
  assert.equal(between(part, ["p", "q"]).nodes.length, 0);
  assert.equal(unheld(part, ["p", null]), "");
  assert.equal(unheld(part, [null, "t"]), "");
  assert.match(unheld({ ...part, astray: [[], [3]] }, ["t", null]), /^What t leads to is not in this page/);
  assert.deepEqual(nodeSums(modelsOf(part)[0]).map(({ tangent }) => tangent), [null, null, 1, 1]);
  const within = between(part, ["r", null]);
  assert.deepEqual([within.astray, within.nodes.map(({ id }) => id)], [null, ["r", "t"]]);
});

test("what an attribute is called makes no comparison and no profile of an answer, and what all objects have is no fact", () => {
  const named = (names) => weighted({ ...partOf(FIGURE, "a", "e"), annotation: "contribution", links: partOf(FIGURE.map((edge) => [...edge, 1, 2]), "a", "e", ["weight", ...names]).links });
  for (const names of [["weight_before", "weight_after"], ["cost", "calls"]]) {
    const { isCompared, measure } = named(names);
    assert.deepEqual([isCompared, measure], [false, undefined]);
  }
  const nodes = [..."abcdef"].map((id, at) => ({ id, ...(at < 4 ? { toString: at < 2 ? "x" : "y" } : {}) }));
  assert.deepEqual(groupings({ nodes }), ["toString"]);
  assert.deepEqual(groupings({ nodes: nodes.map(({ id }, at) => (at ? { id } : { id, valueOf: "x" })) }), []);
});

test("weights beyond the floats are their digits", () => {
  const part = weighted({ nodes: [{ id: "a" }, { id: "b" }], links: [{ source: 0, target: 1, weight: `1${"0".repeat(400)}` }], starts: [[0, 1]], ends: [[1, 1]], summed: false, annotation: "contribution" });
  assert.equal(drawnAt(part, 2).links[0].weight, "1000000000…0000000000 (401 digits)");
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
  assert.deepEqual(names(1, "both"), ["n3"], "as large as what is new, and before it");
  assert.deepEqual(names(4, "both"), ["n3", "x", "y", "z"]);
  assert.deepEqual(names(5, "both"), ["hub", "n3", "x", "y", "z"]);
  assert.deepEqual(names(4, "before"), ["n3", "x", "z"]);
  assert.deepEqual(names(4, "after"), ["n3", "x", "y", "z"]);
  for (const n of [1, 3, 7, 12]) assert.ok(names(n, "both").length <= n);
});

test("of what changed the largest is drawn first, whether it is new, gone or neither", () => {
  const part = partOf([["s", "a", 1, 1], ["s", "b", 1, null], ["s", "c", null, 1], ["s", "big", 1, 1], ["big", "x", 1, 1], ["big", "y", 1, 1]], null, null, ["weight_before", "weight_after"]);
  Object.assign(part.nodes.find(({ id }) => id === "big"), { status: "kept", version_before: "1", version_after: "2" });
  Object.assign(part.nodes.find(({ id }) => id === "c"), { status: "added" });
  const first = (of, n) => [...keptNodes(modelsOf(of), n, { ...NOTHING, mode: "both" })].map((place) => of.nodes[place].id).sort();
  assert.deepEqual(first(part, 1), ["big"]);
  const costs = { new: [undefined, 1, "added"], gone: [7, undefined, "removed"], less: [20, 9, "kept"], still: [90, 90, "kept"], called: [0, 0, "kept"], member: [0, 0, "kept"] };
  const nodes = Object.entries(costs).map(([id, [before, after, status]]) => ({ id, self_before: before, self_after: after, status }));
  nodes.at(-1).members = ["one", "other"];
  const links = [{ source: 0, target: 1, cost_before: 1, cost_after: 2 }];
  const rows = [{ name: "calls", change: -5, ends: ["still", "called"] }, { name: "own", change: 8, ends: ["other"] }];
  const profile = weighted({ nodes, links, starts: [], ends: [], annotation: "profiles", unit: "Ir", account: { rows } });
  const inOrder = nodes.map((_, n) => first(profile, n + 1)).map((names, n, all) => names.find((name) => !all[n - 1]?.includes(name)));
  assert.deepEqual(inOrder, ["less", "member", "gone", "still", "called", "new"]);
});

test("a comparison of graphs without an edge is one", () => {
  const part = weighted({ nodes: [{ id: "a" }], links: [], starts: [], ends: [], annotation: "comparison" });
  assert.deepEqual([part.isCompared, modelsOf(part).length], [true, 2]);
});

test("no more nodes are drawn of a comparison than were asked for", () => {
  const edges = Array.from({ length: 12 }, (_, at) => [["s", `n${at}`, at < 6 ? 1 : null, at < 6 ? null : 1], [`n${at}`, "t", 1, 1]]).flat();
  for (const n of [3, 5, 8]) assert.ok(keptNodes(modelsOf(partOf(edges, "s", "t", ["weight_before", "weight_after"])), n, NOTHING).size <= n);
});

/** Return what is drawn of all nodes with groups of them, as a state has them open. */
function groupedAt(part, state = {}, n = 9) {
  const models = lookedAt(modelsOf(part), state.mode ?? "both");
  const together = groupsOf(models, n, { by: "in_group", apart: [], open: [], hide: [], node: null, ...state });
  return putTogether(drawnOf(models, new Set(models[0].nodes.keys())), together);
}

function inGroups(part, groups) {
  return { ...part, grouped_by: "team", nodes: part.nodes.map((node) => ({ ...node, in_group: groups[node.id] })) };
}

test("tokens and logits stay where nothing is summed, too", () => {
  const part = partOf([["a", "b", 1], ["b", "c", 1], ["b", "d", 1]], null, null);
  part.nodes[0].placed = { row: 0, stays: true };
  part.nodes[3].placed = { row: 2, stays: true };
  assert.deepEqual([...keptNodes(modelsOf(part), 2, NOTHING)], [0, 3]);
});

test("nodes put together and taken apart leave every sum as it is", () => {
  const part = partOf([...FIGURE, ["b", "c", 0.5]], "a", "e");
  for (const groups of [{}, { b: "g", c: "g" }, { b: "g", c: "g", d: "g" }, { b: "g", d: "g" }, { b: "g" }]) {
    const drawn = groupedAt(inGroups(part, groups));
    assert.equal(cutOf(drawn).sum, drawn.total);
    for (const [number, group] of drawn.groups) {
      const leaving = drawn.links.filter(({ source }) => source === number).reduce((sum, link) => sum + link.contribution, 0);
      assert.ok(Math.abs(leaving - group.contribution) < 1e-9);
    }
  }
  const drawn = groupedAt(inGroups(part, { b: "g", c: "g", d: "h", x: "i" }));
  assert.deepEqual([...drawn.groups.values()].map(({ key, places, size }) => [key, places.length, size]), [["g", 2, 2]]);
  assert.deepEqual(drawn.links.map(({ links }) => links.length).sort(), [1, 1, 2, 2]);
  assert.equal(groupedAt(inGroups(part, { b: "g", c: "h", d: "i", x: "j" })).groups.size, 0);
});

/** Return a graph of random weights with signs and, on the way, groups of its nodes: none of these need be next to another. */
function randomPart(random, names) {
  const n = 8 + Math.floor(10 * random());
  const weight = () => Math.round(8 * random() - 4) / 2 || 1;
  const edges = [];
  for (let head = 1; head < n; head++) {
    for (let tail = 0; tail < head; tail++) if (tail === head - 1 || random() < 0.3) edges.push([`n${tail}`, `n${head}`, ...names.map(() => (random() < 0.2 && names.length > 1 ? null : weight()))]);
  }
  const part = partOf(edges, "n0", `n${n - 1}`, names);
  const starts = [...part.starts, [1, 2]];
  const ends = [...part.ends, [Math.floor(n / 2), -1]];
  return inGroups({ ...part, starts, ends }, Object.fromEntries(part.nodes.map(({ id }) => [id, `g${Math.floor(4 * random())}`])));
}

function randomNumbers(seed) {
  let state = seed * 104729 + 1;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

/** Look at the cut of the starts and at ones that are made up: over each what is drawn sums to the total. */
function assertSums(drawn, random, what) {
  const sides = [drawn.starts, ...[0, 1, 2].map(() => new Set(drawn.nodes.filter(() => random() < 0.5)))];
  const size = drawn.links.reduce((sum, { contribution }) => sum + Math.abs(contribution), Math.abs(drawn.total));
  for (const side of sides) assert.ok(Math.abs(cutSum(drawn, side) - drawn.total) <= 1e-9 * size, `${what}: ${cutSum(drawn, side)} is not ${drawn.total}`);
}

const STATES = Array.from({ length: 16 }, (_, bits) => ["g0", "g1", "g2", "g3"].filter((_, at) => bits & (1 << at)));

test("over every cut groups sum to the total, whichever of them are open and however much of them is drawn", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = randomNumbers(seed);
    const part = randomPart(random, ["weight"]);
    for (const apart of STATES) {
      for (const n of [1, 2, 40]) {
        const drawn = groupedAt(part, { apart, node: seed % 2 ? "n2" : null, open: ["n3"], hide: ["n1", "n4"] }, n);
        assertSums(drawn, random, `${seed} ${apart} ${n}`);
        assert.ok([...drawn.starts, ...drawn.ends].every((number) => drawn.nodes.includes(number)), "ends are what is drawn");
        const held = drawn.nodes.flatMap((number) => drawn.groups.get(number)?.places ?? [number]);
        assert.deepEqual(held.sort((one, other) => one - other), [...part.nodes.keys()], "each node is drawn once");
      }
    }
  }
});

test("groups of a comparison sum before and after, and what their edges did to the change between them", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = randomNumbers(seed);
    const part = randomPart(random, ["weight_before", "weight_after"]);
    const whole = drawnOf(modelsOf(part), new Set(part.nodes.keys()));
    for (const apart of STATES) {
      const drawn = groupedAt(part, { apart });
      for (const side of [drawn.before, drawn.after]) assertSums(side, random, `${seed} ${apart}`);
      const did = (links) => links.reduce((sum, { change }) => sum + change, 0);
      const inner = whole.links.filter(({ source, target }) => drawn.numberOf(source) === drawn.numberOf(target));
      assert.ok(Math.abs(did(drawn.links) + did(inner) - (drawn.after.total - drawn.before.total)) < 1e-6);
      assert.ok(drawn.links.some(({ change }) => change));
      for (const link of drawn.links) assert.ok(link.links.length > 0 && (link.before || link.after), "a link is of one side at least");
    }
  }
});

test("without ends what stands at edges between groups is what they add up, whatever is open", () => {
  const part = inGroups(partOf([["a", "b"], ["a", "c"], ["b", "c"], ["c", "d"]], null, null, []), { a: "g", b: "g", c: "h", d: "h" });
  const weights = (apart) => groupedAt(part, { apart }).links.map(({ weight }) => weight).sort();
  assert.deepEqual([weights([]), weights(["g"]), weights(["h"]), weights(["g", "h"])], [[2], [1, 1, 1], [1, 2], [1, 1, 1, 1]]);
});

test("a group that stays closed counts as many as it holds, and the smallest are one where more are not drawn", () => {
  const nodes = [{ id: "big", in_group: "big", inner_edges: 7, members: ["p", "q", "r"] }, ..."abcdef".split("").map((id, at) => ({ id, in_group: `g${at >> 1}` }))];
  const part = weighted({ edge_meaning: "depends on", grouped_by: "team", nodes, links: [{ source: 0, target: 1 }], starts: [], ends: [], n_nodes: 9 });
  const { groups, alone } = groupsOf(modelsOf(part), 2, { by: "in_group", apart: [], open: [], hide: [], node: null });
  assert.deepEqual([...groups.values()].map(({ key, size }) => [key, size]), [["g0", 2], ["(other groups)", 4]]);
  assert.deepEqual([[...alone], [...groups.values()].map(canOpen)], [[0], [true, false]]);
  assert.equal(sizeOf(nodes[0]), 3);
  const opened = groupsOf(modelsOf(inGroups(partOf([["a", "b"], ["a", "c"], ["a", "d"]], null, null, []), { a: "g", b: "g", c: "g", d: "g" })), 1, { by: "in_group", apart: ["g"], open: [], hide: [], node: null });
  assert.deepEqual([[...opened.alone], [...opened.groups.values()].map(({ isRest, places }) => [isRest, places])], [[0], [[true, [1, 2, 3]]]]);
});

test("nodes are put together by texts that many have, and few of each", () => {
  const nodes = Array.from({ length: 8 }, (_, at) => ({ id: `n${at}`, module: `m${at % 2}`, file: `f${at}`, version: "1", size: 3, rare: at ? undefined : "x" }));
  assert.deepEqual(groupings({ nodes }), ["module"]);
  assert.deepEqual(groupings({ nodes, grouped_by: "module" }), ["in_group"], "the record's own first, and once");
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
  assert.deepEqual([stateOf("").by, stateOf("#by=").by, fragmentOf({ ...stateOf(""), by: "" })], [null, "", "#by="]);
  assert.deepEqual(stateOf(fragmentOf({ ...state, node: "" })).node, "");
  assert.equal(fragmentOf({ ...stateOf(""), node: "half \ud800 a letter 😀" }), `#node=${encodeURIComponent("half \ufffd a letter 😀")}`);
  assert.deepEqual(stateOf("#node=100%&n=many&mode=sideways&path=-1&else"), { ...stateOf(""), node: "100%" });
});

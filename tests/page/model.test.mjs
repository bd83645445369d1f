// Hand-worked: Olah's figure is a -> b, c -> d with two paths, and small graphs with loops.
import assert from "node:assert/strict";
import test from "node:test";

import { asNumber, bothSides, cancels, chosen, cutSum, eliminated, makeModel, sumWithin, sweeps, without } from "../../graphdiff/page/static/model.js";

function modelOf(text, { starts = "a", ends = "d", ...rest } = {}) {
  const names = [...new Set(text.match(/[a-z]/g))].sort();
  const links = text.split(" ").map((word) => {
    const [, tail, head, weight] = /^([a-z])([a-z])([-\d./]+)$/.exec(word);
    return { source: names.indexOf(tail), target: names.indexOf(head), weight: weight.includes("/") ? weight : Number(weight) };
  });
  const pairs = (list) => [...list].map((name) => [names.indexOf(name), 1]);
  return makeModel({ nodes: names.map((id) => ({ id })), links, starts: pairs(starts), ends: pairs(ends), ...rest });
}

test("two paths of 10 and 21 make a total of 31", () => {
  const model = modelOf("ab2 ac3 bd5 cd7");
  const { tangent, adjoint, total, contributions } = sweeps(model);
  assert.equal(total, 31);
  assert.deepEqual([...tangent], [1, 2, 3, 31]);
  assert.deepEqual([...adjoint], [31, 5, 7, 1]);
  assert.deepEqual([...contributions], [10, 21, 10, 21]);
});

test("a node that goes leaves a link with the product of its weights", () => {
  const drawn = eliminated(modelOf("ab2 ac3 bd5 cd7"), new Set([0, 1, 3]));
  const told = drawn.links.map((link) => [link.source, link.target, link.weight, link.direct, link.paths, link.share]);
  assert.deepEqual(told, [[0, 1, 2, true, 1, 10 / 31], [0, 3, 21, false, 1, 21 / 31], [1, 3, 5, true, 1, 10 / 31]]);
  assert.deepEqual(drawn.nodes, [0, 1, 3]);
  assert.equal(cutSum(drawn), 31);
});

test("a link beside ways that pass hidden nodes is one with them, and says so", () => {
  const [link] = eliminated(modelOf("ab2 bd5 ad1 ad4"), new Set([0, 2])).links;
  const { weight, direct, paths, links } = link;
  assert.deepEqual([weight, direct, paths, links.map(({ number }) => number)], [15, false, 3, [2, 3]]);
});

test("ways that cancel leave a link of weight 0, and no shares", () => {
  const drawn = eliminated(modelOf("ab2 ac2 bd3 cd-3"), new Set([0, 3]));
  assert.deepEqual(drawn.links.map(({ weight, paths, share }) => [weight, paths, share]), [[0, 2, null]]);
});

test("what runs through drawn nodes alone passes no other, nor starts, nor ends there", () => {
  const model = modelOf("ab2 ac3 bd5 cd7 ad4");
  const sum = (...nodes) => sumWithin(model, new Set(nodes));
  assert.deepEqual([sum(0, 1, 2, 3), sum(0, 1, 3), sum(0, 3), sum(0, 1, 2), sum(1, 2, 3)], [35, 14, 4, 0, 0]);
  const loops = modelOf("ab2 bb0.5 bd3 ad4");
  assert.deepEqual([sumWithin(loops, new Set([0, 1, 2])), sumWithin(loops, new Set([0, 2]))], [16, 4]);
  const itself = modelOf("ab2", { starts: "a", ends: "ab" });
  assert.deepEqual([sumWithin(itself, new Set([0, 1])), sumWithin(itself, new Set([0]))], [3, 1]);
  const told = makeModel({ ...model.part, links: model.part.links.map((link, at) => ({ ...link, eliminated: at === 4 })) });
  assert.equal(sumWithin(told, new Set([0, 1, 3])), 10);
});

test("of paths of 10 and -21 each side is known, in all and by node, and there are no shares", () => {
  const model = modelOf("ab2 ac3 bd5 cd-7");
  assert.deepEqual(bothSides(model), { total: [10, -21], nodes: [[10, -21], [10, 0], [0, -21], [10, -21]] });
  assert.ok(eliminated(model, new Set([0, 1, 3])).links.every(({ share }) => share === null));
  assert.deepEqual([modelOf("ab2 ac3 bd-5 cd-7"), modelOf("ab-2 bd-3"), modelOf("ab0.1 bd0.2 ad0.3")].map(cancels), [false, false, false]);
  const [rounds, loops] = [modelOf("ab2 bb0.5 bd3"), modelOf("ab2 bb-0.5 bd3")];
  assert.deepEqual([bothSides(rounds), cancels(rounds), cancels(loops)], [null, false, true]);
});

test("tokens and logits that stay are drawn however few nodes are", () => {
  const model = modelOf("ac1 bc1 cd9 ce1", { starts: "ab", ends: "de" });
  for (const node of [0, 1, 3]) model.nodes[node].placed = { row: 0, stays: true };
  assert.deepEqual([...chosen(model, 4)].slice(0, 3), [0, 1, 3]);
});

test("hidden starts and ends are one node each, and what leaves it is the total", () => {
  const model = modelOf("ac2 bc3 cd5 ce7", { starts: "ab", ends: "de" });
  const drawn = eliminated(model, new Set([1, 2, 3]));
  assert.deepEqual(drawn.nodes, [1, 2, 3, 5, 6]);
  assert.deepEqual([[...drawn.starts], [...drawn.ends]], [[1, 5], [3, 6]]);
  assert.equal(cutSum(drawn), 60);
});

test("walks round a loop of one half are two, round one of 1 have no number and stay", () => {
  const half = modelOf("ab2 bb0.5 bd3");
  assert.equal(sweeps(half).total, 12);
  assert.deepEqual(eliminated(half, new Set([0, 2])).links.map(({ weight, paths }) => [weight, paths]), [[12, null]]);
  const whole = modelOf("ab2 bb1 bd3");
  assert.equal(sweeps(whole), null);
  const drawn = eliminated(whole, new Set([0, 2]));
  assert.deepEqual([drawn.nodes, drawn.total, drawn.links[0].contribution], [[0, 1, 2], null, null]);
});

test("a loop that leaves nothing to divide by waits for the others", () => {
  // I - A has 0 where b is, and its determinant is 1
  assert.equal(sweeps(modelOf("ab1 bb1 bc1 cb-1 cd1")).total, 1);
});

test("walks that would take too many joins are not summed, and what is left of them stays", () => {
  const places = [...Array(190).keys()];
  const links = places.flatMap((source) => places.map((target) => ({ source, target, weight: source === target ? 0 : 1e-3 })));
  const model = makeModel({ nodes: places.map((id) => ({ id })), links, starts: [[0, 1]], ends: [[1, 1]] });
  assert.equal(sweeps(model), null);
  const { nodes } = eliminated(model, new Set([0, 1]));
  assert.ok(nodes.length > 2 && nodes.length < 100);
});

test("without a node that walks pass: a number where they are proved to have a sum, else none", () => {
  const model = modelOf("ab1 bc0.5 cb0.5 bd1 cd1");
  assert.equal(sweeps(model).total, 2);
  assert.equal(without(model, 2), 1);
  assert.equal(without(model, 0), null);
  const wild = modelOf("ab1 bb1 bc1 cb-1 cd1 ae1 ed1");
  assert.equal(without(wild, 4), null);
});

test("what is inside a merged component carries nothing", () => {
  const nodes = [{ id: "a" }, { id: "b, c", members: ["b", "c"] }, { id: "d" }];
  const links = [[0, 1], [1, 1], [1, 2]].map(([source, target]) => ({ source, target, weight: 1 }));
  assert.equal(sweeps(makeModel({ nodes, links, starts: [[0, 1]], ends: [[2, 1]] })).total, 1);
});

test("fractions are text, and other text is no number", () => {
  assert.deepEqual(["1/4", "-3/2", "12345678901234567890", 0.5].map(asNumber), [0.25, -1.5, 12345678901234567000, 0.5]);
  for (const text of ["(1+2j)", "alpha", "", "1/", "/2", "1/2/3", null, undefined, true]) assert.ok(Number.isNaN(asNumber(text)), text);
  assert.equal(sweeps(modelOf("ab1/2 bd1/3")).total, 1 / 6);
  const vast = { source: 0, target: 1, weight: `${"9".repeat(400)}/${"3".repeat(400)}`, approximately: { weight: 3 } };
  assert.equal(makeModel({ nodes: [{ id: "a" }, { id: "d" }], links: [vast] }).links[0].weight, 3);
  const symbols = makeModel({ nodes: [{ id: "a" }, { id: "d" }], links: [{ source: 0, target: 1, weight: "w" }], starts: [[0, 1]], ends: [[1, 1]] });
  assert.deepEqual([symbols.numeric, symbols.summed, chosen(symbols, 1).size], [false, false, 1]);
  assert.deepEqual(eliminated(symbols, new Set([0, 1])).links.map(({ share, paths }) => [share, paths]), [[null, null]]);
});

test("before a change there are the links that have a weight before", () => {
  const links = [{ source: 0, target: 1, weight_before: 2, weight_after: 3 }, { source: 0, target: 1, weight_after: 5, weight_before: null }];
  const part = { nodes: [{ id: "a" }, { id: "d" }], links, starts: [[0, 1]], ends: [[1, 1]] };
  assert.deepEqual(["weight_before", "weight_after"].map((name) => sweeps(makeModel(part, name)).total), [2, 8]);
});

test("of a whole graph the nodes of most links are drawn, and nothing is summed", () => {
  const model = modelOf("ab1 bc1 bd1 cd1", { starts: "", ends: "" });
  assert.deepEqual([...chosen(model, 2)], [1, 2]);
  const drawn = eliminated(model, chosen(model, 2));
  assert.deepEqual([drawn.total, drawn.links.map(({ contribution, weight }) => [contribution, weight])], [null, [[null, 1]]]);
});

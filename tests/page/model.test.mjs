// Hand-worked: Olah's figure is a -> b, c -> d with two paths, and small graphs with loops.
import assert from "node:assert/strict";
import test from "node:test";

import { chosen, cutSum, eliminated, makeModel, sweeps, without } from "../../graphdiff/page/static/model.js";

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
  const [direct, , past] = [...drawn.links].sort((one, other) => one.target - other.target || other.source - one.source);
  assert.deepEqual(drawn.nodes, [0, 1, 3]);
  assert.equal(direct.weight, 2);
  assert.equal(past.weight, 21);
  assert.deepEqual([direct.direct, past.direct, past.ways, past.paths], [true, false, 1, 1]);
  assert.equal(cutSum(drawn), 31);
});

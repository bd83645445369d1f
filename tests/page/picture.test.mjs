// What lines look like, and what they mean: of what is drawn, and of nothing else.
import assert from "node:assert/strict";
import test from "node:test";

import { largestTitle, legendOf, statusIn } from "../../graphdiff/page/static/picture.js";

const kinds = (links, total) => legendOf({ links, total }).map(([kind]) => kind);

test("the legend has what is drawn only", () => {
  assert.deepEqual(kinds([{ direct: true, share: 1, contribution: 2 }], 2), [""]);
  assert.deepEqual(kinds([{ direct: false, share: -1, contribution: -2 }, { direct: true, share: 0, contribution: 0 }], 2), ["", "dashed", "minus", "nothing"]);
  assert.deepEqual(kinds([{ direct: true, status: "added" }, { direct: true, status: "kept" }], null), ["kept", "added"]);
});

test("of a negative answer what is against it takes away, not what is negative", () => {
  assert.deepEqual(kinds([{ direct: true, share: 0.5, contribution: -1 }], -2), [""]);
  assert.deepEqual(kinds([{ direct: true, share: -0.5, contribution: 1 }], -2), ["", "minus"]);
  assert.deepEqual(kinds([{ direct: true, share: null, contribution: -1 }], 0), ["", "minus"]);
});

test("a status is one of a comparison, or a fact like others", () => {
  const compared = { part: { isCompared: true } };
  assert.deepEqual([statusIn(compared, { status: "added" }), statusIn(compared, { status: "constructor" }), statusIn(compared, {}), statusIn(compared, undefined)], ["added", "", "", ""]);
  assert.equal(statusIn({ part: {} }, { status: "added" }), "");
});

test("what comes first is said by what it is", () => {
  assert.equal(largestTitle({ isSummed: true, part: {} }), "What most of the answer passes");
  assert.equal(largestTitle({ isSummed: false, part: { measure: "cost", isCompared: true } }), "What changed most by itself");
});

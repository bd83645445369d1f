"""The text of `Gains`: the total before and after, what that rests on, and each change where there are several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphdiff.arithmetic import Number
from graphdiff.text.amounts import SECONDS, amount
from graphdiff.text.numbers import percent, shorten
from graphdiff.text.tables import WIDTH, aligned

if TYPE_CHECKING:
    from graphdiff.profiles.gains import Gains
    from graphdiff.profiles.overlaps import Bounds
    from graphdiff.profiles.savings import Saving

#: Below which part of the total the ends of a range are told as one number in per cent.
ALIKE = 0.0005
#: So many changes are listed, and to how many characters the name of a function is shortened in a sentence.
LISTED, NAME = 20, 48


def gains_text(gains: Gains) -> str:
    """Return the report."""
    head, notes = _head(gains), _notes(gains)
    rows = _table(gains) if len(gains.savings) > 1 else []
    if not rows:
        cost = _cost(gains.savings[0], gains)
        if len(head) + len(cost) + 4 <= WIDTH:
            head = f"{head}    {cost}"
        else:
            notes = [cost, *notes]
    return "\n".join([head, *rows, *(f"  {note}" for note in notes)])


def _head(gains: Gains) -> str:
    """Return the total before and after, and the change in per cent, of ranges both ends."""
    name = "total" if gains.source is None else shorten(str(gains.source), NAME)
    before, after = amount(gains.before, gains.unit), _ends(gains.low, gains.high, gains.unit)
    parts = [None if not gains.before else float(left / gains.before) - 1 for left in (gains.low, gains.high)]
    low, high = (percent(part, _form(part)) for part in parts)
    change = high if low == high else f"{low.removesuffix(' %')} to {high}"
    return f"{name}: {_without_unit(before, *after.split(' to '))} -> {after}" + (f" ({change})" if change else "")


def _form(part: float | None) -> str:
    """Return how a part is written: one that is there is not 0.0 %."""
    return ".1f" if not part else "+.1f" if abs(part) >= 0.0005 else "+.0e"


def _ends(low: Number, high: Number, unit: str) -> str:
    """Return an amount, or both ends of a range."""
    texts = [amount(_rounded(number, unit), unit) for number in (low, high)]
    return texts[1] if texts[0] == texts[1] else f"{_without_unit(*texts)} to {texts[1]}"


def _rounded(number: Number, unit: str) -> Number:
    """Return a number of what is counted with no more behind the point than counting tells."""
    if unit in SECONDS or isinstance(number, int):
        return number
    return round(number) if abs(number) >= 1000 else round(float(number), 1)


def _without_unit(text: str, *following: str) -> str:
    """Return an amount without the unit, where those behind it have the same or none."""
    number, _, unit = text.partition(" ")
    return number if {each.partition(" ")[2] for each in following} <= {unit, ""} else text


def _cost(saving: Saving, gains: Gains) -> str:
    """Return what the one change is a part of."""
    cost = f"{_about(saving)} {_ends(*saving.cost, gains.unit)}"
    if saving.cost.low != saving.cost.high or gains.estimated:
        return cost
    return f"{cost}: measured{' on stacks' if gains.has_stacks else ''}"


def _about(saving: Saving) -> str:
    if saving.what == "fewer_calls":
        if saving.calls is None:
            return "these calls cost"
        return "the call costs" if saving.calls == 1 else f"the {saving.calls:,} calls cost"
    name = shorten(str(saving.item), NAME)
    return f"{name}'s own code costs" if saving.what == "faster" else f"{name} with all it calls costs"


def _table(gains: Gains) -> list[str]:
    """Return a line for each change, with what it would save alone."""
    listed = gains.savings[:LISTED]
    rows = [("cost", "saves", "")] + [
        (_ends(*each.cost, gains.unit), _ends(*each.saved, gains.unit), _share(each.saved, gains)) for each in listed
    ]
    room = WIDTH - 2 - sum(2 + max(map(len, column)) for column in zip(*rows, strict=True))
    names = ["each alone", *(shorten(_name(each), max(room, 20)) for each in listed)]
    more = len(gains.savings) - LISTED
    lines = aligned([(name, *row) for name, row in zip(names, rows, strict=True)])
    return [f"  {line}" for line in lines] + ([f"  … {more:,} more"] if more > 0 else [])


def _name(saving: Saving) -> str:
    part = percent(saving.part, "g")
    if saving.what == "fewer_calls":
        return f"{part} fewer calls {' -> '.join(map(str, saving.item))}"
    return f"{saving.item} {part} faster{' with all it calls' * (saving.what != 'faster')}"


def _share(saved: Bounds, gains: Gains) -> str:
    if not gains.before:
        return ""
    low, high = (percent(float(number / gains.before), ".1f") for number in saved)
    return low if low == high else f"{low.removesuffix(' %')} to {high}"


def _notes(gains: Gains) -> list[str]:
    """Return what the answer assumes, and what it does not know."""
    return [*_assumed(gains), *_unknown(gains), *_sampled(gains)]


def _assumed(gains: Gains) -> list[str]:
    return [*([f"an estimate: {gains.estimated}"] if gains.estimated else []), *_of_calls(gains)]


def _of_calls(gains: Gains) -> list[str]:
    fewer = [each for each in gains.savings if each.what == "fewer_calls" and each.part < 1]
    if not fewer:
        return []
    if len(fewer) == 1 and fewer[0].calls == 1:
        return [f"it is called once: in {percent(fewer[0].part, 'g')} of the runs it is not"]
    calls = f"the {fewer[0].calls:,}" if len(fewer) == 1 and fewer[0].calls else "all of them"
    return [f"assumes that the calls that go cost what {calls} cost on average"]


#: What a range is of, by its reason, and what is assumed of a call that stacks pass several times.
WHY = {
    "recursion": "a range: in a recursion one stack may hold it several times, and edges do not say how often",
    "source": "a range: edges do not say how much of it is spent for {source}; stacks do",
    "several": "a range: what several changes hold is saved once, and edges do not say how much; stacks do",
}
POWER = "of a stack that passes a call of a recursion n times the n-th power of what remains is left"


def _unknown(gains: Gains) -> list[str]:
    if gains.has_stacks:
        return [POWER] if gains.reasons else []
    if gains.after is not None:
        return []
    notes = [WHY[reason].format(source=shorten(str(gains.source), NAME)) for reason in gains.reasons[:1]]
    if gains.estimate is not None and gains.high - gains.low > ALIKE * float(gains.before):
        middle = percent(gains.estimate / float(gains.before) - 1, "+.1f")
        notes.append(f"≈{middle} if a function costs the same for all its callers")
    return notes


def _sampled(gains: Gains) -> list[str]:
    notes = []
    if gains.interval is not None:
        less, more = (percent(-part, "+.1f") for part in gains.interval)
        ends = f"{less.removesuffix(' %')} to {more}"
        notes.append(f"{gains.samples:,} samples; 95 %: {ends}, at least: runs differ by more than that")
    if gains.threads > 1:
        notes.append(f"CPU time of {gains.threads:,} threads; wall time may gain less")
    return notes

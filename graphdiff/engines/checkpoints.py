"""What is kept of a question between two supersteps: a manifest beside the tables, which names them.

It takes the place of the one before in one move, when its tables are whole: after a crash the last one holds.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import Any

from graphdiff.engines.folding import Numbers
from graphdiff.engines.frames import Engine, without_scheme
from graphdiff.errors import OutputError, UsageError
from graphdiff.remedies import Keyword

__all__ = ["SPREAD", "Journal", "Kept", "State"]

MANIFEST = "graphdiff-manifest.json"
FORMAT = 2
#: The column by which the tables of a role are spread.
SPREAD = {"edges": "tail", "links": "origin"}
#: So many tables of one part become one.
PARTS = 24


@dataclass(frozen=True)
class State:
    """Where a question stands.

    Attributes
    ----------
    phase : str
        What comes next.
    step : int
        How many supersteps there have been.
    tables : dict of str to list of str
        The tables that play each part.
    counts : dict of str to int
        Of edges and the like.
    """

    phase: str
    step: int = 0
    tables: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """Every table that is needed."""
        return {name for names in self.tables.values() for name in names}


class Journal:
    """The manifest in a folder: a path of this machine, or what pyarrow has a file system for.

    Parameters
    ----------
    folder : str
    question : str
        What is asked of which edges: steps of another question are not gone on from.
    """

    def __init__(self, folder: str, question: str) -> None:
        self._question = question
        from pyarrow import fs

        path = os.path.abspath(folder) if without_scheme(folder) else folder
        self._files, self._folder = fs.FileSystem.from_uri(path)
        self._path = f"{self._folder}/{MANIFEST}"

    def last(self) -> State:
        """Return where the question stands, at its start where nothing is kept of it.

        Raises
        ------
        UsageError
            If the steps in the folder are of another question.
        """
        if not self._files.get_file_info(self._path).is_file:
            return State("load")
        with self._files.open_input_stream(self._path) as file:
            kept = json.loads(file.read())
        if kept["format"] != FORMAT or kept["question"] != self._question:
            raise UsageError(
                Keyword("checkpoint", self._folder),
                " holds steps of another question, or of other edges; name another folder, or empty it",
            )
        return State(**kept["state"])

    def write(self, state: State) -> None:
        """Put a manifest in the place of the last one."""
        record: dict[str, Any] = {"format": FORMAT, "question": self._question, "state": asdict(state)}
        beside = f"{self._path}.new"
        try:
            self._files.create_dir(self._folder, recursive=True)
            with self._files.open_output_stream(beside) as file:
                file.write(json.dumps(record, indent=1).encode())
            self._files.move(beside, self._path)
        except OSError as error:
            raise OutputError.of(self._path, error) from error


@dataclass(frozen=True)
class Kept:
    """A state whose next is being made: tables are kept under names that no other has.

    Attributes
    ----------
    engine : Engine
    state : State
    """

    engine: Engine
    state: State

    def name(self, role: str) -> str:
        """Return what a table of this superstep is called."""
        return f"{self.state.phase}_{self.state.step}_{role}"

    def keep(self, role: str, query: str) -> list[str]:
        """Keep what a query returns."""
        name = self.name(role)
        self.engine.keep(name, query, by=SPREAD.get(role, ""))
        return [name]

    def fold(self, role: str, query: str, task: str, numbers: Numbers) -> list[str]:
        """Keep what a task makes of rows."""
        name = self.name(role)
        self.engine.fold(name, query, task, numbers)
        return [name]

    def of(self, role: str) -> str:
        """Return the tables of a role as what stands behind FROM."""
        return self.engine.of(self.state.tables[role])

    def count(self, source: str) -> int:
        """Return how many rows there are."""
        return int(self.engine.rows(f"SELECT count(*) FROM {source}")[0][0])

    def next(self, phase: str, counts: dict[str, int] | None = None, **tables: list[str] | None) -> State:
        """Return the next state; a part that is None is not needed any more."""
        parts = {role: names for role, names in {**self.state.tables, **tables}.items() if names is not None}
        return State(phase, self.state.step + 1, parts, {**self.state.counts, **(counts or {})})

    def few(self, role: str, names: list[str], columns: str, where: str = "") -> list[str]:
        """Return tables, made one where they have become many."""
        if len(names) < PARTS:
            return names
        return self.keep(role, f"SELECT {columns} FROM {self.engine.of(names)}{where}")

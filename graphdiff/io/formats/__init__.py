"""The table of the formats that graphdiff reads: a row and a function a format; importing it imports no reader.

`READERS` is made of four families, a file each: `graphs`, `packages`, `programs`, `profilers`. `format` has the
class of a row and the options that several of them have.
"""

from graphdiff.io.formats.format import Format
from graphdiff.io.formats.graphs import GRAPHS
from graphdiff.io.formats.packages import PACKAGES
from graphdiff.io.formats.profilers import PROFILERS
from graphdiff.io.formats.programs import PROGRAMS

__all__ = ["READERS", "Format"]

READERS: dict[str, Format] = {**GRAPHS, **PACKAGES, **PROGRAMS, **PROFILERS}

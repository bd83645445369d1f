"""What marks the formats that are written in JSON, XML or DOT: a table of texts that stand in their first 64 KiB."""

from __future__ import annotations

import re

__all__ = ["MARKS", "is_marked"]

OBJECT = rb"\A\s*\{"
DIGRAPH = rb"\bdigraph\b"

#: By format: the sets of marks that tell it; of one set, all have to be there.
MARKS: dict[str, tuple[tuple[bytes, ...], ...]] = {
    "cyclonedx": (
        (OBJECT, rb'"bomFormat"\s*:\s*"CycloneDX"'),
        (OBJECT, rb'"\$schema"\s*:\s*"[^"]*cyclonedx'),
        (rb"<(?:[\w.-]+:)?bom\s[^<>]*cyclonedx\.org/schema/bom",),
    ),
    "spdx": (
        (OBJECT, rb'"(?:spdxVersion|SPDXID)"\s*:\s*"SPDX'),
        (OBJECT, rb'"@context"\s*:[^{}]{0,200}spdx\.org/rdf/3\.'),
        (rb"(?m)^SPDXVersion:\s*SPDX-",),
    ),
    "dbt": ((OBJECT, rb'"dbt_schema_version"\s*:\s*"[^"]*/dbt/manifest/'),),
    "cmake": (
        (DIGRAPH, rb"\bsubgraph\s+clusterLegend\b", rb"\blegendNode0\b"),
        # The files of single targets have no legend.
        (DIGRAPH, rb'node \[\s*fontsize = "12"\s*\];\s*"node\d+" \[ label = '),
    ),
    "terraform": (
        (DIGRAPH, rb'(?m)^\s*"\[root\] '),
        # Since 1.7, resources alone.
        (DIGRAPH, rb'rankdir = "RL";\s*node \[shape = rect, fontname = "sans-serif"\]'),
        # terraform-graph-beautifier
        (DIGRAPH, rb'\bsubgraph "cluster_module\.root"'),
    ),
    "systemd": ((rb"\bdigraph\s+systemd\s*\{",),),
    "llvm-calls": ((rb'\bdigraph\s+"Call graph: ',),),
    "llvm-flow": ((rb"\bdigraph\s+\"CFG for '",),),
    "pprof": ((DIGRAPH, rb"\bsubgraph\s+cluster_L\s*\{", rb'\bN1 \[label=[^\n]*\bid="node1"'),),
    "gprof2dot": ((DIGRAPH, rb"\bgraph \[fontname=Arial, nodesep=0\.125, ranksep=0\.25\]"),),
    "vcg": ((rb'\A\s*graph:\s*\{\s*title:\s*"',),),
}


def is_marked(format: str, head: bytes) -> bool:
    """Tell whether the first 64 KiB have the marks of a format.

    Examples
    --------
    >>> is_marked("systemd", b"digraph systemd {"), is_marked("systemd", b"digraph { systemd }")
    (True, False)
    """
    return any(all(re.search(mark, head) for mark in marks) for marks in MARKS[format])

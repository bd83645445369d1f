"""The same questions on edges that stay where they are: frames of Spark, of DuckDB, and others that narwhals takes.

The public door to `graphdiff.engines.questions`. An edge is a row of a frame; what comes out is a frame of the same
session. What enters a node is added up in one order, whatever the partitions: both engines give the same bits.
"""

from __future__ import annotations

from graphdiff.engines.questions import count_paths, edge_contributions, forward, reverse

__all__ = ["count_paths", "edge_contributions", "forward", "reverse"]

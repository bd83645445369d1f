"""Bills of materials: CycloneDX and SPDX, and what both share.

In come bytes, out go networkx graphs; the table of formats calls `cyclonedx` and `spdx` (`spdx_linked`: version 3),
and both hand `common` elements and relations.
"""

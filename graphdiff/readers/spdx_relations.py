"""SPDX's types of relationships: which end of each rests on the other, and which of them make a dependency graph."""

from __future__ import annotations

from collections.abc import Sequence

from graphdiff.readers.sbom import Relation

__all__ = ["DEPENDENCIES", "RELATIONS", "turned"]

#: What rests on what, by the sentences of SPDX 2.3 (clause 11) and 3.0 (RelationshipType).
A_ON_B = "the first rests on the second"
B_ON_A = "the second rests on the first"
#: The second belongs to the first, or the other way round, but neither needs the other.
A_HAS_B = "the first has the second"
B_HAS_A = "the second has the first"

#: By type; a type that is not here joins two elements as it is written.
RELATIONS: dict[str, str] = {
    # SPDX 2
    "DEPENDS_ON": A_ON_B,
    "DEPENDENCY_OF": B_ON_A,
    "BUILD_DEPENDENCY_OF": B_ON_A,
    "DEV_DEPENDENCY_OF": B_ON_A,
    "OPTIONAL_DEPENDENCY_OF": B_ON_A,
    "PROVIDED_DEPENDENCY_OF": B_ON_A,
    "RUNTIME_DEPENDENCY_OF": B_ON_A,
    "TEST_DEPENDENCY_OF": B_ON_A,
    "HAS_PREREQUISITE": A_ON_B,
    "PREREQUISITE_FOR": B_ON_A,
    "DYNAMIC_LINK": A_ON_B,
    "STATIC_LINK": A_ON_B,
    "CONTAINS": A_ON_B,
    "CONTAINED_BY": B_ON_A,
    "PACKAGE_OF": B_ON_A,
    "OPTIONAL_COMPONENT_OF": B_ON_A,
    "GENERATED_FROM": A_ON_B,
    "GENERATES": B_ON_A,
    "EXPANDED_FROM_ARCHIVE": A_ON_B,
    "BUILD_TOOL_OF": B_ON_A,
    "DEV_TOOL_OF": B_ON_A,
    "TEST_TOOL_OF": B_ON_A,
    "DESCRIBED_BY": B_HAS_A,
    "DATA_FILE_OF": B_HAS_A,
    "DEPENDENCY_MANIFEST_OF": B_HAS_A,
    "DOCUMENTATION_OF": B_HAS_A,
    "EXAMPLE_OF": B_HAS_A,
    "METAFILE_OF": B_HAS_A,
    "TEST_OF": B_HAS_A,
    "TEST_CASE_OF": B_HAS_A,
    # SPDX 3
    "dependsOn": A_ON_B,
    "hasOptionalDependency": A_ON_B,
    "hasProvidedDependency": A_ON_B,
    "hasPrerequisite": A_ON_B,
    "hasDynamicLink": A_ON_B,
    "hasStaticLink": A_ON_B,
    "contains": A_ON_B,
    "hasOptionalComponent": A_ON_B,
    "generates": B_ON_A,
    "expandsTo": B_ON_A,
    "configures": B_ON_A,
    "usesTool": A_ON_B,
    "trainedOn": A_ON_B,
    "hasHost": A_ON_B,
    "hasInput": A_ON_B,
    "hasOutput": B_ON_A,
}
#: The types that are read where nothing else is said.
DEPENDENCIES = frozenset(kind for kind, meaning in RELATIONS.items() if meaning in (A_ON_B, B_ON_A))


def turned(relations: Sequence[Relation]) -> list[Relation]:
    """Return relations as written so that each leads from what rests on, or has, to what is needed, or is had.

    Examples
    --------
    >>> turned([Relation("junit", "app", "TEST_DEPENDENCY_OF"), Relation("app", "log", "DYNAMIC_LINK")])
    [Relation(source='app', target='junit', kind='TEST_DEPENDENCY_OF', scope=''),
     Relation(source='app', target='log', kind='DYNAMIC_LINK', scope='')]
    """
    return [
        Relation(one.target, one.source, one.kind, one.scope) if RELATIONS.get(one.kind) in (B_ON_A, B_HAS_A) else one
        for one in relations
    ]

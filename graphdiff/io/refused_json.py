"""JSON documents of tools, by the members of their top level: with a graph that is not read yet, or without one.

Where a tool's own command makes a file that is read, the sentence ends with it.
"""

from __future__ import annotations

__all__ = ["OBJECTS", "members"]

LIST = rb"\A\[\{$"
NOT_YET = "which graphdiff does not read yet"
UNREAD = "graphdiff does not read it yet"
CRUISE = "depcruise --output-type json SOURCES prints who imports whom in JSON that is read"


def members(*named: bytes) -> tuple[bytes, ...]:
    r"""Return the marks of an outline that has members of these names, each with the start of its value if any.

    Examples
    --------
    >>> members(b"inputs: {", b"version")
    (b'^"inputs": \\{', b'^"version": ')
    """
    return tuple(_member(*one.partition(b": ")) for one in named)


def _member(name: bytes, colon: bytes, value: bytes) -> bytes:
    start = value if value[:1] not in (b"{", b"[") else b"\\" + value
    return b'^"' + name + b'": ' + start


def _without(*names: bytes) -> bytes:
    """Return the mark of an object without members of these names."""
    return rb'\A\[?\{(?!(?s:.*)\n"(?:' + b"|".join(names) + rb')": )'


OBJECTS: tuple[tuple[tuple[bytes, ...], str], ...] = (
    # -- bundlers
    (
        (
            *members(b"chunks: [", b"assets: [", b"(?:entrypoints|assetsByChunkName|outputPath|publicPath|hash)"),
            _without(b"modules"),
        ),
        f"the statistics of webpack or a bundler like it, without modules and the reasons why they are there; {CRUISE}",
    ),
    (
        (
            *members(b"children: ["),
            rb'^"children": \[.*"(?:assetsByChunkName|reasons|moduleType|chunks)"\s*+:',
            _without(b"modules"),
        ),
        "the statistics of several builds of webpack; give those of one, a member of children",
    ),
    (
        members(b"nodeParts: {", b"nodeMetas: {"),
        f"the data of rollup-plugin-visualizer, which say what imports what; {UNREAD}; {CRUISE}",
    ),
    (
        members(b"buildTime", b"bundles: ["),
        f"the sizes and times of Parcel's bundles, without what imports what; {CRUISE}",
    ),
    (
        # A chunk without a source of its own may be the first.
        (
            rb'\A\{\n"[^"\n]*": \{\s*+"file"\s*+:',
            rb'^"[^"\n]*": \{\s*+"file"\s*+:.*"(?:isEntry|isDynamicEntry|src)"\s*+:',
        ),
        f"Vite's manifest of chunks and what they import, {NOT_YET}; {CRUISE}",
    ),
    (
        members(b"version: ", b"sources: [", b'mappings: "'),
        "a source map, of lines to lines; it does not say what imports what",
    ),
    # -- task and build graphs
    (
        members(b"turboVersion", b"tasks: ["),
        f"turbo's list of tasks and what they need, {NOT_YET}; turbo run TASK --graph=tasks.dot draws it as DOT, "
        "which is read",
    ),
    (
        members(b"install-plan: [", b"cabal-version"),
        f"cabal's plan, {NOT_YET}; cabal-plan dot draws it as DOT, which is read",
    ),
    (
        members(b"terraform_version", b"(?:lineage|serial|resources|planned_values|resource_changes|format_version)"),
        "Terraform's state or plan; give what terraform graph draws",
    ),
    (
        (LIST, *members(b"directory", b"file")),
        "a list of compile commands, which does not say what needs what; give what cmake --graphviz=targets.dot draws",
    ),
    # -- conan, deno
    (
        (LIST, *members(b"reference", b"(?:requires|required_by|binary|build_id)")),
        f"what conan info --json prints, {NOT_YET}; conan info PATH --graph=x.dot draws it as DOT, which is read",
    ),
    (
        members(b"graph_lock: {"),
        f"Conan's lock of version 1, {NOT_YET}; conan graph info PATH --format=json prints JSON that is read",
    ),
    (
        (*members(b'version: "0\\.', b"requires: ["), _without(b"name", b"packages")),
        "Conan's lock, a list of recipes without what they depend on; conan graph info PATH --format=json prints JSON "
        "that is read",
    ),
    (
        members(b"roots: [", b"modules: ["),
        f"what deno info --json prints, {NOT_YET}",
    ),
    (
        (
            rb'^"version": "[1-9]"$',
            rb'^"specifiers": \{\s*+(?:\}|"(?:npm|jsr):)|^"(?:packages|npm)": \{\s*+"(?:specifiers|jsr|npm)"'
            rb'|^"remote": \{\s*+"https?:|^"(?:npm|jsr)": \{\s*+"@?[^"\n@]++@',
        ),
        f"Deno's lock, {NOT_YET}",
    ),
    # -- .NET
    (
        members(b"restore: {", b"projects: {"),
        f"NuGet's dgspec.json, of projects and what they refer to, {NOT_YET}; give obj/project.assets.json, "
        "which dotnet restore writes",
    ),
    (
        members(b"version", b'parameters: "', b"projects: ["),
        "a list of .NET packages without what they depend on; give obj/project.assets.json, which dotnet restore "
        "writes",
    ),
    # -- packages of other languages
    (
        (*members(b"dependencies: {"), rb'^"dependencies": \{\s*+"[^"\n]++"\s*+:\s*+\{[^{}]*?"depth"\s*+:'),
        f"Unity's packages-lock.json, {NOT_YET}",
    ),
    (
        members(b"auditReportVersion"),
        "what npm audit --json reports, of vulnerable packages alone; give package-lock.json",
    ),
    (
        members(b"_meta: {", b"default: {", b"develop: {"),
        "Pipenv's lock, packages without what they depend on; pipenv graph --json prints it in JSON that is read",
    ),
    (
        (rb'^"require(?:-dev)?": \{\s*+"(?:php|ext-[^"\n]*+|[^"/\n]++/[^"\n]++)"\s*+:\s*+"',),
        "what a PHP package asks for, and not what that rests on; give composer.lock, which composer update "
        "--no-install writes",
    ),
    (
        (rb'^"pins": \[|^"object": \{\s*+"pins"', *members(b"version: \\d")),
        "Swift's Package.resolved, packages without what they depend on; swift package show-dependencies --format dot "
        "prints DOT, which is read",
    ),
    (
        members(b"identity", b"url", b"dependencies: ["),
        f"what swift package show-dependencies --format json prints, {NOT_YET}; --format dot prints DOT, which is read",
    ),
    (
        members(b"root", b"packages: [", b"sdks: ["),
        f"what dart pub deps --json prints, {NOT_YET}; cdxgen -o bom.json writes a CycloneDX bill, which is read",
    ),
    (members(b"R: {", b"Packages: {"), f"renv's lock of R packages and what they require, {NOT_YET}"),
    (
        members(b"_meta: {", b"roots: [", b"concrete_specs: {"),
        f"Spack's lock, {NOT_YET}; spack graph --dot prints DOT, which is read",
    ),
    (
        members(b"nodes: {", b'root: "', b"version"),
        f"Nix's flake.lock, of inputs and what they follow, {NOT_YET}",
    ),
    (
        members(b"lockFileVersion", b"registryFileHashes"),
        "Bazel's lock of modules; bazel mod graph --output=graph prints DOT, which is read",
    ),
    (
        (LIST, rb'^"(?:base_url|dist_name|build_number)": '),
        "a list of conda's packages without what they depend on; give what pip inspect prints in that environment",
    ),
    (members(b"repodata_version"), f"a conda channel's index, {NOT_YET}"),
    (members(b"manifests: {", b"detector"), f"a snapshot of dependencies as GitHub takes it, {NOT_YET}"),
    (
        members(b"artifacts: [", b"artifactRelationships: ["),
        f"syft's own JSON, {NOT_YET}; syft SOURCE -o cyclonedx-json prints a CycloneDX bill, which is read",
    ),
    (
        members(b"SchemaVersion", b"ArtifactName"),
        f"trivy's own JSON, {NOT_YET}; trivy --format cyclonedx prints a CycloneDX bill, which is read",
    ),
    (
        (rb'^"metadata": \{.*"dbt_schema_version"\s*+:\s*+"[^"\n]*/dbt/(?!manifest/)',),
        "an artifact of dbt that is not its manifest; give target/manifest.json",
    ),
    ((rb'^"type": "tree"', rb'^"data": \{.*"trees"'), f"what yarn list --json prints, {NOT_YET}; give yarn.lock"),
    (
        members(b'Path: "', b"(?:Main|GoVersion|GoMod|Dir|Version)"),
        "a list of Go's modules without what they require; give what go mod graph prints",
    ),
    (
        members(b"Module: {", b"(?:Require|Go|Exclude|Replace)"),
        "what a module asks for, and not what that rests on; give what go mod graph prints",
    ),
    # -- profiles and traces
    (
        (*members(b"head: {"), rb'^"head": \{.*"functionName"\s*+:', rb'^"head": \{.*"selfSize"\s*+:'),
        f"what V8 allocated, as Chrome and Node.js sample it, {NOT_YET}",
    ),
    (
        (*members(b"head: {"), rb'^"head": \{.*"functionName"\s*+:'),
        "a CPU profile in V8's form of before 2016; node --cpu-prof SCRIPT writes one that is read",
    ),
    (
        (*members(b"meta: {", b"threads: ["), rb'^"threads": \[.*"schema"\s*+:'),
        "a recording of Firefox's profiler as Firefox itself writes it; profiler.firefox.com opens it, and saves it in "
        "the form that is read",
    ),
    (
        (*members(b"snapshot: {"), rb'^"snapshot": \{.*"node_fields"\s*+:'),
        "a snapshot of V8's heap, of objects and not of calls, of which graphdiff makes no graph",
    ),
    (
        (*members(b"graph: {", b"modules: {"), rb'^"graph": \{.*"internalCalls"\s*+:'),
        "PyCG's call graph in FASTEN's form, which is not read; without --fasten PyCG writes that which is",
    ),
    # -- drawings and pages of graphs
    (
        (rb'^"objects": \[.*"_gvid"\s*+:|^"edges": \[.*"_gvid"\s*+:',),
        "a drawing that Graphviz made in JSON; give the DOT that it was made of",
    ),
    (
        (rb'^"graphs": \[.*"edges"\s*+:\s*+\[', _without(b"nodes")),
        f"several graphs in one (JSON Graph Format), {NOT_YET}; give one of them",
    ),
    # -- settings and data of which no tool says that they are a graph of this kind
    (
        (
            rb'^"(?:dev|peer|optional)?[dD]ependencies": \{\s*+"[^"\n]++"\s*+:\s*+"',
            _without(b"lockfileVersion", b"_dependencies"),
        ),
        "what a project asks for, and not what that rests on; give package-lock.json or what npm ls --all --json "
        "prints",
    ),
    (
        (
            *members(b'name: "'),
            rb'^"(?:scripts|main|module|exports|bin|private|engines)": ',
            rb'\A\{(?!(?s:.*)\n"(?:lockfileVersion|packages|nodes|modules|dependencies": [{\[]\s*+["{]))',
        ),
        "what a package says of itself, without dependencies",
    ),
    ((rb'^"compilerOptions": \{',), f"TypeScript's settings; {CRUISE}"),
    (
        members(b"numTotalTests", b"testResults: ["),
        "the results of tests as Jest reports them, of which graphdiff makes no graph",
    ),
    (
        members(b"meta: {", b"files: {", b"totals: {"),
        "a report of coverage.py, of lines in files, of which graphdiff makes no graph",
    ),
    (
        (rb'\A\{\n"[^"\n]*": \{.*"statementMap"\s*+:',),
        "a report of Istanbul's coverage, of lines in files, of which graphdiff makes no graph",
    ),
    (
        members(b"nbformat", b"cells: ["),
        "a Jupyter notebook; graphdiff.trace makes a graph of a computation in it, in Python",
    ),
    (
        (
            rb'^"type": "(?:Feature|FeatureCollection|GeometryCollection|Topology)"$'
            rb'|^"type": "(?:Multi)?(?:Point|LineString|Polygon)"$',
        ),
        "a map (GeoJSON or TopoJSON), of which graphdiff makes no graph",
    ),
    (
        (rb'^"(?:openapi|swagger)": "\d', *members(b"info: {")),
        "the description of a web interface (OpenAPI), of which graphdiff makes no graph",
    ),
    ((rb'^"\$schema": "[^"]*json-schema\.org',), "a JSON schema, of which graphdiff makes no graph"),
    ((rb'^"\$schema": "[^"]*sarif',), "a report of findings (SARIF), of which graphdiff makes no graph"),
    (
        (rb'^"log": \{\s*+"version"\s*+:.*"(?:creator|entries)"\s*+:',),
        "a record of a browser's requests (HAR), of which graphdiff makes no graph",
    ),
    (members(b"apiVersion", b"kind"), "a Kubernetes object, of which graphdiff makes no graph"),
    ((LIST, *members(b"filePath", b"messages: [")), "ESLint's findings, of which graphdiff makes no graph"),
    (
        (LIST, *members(b"label", b"statSize")),
        f"the sizes that webpack-bundle-analyzer found, without what imports what; {CRUISE}",
    ),
    ((LIST, *members(b"id", b"type", b"actor: {")), "a list of GitHub's events, of which graphdiff makes no graph"),
    (
        (rb'^"children": \[\s*+\{', _without(b"groupId", b"nodes", b"links", b"edges")),
        f"a tree by children (as d3 takes it), {NOT_YET}; node-link data (nodes and links) is read",
    ),
    (
        (rb'\A\[\{\n"name": "[^"\n]*"\n"version": "[^"\n]*"\n(?:"[a-z_]+": "[^"\n]*"\n)*\}',),
        "a list of packages without what they depend on; give what pip inspect prints",
    ),
)

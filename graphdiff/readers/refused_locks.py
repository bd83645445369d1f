"""Lock files and lists of packages that are no JSON: what each is, and what makes a file that is read."""

from __future__ import annotations

__all__ = ["LOCKS"]

NOT_YET = "which graphdiff does not read yet"
BARE = "packages without what they depend on"
CDXGEN = "cdxgen -o bom.json writes a CycloneDX bill, which is read"

#: The marks of each, all of which have to be there, and why it is not read.
LOCKS: tuple[tuple[tuple[bytes, ...], str], ...] = (
    # Python.
    (
        (rb"^[A-Za-z0-9][\w.-]*(?:\[[\w, -]*\])? *==", rb"^.*# +via\b"),
        f"requirements as pip-compile or uv prints them, whose '# via' lines say who asks for what, {NOT_YET}; install "
        "them and give what pip inspect prints",
    ),
    (
        (rb"\A(?:#.*\n|-e .*\n|--.*\n|\s*\n)*[A-Za-z0-9][\w.-]*(?:\[[\w, -]*\])? *==\S+(?: *;.*)?(?: *\\)?\s*$",),
        "a list of requirements without what they depend on; give what pip inspect prints",
    ),
    (
        (rb"\APackage +Version\b.*\n-+ +-+",),
        "a list of packages without what they depend on; give what pip inspect prints",
    ),
    ((rb"^@EXPLICIT$",), f"conda's list of {BARE}; give what pip inspect prints in that environment"),
    ((rb"^metadata:", rb"^package:$", rb"^  manager: (?:conda|pip)$"), f"conda-lock's lock, {NOT_YET}"),
    ((rb"\Aversion: \d+$", rb"^environments:$", rb"^packages:$"), f"pixi's lock, {NOT_YET}"),
    # Erlang, Elixir.
    (
        (rb'\A\s*(?:\{"[\d.]+",\s*)?\[\{<<"[^"\n]++">>,\s*\{(?:pkg|git|hg|elixir|raw)',),
        f"rebar.lock, {BARE} (but how deep each is); rebar3 sbom (the plugin rebar3_sbom) writes a CycloneDX bill, "
        "which "
        "is read",
    ),
    (
        (rb'\A%\{\s*"[^"\n]++": \{:(?:hex|git|path)\b',),
        f"mix.lock, {NOT_YET}; mix deps.tree --format dot writes DOT, which is read",
    ),
    # Apple's.
    (
        (rb"^PODS:", rb"^(?:DEPENDENCIES|SPEC CHECKSUMS|PODFILE CHECKSUM|COCOAPODS):"),
        f"Podfile.lock, {NOT_YET}; cyclonedx-cocoapods writes a CycloneDX bill, which is read",
    ),
    ((rb'\A(?:(?:github|git|binary) "[^"\n]++" "[^"\n]*+"\s*)+\Z',), f"Cartfile.resolved, {BARE}"),
    # Ruby, Dart, PHP has JSON.
    (
        (rb"^(?:GEM|GIT|PATH)$", rb"^  specs:$"),
        f"Gemfile.lock, {NOT_YET}; bundle graph --format=dot (the plugin bundler-graph) draws it as DOT, which is read",
    ),
    (
        (rb"^packages:$", rb'^    dependency: "?(?:direct|transitive)\b'),
        f"pubspec.lock, {BARE}; {CDXGEN}",
    ),
    # Java, Scala.
    (
        (rb"\A# This is a Gradle generated file for dependency locking\.",),
        f"gradle.lockfile, {BARE}; gradle cyclonedxBom (the plugin org.cyclonedx.bom) writes a CycloneDX bill, which "
        "is "
        "read",
    ),
    # Go.
    (
        (rb"\A(?:\S+ v\S+(?:/go\.mod)? h1:[\w+/]+=*\s*)+\Z|\A(?:\S+ v\S+(?:/go\.mod)? h1:[\w+/]+=*\n){5}",),
        "go.sum, checksums of modules; give what go mod graph prints",
    ),
    (
        (rb"\A(?:\s*//.*\n|\s*\n)*module \S+", rb"^(?:go \d|require\b|\s*$)"),
        "go.mod, what a module asks for, and not what that rests on; give what go mod graph prints",
    ),
    # .NET, Nix, Julia, Perl, Crystal, Haskell.
    (
        (rb"^NUGET$", rb"^  remote: "),
        f"paket.lock, {NOT_YET}; dotnet CycloneDX PROJECT (a tool) writes a CycloneDX bill, which is read",
    ),
    (
        (
            rb"^# This file is machine-generated - editing it directly is not advised",
            rb"^(?:julia_version|manifest_format) = ",
        ),
        f"Julia's Manifest.toml, {NOT_YET}",
    ),
    ((rb"\A# carton snapshot format",), f"cpanfile.snapshot, {NOT_YET}; {CDXGEN}"),
    ((rb"^shards:$", rb"\Aversion: "), f"shard.lock, {BARE}"),
    ((rb"^constraints: any\.",), f"cabal's freeze file, {BARE}; cabal-plan dot draws them as DOT, which is read"),
    # Of distributions.
    ((rb"^C:Q1", rb"^P:\S"), f"Alpine's index or data base of packages, {NOT_YET}"),
    ((rb"\A%(?:FILENAME|NAME)%$",), f"pacman's record of a package, {NOT_YET}"),
    # What projects ask for.
    (
        (rb"^\[(?:project|build-system|tool\.poetry)\]$",),
        "what a project asks for, and not what that rests on; give its lock file (uv.lock, poetry.lock, pdm.lock)",
    ),
    (
        (rb"^\[\[source\]\]$", rb"^\[(?:dev-)?packages\]$"),
        "what a project asks for, and not what that rests on; pipenv graph --json prints it in JSON that is read",
    ),
    (
        (rb"^\[(?:workspace\.|target\..*\.)?(?:dev-|build-)?dependencies(?:\.\S+)?\]|^\[(?:package|workspace)\]$",),
        "what a project asks for, and not what that rests on; give Cargo.lock or what cargo metadata prints",
    ),
    (
        (rb"\A<project\b", rb"maven\.apache\.org/POM|<modelVersion>"),
        "what a project asks for (pom.xml), and not what that rests on; give what mvn dependency:tree -DoutputType=dot "
        "prints",
    ),
    (
        (rb"\A<Project\b", rb"<(?:PackageReference|ProjectReference|TargetFrameworks?)\b"),
        "what a .NET project asks for, and not what that rests on; dotnet CycloneDX PROJECT (a tool) writes a "
        "CycloneDX "
        "bill, which is read",
    ),
    (
        (
            rb"^\s*(?:dependencies|plugins|allprojects|subprojects) *\{",
            rb"^\s*(?:(?:test|compile|runtime|annotation)\w*|implementation|api|id|apply|mavenCentral)\b[ (]",
        ),
        "what a Gradle project asks for, and not what that rests on; gradle cyclonedxBom (the plugin "
        "org.cyclonedx.bom) "
        "writes a CycloneDX bill, which is read",
    ),
    (
        (rb"""^source ["']https?://""", rb"""^\s*gem ["']"""),
        "what a Ruby project asks for, and not what that rests on; bundle graph --format=dot (the plugin "
        "bundler-graph) "
        "draws it as DOT, which is read",
    ),
)

"""What people have at hand that is no graph, or not the whole of one: what each is, and what to give instead."""

from __future__ import annotations

from graphdiff.readers.marks import has

__all__ = ["refusal"]

#: The mark of each, and the line that says why it is not read.
REFUSED: dict[bytes, str] = {
    rb"^[ \t|\xe2\x94\x82]*(\xe2\x94\x9c|\xe2\x94\x94|\|--|`--|\+--?|\\--?)[\xe2\x94\x80-]* ": (
        "a tree for people, in which a tool may leave out what it has shown before; give the lock file, or the tool's "
        "JSON (pip inspect, pipdeptree --json, npm ls --all --json, cargo metadata, mvn dependency:tree "
        "-DoutputType=json)"
    ),
    rb'\A\s*\[\s*\{"name"\s*:\s*"[^"]*",\s*"version"\s*:\s*"[^"]*"(,\s*"[a-z_]+"\s*:\s*"[^"]*")*\s*\}\s*[,\]]': (
        "a list of packages without what they depend on; give what pip inspect prints"
    ),
    rb"\APackage +Version\b.*\n-+ +-+": "a list of packages without what they depend on; give what pip inspect prints",
    rb"\A(?:#.*\n|-e .*\n|\s*\n)*[A-Za-z0-9][\w.-]*(?:\[[\w, -]*\])? *==\S+\s*$": (
        "a list of requirements without what they depend on; give what pip inspect prints"
    ),
    rb"^\[(?:project|build-system|tool\.poetry)\]$": (
        "what a project asks for, and not what that rests on; give its lock file (uv.lock, poetry.lock, pdm.lock)"
    ),
    rb"\A\s*(?:---\n(?s:.*?)\n---\s+)?(?:flowchart|graph) +(?:TD|TB|BT|LR|RL)\b": (
        "Mermaid, which is only written; give the tool's DOT or JSON"
    ),
    rb"\A0\S+ v\d.*\n1\S+ v\d": "a tree as a list of depths; give Cargo.lock or what cargo metadata prints",
    rb'\A\s*\{(?!(?s:.*)"lockfileVersion")(?s:.*?)"(?:dev|peer)?[dD]ependencies"\s*:\s*\{\s*"[^"]+"\s*:\s*"': (
        "what a project asks for, and not what that rests on; give package-lock.json or what npm ls --all --json prints"
    ),
    rb"^\[(?:workspace\.|target\..*\.)?(?:dev-|build-)?dependencies(?:\.\S+)?\]": (
        "what a project asks for, and not what that rests on; give Cargo.lock or what cargo metadata prints"
    ),
    rb"\A[a-z0-9][a-z0-9+.:-]+\n [ |](?:Pre)?Depends: ": (
        "what apt prints for people; give what apt-cache dotty or apt-rdepends --dotty prints, or the index Packages"
    ),
    rb"\A\s*@startuml\b": "PlantUML, a picture; give the tool's DOT or JSON",
}


def refusal(head: bytes) -> str | None:
    r"""Return why the file with these first bytes is not read; None where it is nothing of the kind.

    Examples
    --------
    >>> refusal(b"# pinned\nidna==3.20\nh11==0.16\n")
    'a list of requirements without what they depend on; give what pip inspect prints'
    """
    found = (why for mark, why in REFUSED.items() if has(head, mark))
    return next(found, None)

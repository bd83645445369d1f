"""The command ``graphdiff``: one verb a file. Only the verbs print; only `main` sets an exit status."""

from __future__ import annotations

import gc
import os
import sys

import click

from graphdiff import __version__
from graphdiff.cli import comparison, cut, cycles, diagnose, draw, factored, jacobian, paths, rank, what_if, why

EPILOG = """\
\b
Instead of a file's name:
  env: or env:PATH                 what is installed here, or in another environment
  imports:PACKAGE or imports:PATH  which module of a package imports which
  "expr:e = (a + b) * (b + 1)"     an expression with its local derivatives, at --set a=2 --set b=1

\b
Formats (--format NAME, where neither name nor content tells):
  dot, csv, graphml, gexf, json, pajek, debian, cyclonedx, spdx, dbt, cmake, terraform, turbo,
  systemd, llvm-calls, llvm-flow, pprof, gprof2dot, vcg, env, pip-inspect, pipdeptree, uv, poetry, pdm,
  pylock, imports, grimp, pydeps, importtime, npm-lock, npm-ls, pnpm, yarn, yarn-berry,
  dependency-cruiser, cargo-metadata, cargo-lock, go-mod-graph, go-list, snyk, maven, depgraph,
  bazel, expr

\b
Exit status: 0 done, 1 a condition of compare --fail-if holds, 2 usage or unknown node, 65 bad data (a cycle or weight
too), 66 no input, 73 output exists or cannot be written, 75 a limit was met.

\b
Shell completion, for bash (zsh and fish likewise):
  eval "$(_GRAPHDIFF_COMPLETE=bash_source graphdiff)"
"""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="graphdiff")
def graphdiff() -> None:
    """How much one node of a graph rests on, calls, causes or feeds another, by which paths, and why.

    The total influence is the sum, over all paths, of the products of the weights along them. FILE is a
    graph: DOT, CSV or TSV, GraphML, GEXF, JSON, Pajek or a Debian Packages index, also compressed (.gz,
    .bz2, .xz); - is standard input.

    Of packages: package-lock.json, pnpm-lock.yaml, yarn.lock, Cargo.lock, uv.lock, poetry.lock, pdm.lock,
    pylock.toml; what these print: npm ls --json, pip inspect, pipdeptree --json, cargo metadata, go mod graph,
    mvn dependency:tree, bazel query; bills of materials in CycloneDX and SPDX.

    Of builds and programs: dbt's manifest, cmake --graphviz, terraform graph, turbo run --graph, systemd-analyze dot,
    call graphs of LLVM, gcc and profilers, go list -json, dependency-cruiser, pydeps --show-deps, logs of python -X
    importtime.
    """


VERBS = (
    why.why,
    rank.rank,
    paths.paths,
    what_if.what_if,
    cut.cut,
    comparison.compare,
    diagnose.diagnose,
    cycles.cycles,
    jacobian.jacobian,
    factored.factored,
    draw.draw,
)
for _verb in VERBS:
    graphdiff.add_command(_verb)


def main() -> None:
    """Run the command line: an error is one line on standard error, and the exit status says its kind."""
    gc.disable()  # a graph's millions of objects live until the end: looking for garbage among them only takes time
    try:
        status = graphdiff.main(prog_name="graphdiff", standalone_mode=False)
    except click.ClickException as error:
        _fail(error.format_message(), getattr(error, "exit_status", error.exit_code))
    except (click.Abort, KeyboardInterrupt):
        _fail("interrupted", 130)
    except BrokenPipeError:
        # Whoever read our output has enough of it; what is still buffered must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    else:
        sys.exit(status or 0)
    finally:
        gc.freeze()  # nor are they taken apart one by one before the process goes


def _fail(message: str, status: int) -> None:
    line = " ".join(message.split("\n"))
    click.echo(f"{click.style('graphdiff:', fg='red')} {line}", err=True)
    sys.exit(status)

"""The command ``graphdiff``: one verb a file. Only the verbs print; only `main` sets an exit status.

In come the words of a command line, out go text, files and an exit status. `options` are what all verbs take, `inputs`
reads the graph, `nodes` finds what a word means, `weightings` by which weights, `output` and `streams` print,
`refusals` says the library's errors in options, `conditions` is ``--fail-if`` and `measures` what it can be about,
`completion` the shell's.
"""

from __future__ import annotations

import gc
import os
import shlex
import sys

import click
from click.shell_completion import shell_complete

from graphdiff import __version__
from graphdiff.cli import (
    comparison,
    compile,
    cut,
    cycles,
    diagnose,
    draw,
    errors,
    formats,
    output,
    paths,
    rank,
    renamings,
    streams,
    table,
    what_if,
    why,
)
from graphdiff.cli.format_options import titles, wrapped
from graphdiff.errors import GraphdiffError, LimitError, UsageError
from graphdiff.io.formats import READERS
from graphdiff.io.formats.graphs import GRAPHS
from graphdiff.io.formats.packages import PACKAGES
from graphdiff.io.formats.profilers import PROFILERS
from graphdiff.io.formats.programs import PROGRAMS

#: The variable by which a shell asks for completion.
COMPLETION = "_GRAPHDIFF_COMPLETE"
#: The exit status where a pipe's reader has gone, as of what SIGPIPE ends.
BROKEN_PIPE = 141

EPILOG = f"""\
\b
Instead of a file's name:
  env: or env:PATH                 what is installed here, or in another environment
  git:COMMIT:PATH                  a file as it is in a commit; git:COMMIT alone as OLD of compare
  imports:PACKAGE or imports:PATH  which module of a package imports which
  a.prof+b.prof or "runs/*.prof"   several profiles of one kind, which add up; to compare, runs
  "expr:e = (a + b) * (b + 1)"     an expression with its local derivatives, at --set a=2 --set b=1

\b
Graphs of any kind:
{wrapped(titles(GRAPHS))}

\b
Of packages:
{wrapped(titles(PACKAGES))}

\b
Of builds and programs:
{wrapped(titles(PROGRAMS))}

\b
Profiles, and who may call whom:
{wrapped(titles(PROFILERS))}

\b
Formats (--format NAME, where neither name nor content tells; graphdiff formats says more of each):
{wrapped(READERS)}

\b
Exit status (1 means one thing only, and the others are those of sysexits.h):
  0    done
  1    a condition of --fail-if holds
  2    usage, or a node or edge that is not there
  65   bad data: a format, a weight, a cycle, an overflow
  66   no input: a file that is not there or cannot be read
  69   a library that an optional part needs is not installed, or a format of another package is
       broken; the line says which
  70   a fault of graphdiff itself; with GRAPHDIFF_TRACEBACK=1 in the environment it shows where
  73   output exists, or cannot be written: standard output too
  75   a limit was met: of time, memory, bytes or paths
  130  interrupted (Ctrl-C); 143 terminated, 129 the terminal is gone, 141 the pipe's reader is gone
An error has a second line, which names what explains it: graphdiff errors NAME.

\b
Shell completion, for bash (zsh and fish likewise):
  eval "$(_GRAPHDIFF_COMPLETE=bash_source graphdiff)"
"""

HELP = f"""\
How much one node of a graph rests on, calls, causes or feeds another, by which paths, and why.

The total influence is the sum, over all paths, of the products of the weights along them. FILE is a graph in one of
{len(READERS)} formats, also compressed (.gz, .bz2, .xz); - is standard input. graphdiff VERB --help has examples.
"""


class Verbs(click.Group):
    """The command, whose help lists the verbs as they stand in `VERBS`, and what other packages read."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs, those first that most people want."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb and its arguments, of an old name what is written for it now."""
        words = renamings.current_verb(args, quiet=ctx.resilient_parsing)
        if words[0] not in self.commands and os.path.isfile(words[0]):
            line = shlex.join(["graphdiff", "why", *words])
            raise click.UsageError(f"{words[0]} is a file, and a verb comes first; did you mean: {line}", ctx)
        return super().resolve_command(ctx, words)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the epilog, then the formats of other packages."""
        from graphdiff.io.plugins import names

        super().format_epilog(ctx, formatter)
        if others := names():
            formatter.write_paragraph()
            formatter.write_text(f"Formats of other packages: {', '.join(others)}.")


@click.group(
    cls=Verbs, help=HELP, epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)  # fmt: skip
@click.version_option(__version__, prog_name="graphdiff")
def graphdiff() -> None:
    """Run a verb; its help is `HELP`."""


#: In the order of the help: first what most people want.
VERBS = (
    why.why,
    rank.rank,
    comparison.compare,
    what_if.what_if,
    cut.cut,
    paths.paths,
    cycles.cycles,
    table.table,
    draw.draw,
    diagnose.diagnose,
    compile.compile,
    formats.formats,
    errors.errors,
)
for _verb in VERBS:
    graphdiff.add_command(_verb)


def main() -> None:
    """Run the command line: an error is one line on standard error, and the exit status says its kind."""
    gc.disable()  # a graph's millions of objects live until the end: looking for garbage among them only takes time
    streams.prepare()
    try:
        sys.exit(_status(sys.argv[1:]))
    finally:
        gc.freeze()  # nor are they taken apart one by one before the process goes


def _status(arguments: list[str]) -> int:
    """Return the exit status of the command with these arguments, after its error is told."""
    try:
        return _run(arguments)
    except click.ClickException as error:
        streams.tell_error(error.format_message(), getattr(error, "kind", None))
        return int(getattr(error, "exit_status", error.exit_code))
    except BrokenPipeError:
        streams.drop_output()  # whoever read it has enough of it
        return BROKEN_PIPE
    except GraphdiffError as error:
        streams.tell_error(str(error), error.kind)
        return error.exit_status
    except MemoryError:
        streams.tell("out of memory")
        return LimitError.exit_status
    except Exception as error:  # whatever else it is, it is no mistake of the user
        streams.tell_fault(error)
        return GraphdiffError.exit_status


def _run(arguments: list[str]) -> int:
    """Run a verb, or complete a word of a command line; return the exit status."""
    if instruction := os.environ.get(COMPLETION):
        return shell_complete(graphdiff, {}, "graphdiff", COMPLETION, instruction)
    try:
        with graphdiff.make_context(
            "graphdiff", [*arguments], resilient_parsing=not arguments, obj=arguments
        ) as context:
            if not arguments:
                streams.say(f"{context.get_help()}\n")
                return UsageError.exit_status
            with output.bar_of_passes():
                graphdiff.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    return 0

"""What a drawing shows, and how Graphviz draws it: annotated graphs, groups, answers, differences.

In comes a graph with the numbers of a question (`annotate`) or a quotient (`group`), out goes a `Picture` and from it
DOT, SVG or PNG. `picture`, `answer`, `difference` and `undrawn` decide what is shown, `dot` writes it down with all
that is known (`dot_facts`), `graphviz` lays it out in a child process with limits. Writers and the command line call
it.
"""

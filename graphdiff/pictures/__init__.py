"""What a drawing shows, and how Graphviz draws it: annotated graphs, groups, answers, differences.

In comes a graph with the numbers of a question (`annotate`; `sketch`: those that a cycle leaves) or a quotient
(`group`: nodes drawn as one, not the components that `cycles="collapse"` merges), out goes a `Picture` and from it
DOT, SVG or PNG. `picture`, `answer` and `difference` decide what is shown, within a `view`; `choice` which nodes of
an answer, and what stands for the others; `scale` how strongly; `attribution` puts what drives a language model into
rows. Of a profile `spending` has what is spent from one function to the next, `profile` draws that, `profile_change`
two profiles, `profile_known` what is known without it, with the same `sizes`. `dot` writes a picture down with all
that is known and reads it again, `graphviz` lays it out in a child
process with limits (`graphviz_child`). Users, `io` and results in a notebook call it.
"""

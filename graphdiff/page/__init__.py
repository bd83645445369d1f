"""One page in one file that shows an answer: its report, its graph and tables, in a browser, without a network.

In comes what is drawn of an answer, and its report, out goes HTML; `write` and the command line call it. `part` says
what of a graph is in the page's record, `page` puts that, the script and the style together. The script is the ES
modules of ``static/``, plain JavaScript without a build step: what is summed there is what the record has.
"""

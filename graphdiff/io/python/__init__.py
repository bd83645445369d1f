"""Python's packages and imports: environments, lock files, reports, import graphs.

In come bytes or the name of an environment or package, out go networkx graphs; the table of formats calls them.
`graph` joins packages, extras and markers for all, `requirements` reads what one package says it needs.
"""

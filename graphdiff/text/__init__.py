"""How anything is said: numbers, names, tables and sentences, the same in every report.

In come values and labels, out go texts; nothing here knows a graph's arrays. `numbers` shows a number (exactly or
rounded) and shortens a text, `names` calls nodes and edges so that 1 and '1' stay apart, `records` makes values that
files can hold, `tables` lays out rows and HTML, `sentences` picks the words by what an edge means. Every report calls
it.
"""

"""Profiles as the tools that record them save them, each read into a graph of calls with what they cost."""

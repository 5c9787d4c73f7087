"""Imports: the shell around `collect.importing` that writes what a file says into the log, chunk by chunk.

An entry like web, api and cli: it calls `flow.receive` and the services of stages, and knows no rules of its own.
"""

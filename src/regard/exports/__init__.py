"""Exports: the log and the people as files, streamed, in shapes that our own import and others' tools read.

An entry like web, api and cli: it reads through selectors and plain SQL and changes nothing.
"""

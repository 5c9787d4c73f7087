"""Importing: from a stranger's file to messages for the log. Parsing only; nothing here touches the database.

survey (one pass over the bytes) -> table (rows, streamed) -> plan (kind, columns, formats: guessed, shown, corrected)
-> kinds (a row becomes an Incoming) ; what cannot be read goes to rejects with its line and reason.
"""

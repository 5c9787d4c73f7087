"""Small pure values that every stage speaks: instants, ids, money, SQL text, issues and reasons.

Nothing here knows a database, a file, the network or the clock.
"""

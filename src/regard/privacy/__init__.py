"""Privacy requests: everything held of a person handed out, or erased everywhere with a receipt.

Beside `flow.py`, because it must know every stage: each says in its `registry.py` what it holds.
"""

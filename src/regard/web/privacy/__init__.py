"""Privacy: requests answered, receipts, and who changed what."""

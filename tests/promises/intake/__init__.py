"""The promises of the intake (A1-A12, F2)."""

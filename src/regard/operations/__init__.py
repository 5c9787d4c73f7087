"""Operations: backup while running, restore onto an empty machine, and the checks of `doctor` and readiness."""

"""The small values that conditions, traits and steps are made of: windows, comparisons, filters, measures."""

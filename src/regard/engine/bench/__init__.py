"""The ground of the engine: the bench that runs SQL, the columnar copy of the log, and steps that name what they do."""

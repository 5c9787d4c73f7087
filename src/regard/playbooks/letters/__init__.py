"""Letters: templates, and the bounded language they are written in."""

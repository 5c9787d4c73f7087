"""API: the intake that tracking clients speak to, and the HTTP API over people, touchpoints, segments and decisions."""

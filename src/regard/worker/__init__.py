"""Worker: the short loop that absorbs, runs cycles and sends."""

"""Act: claims and the outbox, channels, human tasks."""

"""The promises of sending (C1, C2, C5): real workers killed at the worst moments under a real SMTP server."""

"""Mail: a letter from a named human, handed to an SMTP server or kept in the local outbox."""

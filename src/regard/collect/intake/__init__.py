"""From what a client sent to what the log takes: the journal, its messages read, their times and limits."""

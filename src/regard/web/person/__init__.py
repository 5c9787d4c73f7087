"""One person: understood in ten seconds, acted for well in one minute."""

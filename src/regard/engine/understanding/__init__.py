"""Understanding: from the log, the profile and the consents to traits, scores, stages and segments of everybody."""

"""Who plays in the tests, what they play with, and how it comes to be: people, their log, segments, playbooks, the clock.

Ana buys a lot and agreed to everything. Ben buys a lot and agreed to nothing. Cleo is held out wherever somebody is.
A stage's own cast builds on this one.
"""

"""The intake: a bare ASGI app beside Django that takes clients' messages and answers only when they are durable.

app.py       routes, keys, limits, answers: one request from arrival to answer
body.py      reads and unpacks a request's body within its limits
envelope.py  one body -> messages and refusals
salvage.py   the slow way through a body that strict JSON refuses, so that one bad message costs only itself
posthog.py   PostHog's shape -> Segment's
writer.py    one thread, one group commit for all requests that wait
answers.py   every answer and every refusal, with the headers browsers need
"""

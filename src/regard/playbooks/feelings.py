"""What a score feels like: the one table from the answers people give to the feelings we speak of. Pure.

Only a person's own answer counts; nothing is guessed. The bands are those of a recommendation from 0 to 10: up to 6 somebody is
let down, 9 and 10 are promoters (Reichheld 2003); 0 to 2 and 3 to 6, 7 and 8 are told apart by us.
"""

from __future__ import annotations

DELIGHTED = "delighted"
_UP_TO = ((2, "upset"), (6, "uneasy"), (7, "neutral"), (8, "content"), (10, DELIGHTED))
DELIGHTED_FROM = _UP_TO[-2][0] + 1
LET_DOWN_UP_TO = _UP_TO[1][0]


def feeling_of_score(score_milli: int | None) -> str:
    """Return the feeling behind an answer from 0 to 10 (thousandths), or '' where nothing was said.

    Bands: 0-2 upset, 3-6 uneasy, 7 neutral, 8 content, 9-10 delighted.
    """
    if score_milli is None:
        return ""
    return next((word for top, word in _UP_TO if score_milli <= top * 1000), "")

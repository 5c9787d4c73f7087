"""Invented words: what customers wrote and what colleagues answered. Real in tone, said by nobody.

`{title}`, `{artist}` and `{agent}` are filled in. Kept together so that one can read what the sample says.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """Why people write: subject, their words, our answers, how it ended, and whether it hurt."""

    name: str
    weight: int
    subjects: tuple[str, ...]
    said: tuple[str, ...]
    answered: tuple[str, ...]
    is_complaint: bool = False


TOPICS = (
    Topic(
        "late parcel", 26,
        ("Where is my parcel?", "Order still not here", "Tracking has not moved"),
        ("It has been nine days and the tracking page still says 'handed over'. Could somebody look where it is?",
         "My order was meant to be a birthday present for Saturday. Nothing has come and I am getting nervous.",
         "Hello, I ordered {title} almost two weeks ago. Is it lost? I would rather know than keep checking the letter box.",
         "The neighbour has nothing, the depot has nothing. Please tell me it is on a van somewhere.",
         "Still waiting. I don't mind a few days, I do mind not hearing anything."),
        ("I rang the carrier: it sat in the wrong depot and is on the van tomorrow. I am sorry nobody told you.",
         "It is lost, I fear. A second copy left this morning, tracked, at our cost. Keep the first if it turns up.",
         "You are right to ask. It was held up for four days and moves again since last night; here is the new tracking."),
        True,
    ),
    Topic(
        "damaged", 18,
        ("Corner of the sleeve is bent", "Record arrived scratched", "Case broken in the post"),
        ("{title} arrived with the corner folded over. The music is fine, but I bought it for the shelf too.",
         "Track three jumps every time. I cleaned it twice. Could you have a look at what can be done?",
         "The case was in pieces when I opened it. The disc seems all right, thank goodness.",
         "Second time in a row that a sleeve comes bent. Please use the stiff mailers again, they were perfect."),
        ("That should not happen. A new sleeve goes out today, and we are back to the stiff mailers from this week.",
         "Please keep it. A replacement of {title} is packed and leaves with tonight's post.",
         "I am sorry. I have put it on the bench to see how we pack these, and a new copy is on its way."),
        True,
    ),
    Topic(
        "wrong record", 9,
        ("Got somebody else's record", "This is not what I ordered"),
        ("I ordered {title} and found something quite different in the box. Not a bad record, but not mine.",
         "There are two copies of {title} in the parcel and the other one is missing."),
        ("Our mistake. Keep both; the right one leaves today.", "Two orders were swapped on the packing table. Yours is on its way, and please keep the stray."),
        True,
    ),
    Topic(
        "stock", 16,
        ("Is it coming back?", "A question about a pressing", "Do you have this on vinyl?"),
        ("Will {title} by {artist} be repressed? I have been looking for it since spring.",
         "Is your copy of {title} the 2019 master or the older one? It matters to me, I know how that sounds.",
         "Do you expect anything else by {artist} this year? I would rather buy it from you than from the big place."),
        ("The label says early next year. I have written your name on a copy.", "It is the newer master, half-speed cut. I put a note in so that you can decide.",
         "Two are coming in March. I will write to you before they go on the shelf."),
    ),
    Topic(
        "address", 9,
        ("New address", "We have moved"),
        ("We moved house last week. Could you change the address before the next parcel goes out?", "Please send it to my work instead, nobody is home in the day."),
        ("Changed, and I caught the parcel before it left.", "Done. The next one goes to the new door."),
    ),
    Topic(
        "gift", 8,
        ("A card with it?", "Gift wrapping"),
        ("It is for my father's seventieth. Could you put a handwritten card in? I will pay for it.", "Could you leave the invoice out? It is a present."),
        ("Written by hand, and the wrapping is on us. Happy birthday to him.", "No invoice in the box, promised. It is in your inbox instead."),
    ),
    Topic(
        "return", 7,
        ("Can I send one back?", "Bought it twice"),
        ("I already own {title}, it turns out. Unopened. May I send it back?", "It is not for me, I am afraid. How do I return it?"),
        ("Of course. The label is attached; no need to hurry.", "Send it back whenever suits you. The money is yours the day it arrives."),
    ),
    Topic(
        "thanks", 7,
        ("Thank you", "Just a kind word", "That was quick"),
        ("I only wanted to say that the record you slipped in as a surprise has not left my turntable.",
         "Whoever packs your parcels: you are an artist. Thank you.",
         "You recommended {artist} to me in spring and now my whole office listens to it. Thank you, {agent}."),
        ("You made the whole back room smile. Thank you.", "I read this out loud at the packing table. Thank you."),
    ),
)  # fmt: skip

DELIGHTED = (
    "Packed like a present, and a handwritten note on top. You do not get that anywhere else.",
    "{agent} remembered what I bought in spring and told me not to buy the same album twice. Who does that?",
    "Arrived before I had finished telling my daughter about it.",
    "Third order, third time perfect. And the little surprise record was spot on.",
    "Best packaging I have ever seen. Not a scratch, not a dent.",
    "I asked a daft question about a pressing and got a proper answer within the hour.",
    "You found {title} for me after two years of looking. I may have danced a little.",
    "A shop that answers. I had forgotten those existed.",
    "Quick, careful, friendly. I have told everybody at work.",
    "Never change. Well, perhaps open a shop in my street.",
    "They noticed that I had ordered the same disc twice and wrote before sending it.",
    "Everything as it should be, and then the card. Lovely.",
)
CONTENT = (
    "All fine. Delivery took a bit longer than last time.",
    "Good selection, a little pricey on postage.",
    "Nice record, plain box. Nothing to complain about.",
    "Would love to see more {genre} on the shelves.",
    "Fine. I could not find out when it would arrive, though.",
    "The search on your page is not my friend, but the parcel was quick.",
    "Sound is great, sleeve slightly worn at the spine.",
    "As expected.",
)
UNHAPPY = (
    "Nine days of silence and then a bent sleeve. I expected better from you.",
    "I wrote twice before anybody answered.",
    "Wrong record in the box, and I had to pay to send it back at first.",
    "The parcel was left in the rain. {title} is ruined.",
    "Your reply told me to be patient. I had been, for two weeks.",
    "Promised for Friday, came on Wednesday after. It was a birthday present.",
    "Track five skips, and the second copy you sent skips at the same place.",
    "I had to explain the same thing to three different people.",
)
LET_DOWN = (
    "I could not find out when it would arrive, and nobody told me.",
    "Postage cost more than the record. I looked twice.",
    "The search on your page sent me round in circles.",
    "The sleeve is worn at the spine. 'Very good' was a generous word for it.",
    "Three letters in a week is too many for me.",
    "Hardly any {genre} left on the shelves. That was why I came.",
)
NOTES = (
    "Collects first pressings. Do not send remasters without asking.",
    "Prefers a call after five. Works nights.",
    "Buys for the school orchestra too; invoice to the school in those cases.",
    "Met at the record fair. Knows everything about {artist}.",
    "Hard of hearing: please write, do not ring.",
    "His daughter orders for him at Christmas. Gift wrap without asking.",
    "Was very patient about the lost parcel. Something nice in the next one.",
    "Asked twice about {genre} nights in the shop. Invite when there is a date.",
)
PROMISES = (
    "Say whether {title} is the new master",
    "Send a new sleeve for {title}",
    "Ring the carrier and report back",
    "Put a copy of {title} aside",
    "Look for the first pressing of {title}",
    "Write when {artist} is back in stock",
    "Send the invoice to the new address",
)
OUTCOMES = (
    "Rang, said sorry, replacement sent.",
    "Refunded the postage and wrote a card.",
    "New copy sent by courier; it arrived the next day.",
    "Talked for ten minutes. Happy again.",
    "Explained what went wrong and changed how we pack these.",
)
LETTERS = (
    "New in {genre} this week",
    "Three records we keep playing",
    "A quiet Sunday list",
    "What came in from {artist}",
)

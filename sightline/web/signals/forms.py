"""What somebody answers to a sign. No answer is easier to give than another: each asks for a sentence of one's own."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms

MOST = 4000
AREA = {"rows": 4}


@dataclass(frozen=True, slots=True)
class Asks:
    """What stands above the words, what helps, and what is said where there are none."""

    label: str
    help_text: str
    needed: str
    button: str
    answer: str  # acted | covered; empty where the form asks, or where it is no answer
    records: bool = False  # whether records of what was done may be named


SIGN = {
    "ring": Asks(
        "What did you agree?",
        "Whom you spoke with, what happens now, and by when. If nobody answered: whom you rang next.",
        "Say with whom you spoke and what happens now",
        "Record that it was acted on",
        "acted",
        True,
    ),
    "discussion": Asks(
        "What came of it?",
        "When it is or was held, and what was agreed. If those you rang saw it otherwise: what they said.",
        "Say what came of it",
        "Record that it was acted on",
        "acted",
        True,
    ),
    "manager": Asks(
        "What do you ask of them?",
        "They are told now, and read this. The sign stays open until somebody answers it.",
        "Say what you ask of them",
        "Take it to the manager",
        "",
    ),
    "done": Asks(
        "What was done, or will be?",
        "Who does what, and by when. If the child was seen: what they said, and what they want.",
        "Say what was done, or who does what by when",
        "Record that it was acted on",
        "acted",
        True,
    ),
    "covered": Asks(
        "Which plan, and how does it answer this?",
        "A plan that was made before all of this happened may not.",
        "Say which plan it is, and how it answers this",
        "Record that it is covered",
        "covered",
        True,
    ),
    "not-so": Asks(
        "Because",
        "What you know that the rule does not. Whoever looks next reads it.",
        "Say why it is not so",
        "Record that it is not so",
        "",
    ),
}
OFFER = {
    "ring": Asks(
        "What did you agree?",
        "Who goes, when, and how the child was asked.",
        "Say who goes, and when",
        "Record that help was offered",
        "acted",
        True,
    ),
    "done": Asks(
        "How was help offered, and what did the child say?",
        "In the child’s own words, if you have them. No is an answer too: say when you will ask again.",
        "Say how help was offered, and what the child said",
        "Record that help was offered",
        "acted",
        True,
    ),
    "covered": Asks(
        "Who is with them?",
        "And whether the child trusts them.",
        "Say who is with them",
        "Record that somebody is with them",
        "covered",
        True,
    ),
    "not-so": Asks(
        "Because",
        "Why this is not the moment, and when there may be a better one.",
        "Say why this is not the moment",
        "Record that it is not the moment",
        "",
    ),
}
NOT_SO = [
    ("not-relevant", "It is not relevant for this child. It rests; it stands again if something graver comes"),
    ("wrong", "The rule itself is wrong. It goes to the rule’s owner too"),
]


def asks(do: str, *, offer: bool) -> Asks | None:
    """What a form asks; None where there is none of that name."""
    return (OFFER if offer else SIGN).get(do)


class AnswerForm(forms.Form):
    """One's answer, in one's own words."""

    because = forms.CharField(max_length=MOST, widget=forms.Textarea(attrs=AREA))

    def __init__(self, *args: object, asked: Asks, not_so: bool = False, named: bool = False, **kwargs: object) -> None:
        """`named`: records of what was done are named, and may say it all."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["because"]
        field.label, field.help_text = asked.label, asked.help_text
        field.required = not (named and asked.answer == "acted")
        field.error_messages["required"] = asked.needed
        field.error_messages["max_length"] = f"At most {MOST:,} characters: say the rest in a record"
        if not_so:
            self.fields["answer"] = forms.ChoiceField(
                label="What is not so?",
                choices=NOT_SO,
                widget=forms.RadioSelect,
                error_messages={"required": "Choose what is not so"},
            )
            self.order_fields(["answer", "because"])

"""The forms of deciding. What is asked is the definition's; what is refused is said where it was typed."""

from __future__ import annotations

from typing import Any

from django import forms

from sightline.definition.types import Partnership, Route
from sightline.front_door import handing_over

LONGEST = 8000
REFUSED = {  # the code of a refusal: the field by which it stands
    "rationale-missing": "rationale",
    "rationale-too-short": "rationale",
    "checks-outstanding": "without_checks",
    "agreement-missing": "agreement",
    "consultee-missing": "consulted_name",
    "further-discussion-needed": "consent_not_given_by",
}


def area(rows: int, **attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "spellcheck": "true", **attrs})


def codes(definition: Partnership, name: str, empty: str = "") -> list[tuple[str, str]]:
    """The choices of a code list."""
    found = [(code, one.title) for code, one in definition.codes[name].codes.items()]
    return [("", empty), *found] if empty else found


class Words(forms.Form):
    """One thing to say."""

    words = forms.CharField(label="", max_length=LONGEST, required=False, widget=area(4))

    def __init__(self, *args: Any, label: str, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label, self.fields["words"].help_text = label, help_text


class DecideForm(forms.Form):
    """What happens next, why, and what stands beside it. The two fields that a simple contact needs stand first."""

    clash = False  # somebody was first

    decision = forms.ChoiceField(
        label="What happens next?", widget=forms.RadioSelect, error_messages={"required": "Choose what happens next"}
    )
    rationale = forms.CharField(
        label="Why?",
        required=False,
        max_length=LONGEST,
        help_text="What you weighed, what the child said, what would make you decide otherwise. In at least 40 characters.",
        widget=area(4, id="id_because"),
    )
    without_checks = forms.CharField(required=False, max_length=LONGEST, widget=area(2))
    agreement = forms.ChoiceField(label="Does the family agree to help?", required=False, widget=forms.RadioSelect)
    not_sought_because = forms.CharField(
        label="If nobody asked: why not?", required=False, max_length=LONGEST, widget=area(2)
    )
    family_view = forms.CharField(label="What does the family say?", required=False, max_length=LONGEST, widget=area(2))
    child_view = forms.CharField(
        label="What does the child say?",
        required=False,
        max_length=LONGEST,
        help_text="In their own words. A baby is observed.",
        widget=area(2),
    )
    threshold = forms.ChoiceField(label="Level of help", required=False)
    team = forms.ChoiceField(label="Who takes it on?", required=False)
    dissent_by = forms.ChoiceField(label="Did an agency see it otherwise?", required=False)
    dissent = forms.CharField(
        label="What do they see otherwise?",
        required=False,
        max_length=LONGEST,
        help_text="It goes to the manager, with a clock of its own.",
        widget=area(2),
    )
    tell = forms.CharField(
        label="Anything to add for whoever told us?",
        required=False,
        max_length=1000,
        help_text="They are told what is decided, in a sentence that says nothing of the family. Add only what they may know.",
        widget=area(2),
    )

    def __init__(
        self,
        *args: Any,
        definition: Partnership,
        agencies: list[tuple[str, str]],
        waiting: str = "",
        only: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        routes = [one for one in ordered(definition) if one.protects or not only]
        self.fields["decision"].choices = [(one.id, one.title) for one in routes]
        self.fields["threshold"].choices = codes(definition, "help-level", "As the decision says")
        self.fields["agreement"].choices = codes(definition, "agreement")
        self.fields["team"].choices = [("", "The team where the family lives, or that knows them"), *takers(definition)]
        self.fields["dissent_by"].choices = [("", "No agency said so"), *agencies]
        asked = self.fields["without_checks"]
        if waiting:
            asked.label = f"Not answered yet: {waiting}. Why do you decide without?"
            asked.help_text = "Leave it empty to wait. Protection never waits for an answer."
        else:
            asked.label = "If nobody was asked: why not?"
            asked.help_text = "Needed where it ends here, and nobody was asked what they know."

    def more_open(self) -> bool:
        """Whether something under `more` needs to be looked at."""
        return any(name in self.errors for name in ("agreement", "not_sought_because", "team", "dissent", "dissent_by"))


def ordered(definition: Partnership) -> list[Route]:
    """The routes in the order of the code list."""
    return [
        definition.route[code] for code in definition.codes["front-door-decision"].codes if code in definition.route
    ]


def takers(definition: Partnership) -> list[tuple[str, str]]:
    """Everybody to whom something may be handed over, once."""
    found: dict[str, str] = {}
    for route in definition.route.values():
        for one in handing_over.choices(definition, route):
            found.setdefault(one.to, one.title)
    return sorted(found.items(), key=lambda pair: pair[1])


class AskForm(forms.Form):
    """On what grounds others are asked. Whom, and what, stand in the table above it."""

    agreement = forms.ChoiceField(
        label="Does the family agree that others are asked?", required=False, widget=forms.RadioSelect
    )
    because = forms.CharField(
        label="If not: why are they asked all the same?",
        required=False,
        max_length=LONGEST,
        help_text="Below the section 47 line, others are asked with the family’s agreement, or with a reason that stands here.",
        widget=area(2),
    )
    at_the_line = forms.BooleanField(
        label="The child may be suffering significant harm: nobody waits for agreement (section 47)", required=False
    )
    cannot_wait = forms.BooleanField(label="It cannot wait: answer within two hours", required=False)

    def __init__(self, *args: Any, definition: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].choices = codes(definition, "agreement")


class AnswerForm(forms.Form):
    """What an agency knows."""

    answer = forms.ChoiceField(
        label="What do you know?",
        widget=forms.RadioSelect,
        choices=(
            ("nothing-known", "Checked: nothing is known to us today"),
            ("known", "Known to us"),
            ("not-available", "I cannot answer this"),
        ),
        error_messages={"required": "Say what you know, that nothing is known, or that you cannot answer"},
    )
    headline = forms.CharField(
        label="In one line",
        required=False,
        max_length=200,
        help_text="Everybody at the front door reads this: who sees the child, when last. No details of health.",
    )
    detail = forms.CharField(
        label="What you know",
        required=False,
        max_length=LONGEST,
        help_text="What was seen and said, by whom and when. The child’s own words in quotation marks. What goes well, too.",
        widget=area(6),
    )
    handling = forms.ChoiceField(label="Who may read the detail?", required=False)
    onward = forms.CharField(
        label="May it be told onward?",
        required=False,
        max_length=500,
        help_text="To whom, and what must not be said to the family.",
        widget=area(2),
    )
    because = forms.CharField(
        label="If you cannot answer: why, and who could?", required=False, max_length=LONGEST, widget=area(2)
    )

    def __init__(self, *args: Any, definition: Partnership, handlings: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = definition.codes["handling"].codes
        self.fields["handling"].choices = [
            (code, f"{known[code].title}. {known[code].note}" if known[code].note else known[code].title)
            for code in handlings
            if code in known
        ]


class DiscussionForm(forms.Form):
    """What came of a strategy discussion."""

    held_at = forms.CharField(
        label="When was it held?", max_length=40, required=False, help_text="10 March 2025 14:30. Empty: now"
    )
    information = forms.CharField(
        label="What was shared, and by whom", required=False, max_length=LONGEST, widget=area(4)
    )
    child_view = forms.CharField(
        label="What does the child say or show?", required=False, max_length=LONGEST, widget=area(2)
    )
    outcome = forms.ChoiceField(
        label="What was decided?", widget=forms.RadioSelect, error_messages={"required": "Say what was decided"}
    )
    rationale = forms.CharField(label="Why?", required=False, max_length=LONGEST, widget=area(4))
    family_told = forms.CharField(
        label="What is the family told, when and by whom? If nothing: why?",
        required=False,
        max_length=LONGEST,
        widget=area(2),
    )
    siblings = forms.CharField(
        label="Brothers and sisters, and other children: what was considered?",
        required=False,
        max_length=LONGEST,
        widget=area(2),
    )
    could_not = forms.CharField(
        label="Who could not take part, and why", required=False, max_length=LONGEST, widget=area(2)
    )
    dissent = forms.CharField(label="Who saw it otherwise, and why", required=False, max_length=LONGEST, widget=area(2))

    def __init__(self, *args: Any, definition: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = codes(definition, "strategy-outcome")


class MedicalForm(forms.Form):
    """Whether a child protection medical is needed."""

    needed = forms.ChoiceField(
        label="Is a child protection medical needed?",
        widget=forms.RadioSelect,
        choices=(("yes", "Yes"), ("no", "No")),
        error_messages={"required": "Say whether a medical is needed"},
    )
    rationale = forms.CharField(
        label="Why?",
        required=False,
        max_length=LONGEST,
        help_text="What was seen, how it is explained, and why that is believed. That a child was at A&E is no reason for none.",
        widget=area(4),
    )
    consulted_name = forms.CharField(
        label="Who was asked?", required=False, max_length=120, help_text="The name of the paediatrician"
    )
    consulted_role = forms.CharField(label="What is their job?", required=False, max_length=120)
    consent_not_given_by = forms.ChoiceField(label="Did somebody not agree?", required=False, widget=forms.RadioSelect)
    legal_advice = forms.ChoiceField(
        label="Was legal advice taken?",
        required=False,
        widget=forms.RadioSelect,
        choices=(("yes", "Yes"), ("no", "No, or not yet")),
    )

    def __init__(self, *args: Any, definition: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who = codes(definition, "consent-not-given-by")
        self.fields["consent_not_given_by"].choices = [("", "Nobody said no"), *who]


class EnquiryForm(forms.Form):
    """What a section 47 enquiry found."""

    outcome = forms.ChoiceField(
        label="What did the enquiry find?", widget=forms.RadioSelect, error_messages={"required": "Say what it found"}
    )
    rationale = forms.CharField(label="Why?", required=False, max_length=LONGEST, widget=area(4))

    def __init__(self, *args: Any, definition: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = definition.codes["section-47-outcome"].codes
        self.fields["outcome"].choices = [
            (code, f"{code}. {one.title}" + (f" ({one.note})" if one.note else "")) for code, one in found.items()
        ]


class TellForm(forms.Form):
    """How whoever told us was told."""

    how = forms.ChoiceField(
        label="How were they told?", widget=forms.RadioSelect, error_messages={"required": "Say how they were told"}
    )
    words = forms.CharField(
        label="What were they told?",
        required=False,
        max_length=LONGEST,
        help_text="No more than they may know.",
        widget=area(3),
    )

    def __init__(self, *args: Any, definition: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = ("phone", "in-person", "letter", "email", "meeting")
        self.fields["how"].choices = [pair for pair in codes(definition, "contact-method") if pair[0] in wanted]


class AgainForm(forms.Form):
    """Looking at a decision again."""

    stands = forms.ChoiceField(
        label="What comes of it?",
        widget=forms.RadioSelect,
        choices=(("no", "It is decided anew"), ("yes", "The decision stands")),
        error_messages={"required": "Say whether the decision stands"},
    )
    rationale = forms.CharField(
        label="Why?",
        required=False,
        max_length=LONGEST,
        help_text="Whoever disagreed reads this. Speak with them before you write it.",
        widget=area(4),
    )

"""What stands in the words of a record, and what is denied there."""

import pytest

from sightline.definition.in_words import LIST, found, in_words
from sightline.definition.loader import load

SAID = [
    ("He put both hands round her throat and squeezed until she could not breathe", "strangulation"),
    ("Mother says that her partner choked her against the wall last week", "strangulation"),
    ("He held her by the throat, then left", "strangulation"),
    ("Grabbed mum by the neck on the stairs", "strangulation"),
    ("she could not be woken; he had his hands on her neck", "strangulation"),
    ("He put a pillow over her face", "strangulation"),
    ("No, he strangled me", "strangulation"),
    ("He denies that he strangled her", "strangulation"),
    ("She said that he did not only choke her", "strangulation"),
    ("NON-FATAL STRANGULATION recorded", "strangulation"),
    ("The kids weren't there when he throttled her", "strangulation"),
    ("A thumb-sized bruise on his upper arm. He cannot roll yet.", "mark"),
    ("Bruising to both ears", "mark"),
    ("Fractured femur, said to be from the cot", "mark"),
    ("Mother has a black eye", "grown-up-hurt mark"),
    ("A bruise on the cheek. Settled in his mother's arms.", "mark"),
    ("No cuts, but a bruise on the ear", "mark"),
    ("Arrives hungry and dirty every day, no coat in the snow", "neglect"),
    ("Rotten teeth, never seen by a dentist. Unwashed.", "neglect"),
    ("The boy smells of urine and his clothes are always damp", "neglect"),
    ("Collected by older men in a car at lunch. New phone every month.", "drawn-away"),
    ("Says that he owes them four hundred pounds and has to carry for them till it is paid.", "drawn-away"),
    ("She has lost weight and says that she wants to die.", "self-harm"),
    ("Took twenty tablets last night", "self-harm"),
    ("Fresh cuts to both arms", "self-harm"),
]
NOT_SAID = [
    "Choked on a sweet at lunch, first aid given",
    "Verbal argument only. No strangulation, no threats, no injuries. She says that he has never choked her.",
    "She was not strangled",
    "He didn't choke her",
    "No visible injuries or bruising",
    "No bruises, marks or burns seen",
    "Bruises were not seen",
    "Choked up when she spoke of her nan",
    "The dog was choking",
    "The baby's scarf was not round her neck",
    "There is no food in the house and no bed for the child",
    "The family owes rent since May",
    "Has never self-harmed",
    "He burns easily in the sun",
    "Lost his new bus pass",
    "On a visit at home, alone with the social worker",
    "Settled quickly in their mother's arms; followed faces",
    "I want to be a mechanic",
    "Fell off the wall and hurt himself",
    "",
]


@pytest.fixture(scope="module")
def england():
    return load("leeds")


@pytest.mark.parametrize(("text", "codes"), SAID)
def test_what_is_written_is_found(england, text, codes):
    assert " ".join(sorted(found(england.codes[LIST], [text]))) == codes


@pytest.mark.parametrize("text", NOT_SAID)
def test_what_is_denied_or_of_something_else_is_not(england, text):
    assert found(england.codes[LIST], [text]) == frozenset()


def test_sentences_of_fields_are_read_and_choices_and_lines_are_not(england):
    record = england.record["gp-concern"]
    assert in_words(england, record, {"reason": "He choked her"}, "") == {"strangulation"}
    assert in_words(england, record, {"voice-of-child": "I am always hungry"}, "Asks for help") == {"neglect"}
    assert in_words(england, record, {"with-now": "Choked her"}, "") == frozenset()
    assert in_words(england, record, {}, "") == frozenset()


def test_a_partnership_without_such_a_list_reads_no_words(england):
    none = england.model_copy(update={"codes": {id: one for id, one in england.codes.items() if id != LIST}})
    assert in_words(none, england.record["gp-concern"], {"reason": "He choked her"}, "He choked her") == frozenset()

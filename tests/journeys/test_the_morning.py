"""Monday, ten to nine: forty things came in overnight. Four kinds of people at once, each with a browser of their own: duty
workers (two), the school, health, the police. By the keyboard alone; what is pressed is counted."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db.models import QuerySet
from playwright.sync_api import expect

from sightline.definition.kinds.danger import level_of
from sightline.front_door.models import Decided, Item
from sightline.jobs import front_door_queue
from tests.journeys.conftest import served
from tests.journeys.monday import Clock, open_on_monday
from tests.journeys.walker import DESKTOP, PHONE, Walker
from tests.support.databases import connected

MOST = 12  # interactions, from opening the queue to a recorded decision on a simple contact
NOTICES, BY_HAND = 40, 6  # of the forty, how many by the keyboard in every run; in the nightly run all
ADVICE, ASSESSMENT, STRATEGY = "2", "5", "6"  # the keys of the decisions
WHY = (
    "Spoke with whoever told us and with the family: help is there already, nobody is hurt, and they know whom to ring."
)
UNASKED = "Whoever told us knows the family, and it is a question more than a worry."
GRAVE = "What is told is grave, it is not explained, and there are other children at home: it is looked at today, with the family."
TOLD = "She fell asleep in the first lesson and says that she was up all night with the baby."
ANSWERS = {
    "ruth": "On our roll since September, in every day, tired since January",
    "noreen": "The nurse saw her last on 3 March, well",
    "omar": "Two calls to the address since Christmas",
}
ALONE = "Youth justice answers in the afternoon, and nothing that they hold would make this wait."
UNSAFE = "A child may be suffering significant harm, and nobody can say that this child is safe tonight."


class Hands(Walker):
    """Somebody with a keyboard and no mouse. What they do is counted: each key that is pressed, and each text that is
    typed (one, however long it is: the reason for a decision is work, not friction)."""

    done = 0

    def press(self, key: str) -> None:
        self.done += 1
        super().press(key)

    def type(self, text: str) -> None:
        self.done += 1
        self.page.keyboard.insert_text(text)  # as a paste or a dictation: the same events, and quick

    def goes(self, key: str) -> None:
        """Presses a key that leads to another page, and is there."""
        with self.page.expect_navigation():
            self.press(key)

    def says(self, words: str) -> None:
        expect(self.page.locator("h1")).to_contain_text(words)

    def on(self, label: str) -> bool:
        return self.page.get_by_label(label).evaluate("e => e === document.activeElement")


@pytest.fixture(scope="module")
def monday(database_templates, django_db_blocker, tmp_path_factory) -> Iterator[tuple[str, Clock]]:
    with django_db_blocker.unblock(), database_templates.copy("sqlite") as copy, connected(copy):
        clock = open_on_monday(tmp_path_factory.mktemp("truth"))
        with pytest.MonkeyPatch.context() as patch, served(clock.around) as where:
            patch.setattr(
                front_door_queue, "now", clock.now
            )  # the bell has a thread of its own, and looks by this clock too
            yield where, clock


@pytest.fixture(scope="module")
def everybody(monday, browser) -> Iterator[dict[str, Hands]]:
    """Five people, each signed in, all at once."""
    where, _ = monday
    people = {}
    for username in ("amir", "bea", "ruth", "noreen", "omar"):
        people[username] = Hands(where, browser)
        people[username].sign_in(username)
    yield people
    for hands in people.values():
        hands.context.close()


@pytest.fixture
def people(everybody):
    for hands in everybody.values():
        hands.stand_still()
    return everybody


def look(hands: Hands, name: str) -> None:
    """Sound for axe, no wider than a phone, and a picture of both."""
    hands.page.set_viewport_size(DESKTOP)
    assert hands.axe() == []
    hands.picture(f"morning-{name}-desktop", whole=True)
    hands.page.set_viewport_size(PHONE)
    assert hands.sideways() <= 0, f"{name} is wider than a phone"
    hands.picture(f"morning-{name}-phone", whole=True)
    hands.page.set_viewport_size(DESKTOP)
    assert hands.faults == []


def in_the_manual(hands: Hands, name: str) -> None:
    for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
        hands.page.set_viewport_size(viewport)
        hands.picture(f"{name}-{size}")
    hands.page.set_viewport_size(DESKTOP)


def line(hands: Hands, words: str):
    return hands.page.locator("#queue-rows tr", has_text=words)


def on_line(hands: Hands, words: str) -> None:
    """From line to line by the key, until the focus is on the one that says this."""
    for _ in range(60):
        if words in hands.page.evaluate("() => document.activeElement.closest('#queue-rows tr')?.innerText ?? ''"):
            return
        hands.press("j")
    raise AssertionError(f"No line says {words!r}")


def test_the_gravest_stands_first(people):
    amir = people["amir"]
    amir.go("/queue/")
    amir.says("Front door, Monday 17 March")
    levels = [row.get_attribute("data-level") for row in amir.page.locator("#queue-rows tr").all()]
    assert len(levels) >= 30 and set(levels) == {"now", "grave", "raised", "turn"}
    assert levels == sorted(levels, key=["now", "grave", "raised", "turn"].index)
    assert Item.objects.filter(state="open").count() >= NOTICES
    look(amir, "queue")


def decide(hands: Hands, key: str, why: str, unasked: str = "") -> None:
    """On the page on which one decides: which, why, and where it ends here, why nobody was asked."""
    hands.says("Decide what happens next")
    hands.press(key)
    assert hands.on("Why?")
    hands.type(why)
    if unasked:
        hands.press("Tab")
        hands.type(unasked)
    hands.goes("Control+Enter")


def test_a_school_tells_and_two_open_pages_change_by_themselves(people, monday):
    amir, bea, ruth = people["amir"], people["bea"], people["ruth"]
    for one in (amir, bea):
        one.go("/queue/")
        one.page.get_by_text("This page changes by itself").wait_for()
    ruth.go("/")
    ruth.tab_to("Send a concern")
    ruth.goes("Enter")
    ruth.tab_to("School concern")
    ruth.goes("Enter")
    ruth.tab_to("First name")
    ruth.type("Betsy")
    ruth.tab_to("Last name")
    ruth.type("Bramhope")
    ruth.tab_to("Date of birth")
    ruth.type("2/2/2012")
    ruth.tab_to("See whether we hold the child already")
    ruth.goes("Enter")
    ruth.tab_to("Yes: Betsy Bramhope")  # what is held need not be typed again
    ruth.goes("Enter")
    ruth.tab_to("What happened, in your words")
    ruth.type(TOLD)
    look(ruth, "concern")
    ruth.tab_to("Send to the front door")
    ruth.goes("Enter")
    ruth.says("It is with the front door")
    look(ruth, "concern-sent")
    for one in (amir, bea):  # nobody touched their pages
        line(one, "She fell asleep").wait_for()
        expect(one.page.locator("#queue-live")).to_contain_text("1 new at")
        assert one.faults == []


def test_the_first_to_claim_has_it(people):
    amir, bea = people["amir"], people["bea"]
    for one in (amir, bea):
        one.go("/queue/")
        on_line(one, "She fell asleep")
    amir.goes("c")
    expect(amir.page.get_by_role("heading", name="You have it")).to_be_visible()
    expect(line(bea, "She fell asleep")).to_contain_text("Amir Khan")  # by itself: there is nothing left to press
    bea.goes("o")
    expect(bea.page.get_by_role("heading", name="Amir Khan has it")).to_be_visible()
    look(bea, "claimed-by-another")


def test_three_are_asked_at_once_and_each_answers_on_its_own_page(people):
    """Education, health and the police: none sees what another was asked or says."""
    amir = people["amir"]
    amir.go("/queue/")
    on_line(amir, "She fell asleep")
    amir.goes("o")
    amir.goes("d")
    amir.goes("a")
    amir.says("Ask what others know")
    amir.tab_to(
        "Police: West Yorkshire Police"
    )  # the school, health and youth justice are suggested; the police are not
    amir.press("Space")
    amir.tab_to("If not: why are they asked all the same?")
    amir.type("Her mother is at work until noon, and the school goes on a journey at eleven.")
    look(amir, "ask")
    amir.tab_to("Ask them now")
    amir.goes("Enter")
    amir.page.get_by_text("were asked. Each has its own limit").wait_for()
    look(amir, "asked")
    for name, answer in ANSWERS.items():
        hands = people[name]
        hands.go("/")
        hands.tab_to("Asked of us")
        hands.goes("Enter")
        look(hands, f"asked-of-{name}")
        hands.tab_to("Betsy Bramhope")
        hands.goes("Enter")
        hands.says("Betsy Bramhope: what do you know?")
        text = hands.page.locator("main").inner_text()
        assert not any(other in text for who, other in ANSWERS.items() if who != name)
        assert "She fell asleep" not in text, "the notice itself is not theirs to read"
        hands.tab_to("Checked: nothing is known")
        hands.press("ArrowDown")
        hands.tab_to("In one line")
        hands.type(answer)
        hands.tab_to("What you know")
        hands.type(f"{answer}. Seen by me; she spoke for herself.")
        look(hands, f"answer-of-{name}")
        if name == "ruth":
            in_the_manual(hands, "asked-of-us")
        hands.tab_to("Answer")
        hands.goes("Enter")
        hands.page.get_by_text("Your answer is with the front door").wait_for()
        assert hands.faults == []
    amir.page.reload()
    for answer in ANSWERS.values():
        expect(amir.page.locator("main")).to_contain_text(answer)
    look(amir, "answered")
    in_the_manual(amir, "decide")


def test_the_second_to_decide_is_told_who_was_first(people):
    amir, bea = people["amir"], people["bea"]
    for one in (amir, bea):
        one.go("/queue/")
        on_line(one, "She fell asleep")
        one.goes("o")
        one.goes("d")
    amir.press(ASSESSMENT)
    amir.type(GRAVE)
    amir.goes("Control+Enter")
    expect(amir.page.locator("[data-errors]")).to_contain_text("Youth Justice Service")  # who has not answered
    amir.tab_to("Not answered yet: Youth Justice Service")
    amir.type(ALONE)
    amir.goes("Control+Enter")
    amir.says("What was decided")
    amir.page.get_by_text("stays yours until somebody there accepts").wait_for()
    bea.press(ADVICE)
    bea.type(WHY)
    bea.press("Tab")
    bea.type(UNASKED)
    bea.goes("Control+Enter")
    expect(bea.page.locator("[data-errors]")).to_contain_text("Amir Khan decided this")
    assert bea.page.get_by_label("Why?").input_value() == WHY, "nothing typed is lost"
    for one, status in ((amir, "422"), (bea, "409")):
        one.faults[:] = [fault for fault in one.faults if status not in fault]
    look(amir, "decided")
    look(bea, "second")


def test_the_school_reads_what_it_was_told_after_domestic_abuse(people):
    ruth = people["ruth"]
    ruth.go("/")
    expect(ruth.page.locator("main")).not_to_contain_text("The front door asks what you know")  # it was answered
    look(ruth, "work-of-a-school")
    ruth.tab_to("Domestic abuse")
    ruth.goes("Enter")
    ruth.tab_to("Betsy Bramhope")
    ruth.goes("Enter")
    look(ruth, "told")
    text = ruth.page.locator("main").inner_text()
    assert "Craig" not in text and "Leanne" not in text, "adults of the home are not named to a school"
    ruth.tab_to("I have read it")
    ruth.goes("Enter")
    ruth.page.get_by_text("You have read it").wait_for()
    assert ruth.faults == []


def test_forty_are_triaged_and_none_twice(people, monday):
    """Two duty workers, turn about, always the first that nobody has: a few by their keyboards (in the nightly run all), the
    rest by the requests that the same pages send."""
    triaged(people, by_hand=BY_HAND)


@pytest.mark.nightly
def test_forty_by_the_keyboard_alone(people, monday):
    triaged(people, by_hand=NOTICES)


def triaged(people: dict[str, Hands], *, by_hand: int) -> None:
    before, counted, turn = Decided.objects.count(), [], 0
    while Decided.objects.count() < NOTICES and (waits := Item.objects.filter(state="open")):
        hands = people["amir" if turn % 2 else "bea"]
        turn += 1
        if len(counted) < by_hand:
            counted.append(triage(hands)[1])
        else:
            sent(hands, waits)
        assert Decided.objects.count() == before + turn, "each decision is one"
        undecided = Item.objects.filter(state="open", closed_at=None)
        hidden = set(undecided.values_list("event")) - set(undecided.filter(heads=True).values_list("event"))
        assert not hidden, "what nobody has decided stands in the list, whatever was decided beside it"
    assert max(counted) <= MOST, counted


def test_a_simple_contact_takes_few_keys(people):
    """The simplest: from opening the queue to a recorded decision on what is no more than a question."""
    amir = people["amir"]
    level, keys = triage(amir)
    assert (level, keys <= MOST) == ("turn", True), (level, keys)


def sent(hands: Hands, waits: QuerySet[Item]) -> None:
    """The gravest that waits, decided by the request that the page on which one decides sends."""
    item = waits.order_by("danger", "due_at", "id").first()
    address = f"{hands.address}/decide/{item.entry}/"
    page = hands.context.request.get(address).text()
    level = level_of(item.danger)
    route = {"now": "strategy-discussion", "grave": "assessment"}.get(level, "advice")
    token, version = (
        re.search(f'name="{name}" value="([^"]+)"', page)[1] for name in ("csrfmiddlewaretoken", "version")
    )
    answer = hands.context.request.post(
        address,
        form={
            "csrfmiddlewaretoken": token,
            "version": version,
            "do": "decide",
            "decision": route,
            "rationale": GRAVE,
            "without_checks": "" if level in ("now", "grave") else UNASKED,
        },
        headers={"Referer": address},
    )
    assert answer.ok and "/decided/" in answer.url, (answer.status, answer.url)


def triage(hands: Hands) -> tuple[str, int]:
    """The first that nobody has, decided. Returns how grave it is, and what it took: opening the queue is the first."""
    hands.go("/queue/?show=free")
    hands.done = 1
    hands.press("n")
    level = hands.page.evaluate("() => document.activeElement.closest('tr').dataset.level")
    hands.goes("o")
    hands.goes("d")
    if level in ("now", "grave"):
        decide(hands, STRATEGY if level == "now" else ASSESSMENT, UNSAFE if level == "now" else GRAVE)
    else:
        decide(hands, ADVICE, WHY, UNASKED)
    hands.says("What was decided")
    assert hands.faults == []
    return level, hands.done


def test_whoever_told_us_hears(people, monday):
    _, clock = monday
    clock.settle()
    ruth = people["ruth"]
    ruth.go("/")
    ruth.tab_to("Asked of us")
    ruth.goes("Enter")
    ruth.tab_to("What became of what we told")
    ruth.goes("Enter")
    expect(ruth.page.locator("main")).to_contain_text("Betsy Bramhope")
    look(ruth, "became")
    ruth.page.locator("tbody tr", has_text="Betsy Bramhope").get_by_role("link").first.focus()
    ruth.goes("Enter")
    ruth.says("Decided: Assessment")
    text = ruth.page.locator("main").inner_text()
    assert GRAVE not in text and all(answer not in text for answer in ANSWERS.values()), "no more than they may know"
    look(ruth, "became-one")

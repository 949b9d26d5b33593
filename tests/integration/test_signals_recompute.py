"""`sightline signals recompute`: everybody anew; and whether what stands is what follows."""

import json

from sightline.commands.signals_recompute import run
from sightline.signals.models import Standing
from tests.support.house import recent_day, send, told


class Args:
    json, check, jobs = True, False, 1


def asked(capsys, **args):
    chosen = Args()
    chosen.__dict__.update(args)
    code = run(chosen)
    return code, json.loads(capsys.readouterr().out)


def test_nothing_changes_where_all_follows_and_what_was_lost_comes_back(house, capsys):
    for n in (3, 9, 15):
        at = f"{recent_day(n)} 21:00"
        send(told("missing-episode", "missing-child", at=at, missing_from=at, returned_at=f"{recent_day(n - 1)} 06:00"))
    stood = sorted(Standing.objects.values_list("rule", flat=True))
    assert "repeat-missing" in stood
    code, report = asked(capsys, check=True)
    assert code == 0 and report["people-changed"] == 0 and report["signals"] == len(stood)
    Standing.objects.all().delete()
    code, report = asked(capsys, check=True)
    assert code == 1 and report["people-changed"] == 1 and not Standing.objects.exists(), "nothing is kept"
    code, report = asked(capsys)
    assert code == 0 and report["people-changed"] == 1
    assert sorted(Standing.objects.values_list("rule", flat=True)) == stood


def test_it_says_what_it_does_in_words(house, capsys):
    send(told())
    Args.json = False
    try:
        assert run(Args()) == 0
    finally:
        Args.json = True
    said = capsys.readouterr()
    assert "follow from what is known" in said.out and "people" in said.err
